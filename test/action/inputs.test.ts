import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { errorsIn, filesIn, test } from './support/step.ts';

const hash = 'a'.repeat(32);

describe('inputs that cannot be used', () => {
  test('are all named in one error before anything is sent', async ({ simulator, workspace, runStep }) => {
    const step = await runStep({
      'base-url': 'http://appliance.example.com',
      token: 'two words',
      hashes: `${hash} 1234 xyz`,
      files: 'nothing-here/*',
      classification: 'yes',
      'output-directory': '../elsewhere',
      timeout: '15',
      'poll-interval': '0s',
      concurrency: '0',
      'fail-on': 'malicious,evil',
      'upload-artifact': 'true',
      'artifact-name': 'a/b',
      'retention-days': 'forever',
      'compression-level': '10',
      'ca-certificate': 'no-such.pem',
    });

    expect(step.exitCode).toBe(1);
    const [error = '', ...more] = errorsIn(step.log);
    expect(more).toEqual([]);
    for (const part of [
      'base-url: http:// would send the token in clear. Use https.',
      'token: it contains blanks',
      'hashes: "1234", "xyz": not a hash',
      'files: no file of the workspace matches "nothing-here/*"',
      'classification: "yes" is neither true nor false',
      'output-directory: "../elsewhere" is not inside the workspace',
      'timeout: "15" is not a duration such as 90s',
      'poll-interval: "0s" is not between 1s and 120h',
      'concurrency: "0" is not a whole number from 1 to 64',
      'fail-on: "evil" cannot be used here',
      'artifact-name: "a/b" is longer than 255 characters',
      'retention-days: "forever" is not a whole number',
      'compression-level: "10" is not a whole number from 0 to 9',
      'ca-certificate: "no-such.pem" is neither PEM text nor a file',
    ]) {
      expect(error).toContain(part);
    }
    expect(simulator.journal.list()).toEqual([]);
    expect(await filesIn(workspace)).toEqual([]);
    expect(step.outputs).toEqual({});
  });

  test('are missing ones, too', async ({ runStep }) => {
    const step = await runStep({ service: '', 'base-url': '', token: '' });
    const [error = ''] = errorsIn(step.log);
    expect(error).toContain('4 inputs cannot be used');
    for (const name of ['service', 'base-url', 'token', 'hashes, files'])
      expect(error).toContain(`- ${name}: `);
  });

  test('include a secret that a pull request from a fork does not get', async ({ runStep }) => {
    const step = await runStep({ token: '', hashes: hash }, { env: { GITHUB_EVENT_NAME: 'pull_request' } });
    expect(errorsIn(step.log).join()).toContain('pull request from a fork, or by Dependabot, get no secrets');
  });

  test('include archive: false for several reports, or with a name', async ({ runStep }) => {
    const step = await runStep({
      hashes: `${hash} ${'b'.repeat(32)}`,
      'upload-artifact': 'true',
      archive: 'false',
      'artifact-name': 'reports',
    });
    const [error = ''] = errorsIn(step.log);
    expect(error).toContain('archive: false attaches one file as it is, but 2 reports are asked for');
    expect(error).toContain('artifact-name: with archive: false the artifact is called like its file');
  });
});

describe('nothing outside the workspace', () => {
  test('is hashed by way of ..', async ({ simulator, workspace, runStep }) => {
    const inner = join(workspace, 'inner');
    await mkdir(inner);
    await writeFile(join(workspace, 'secret.txt'), 'secret');
    const step = await runStep({ files: '../*.txt' }, { workspace: inner });
    expect(step.exitCode).toBe(1);
    expect(simulator.journal.list()).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')(
    'is hashed or written by way of a symbolic link',
    async ({ simulator, workspace, runStep }) => {
      const inner = join(workspace, 'inner');
      await mkdir(inner);
      await writeFile(join(workspace, 'secret.txt'), 'secret');
      await symlink(join(workspace, 'secret.txt'), join(inner, 'harmless.txt'));
      await symlink(workspace, join(inner, 'out'));

      const step = await runStep(
        { files: '*.txt', hashes: hash, 'output-directory': 'out/reports' },
        { workspace: inner },
      );

      const [error = ''] = errorsIn(step.log);
      expect(error).toMatch(/files: "[^"]*harmless.txt" would leave the workspace/);
      expect(error).toContain('output-directory: "out/reports" is not inside the workspace');
      expect(simulator.journal.list()).toEqual([]);
      expect(await filesIn(workspace)).toEqual(['inner/harmless.txt', 'inner/out', 'secret.txt']);
    },
  );
});
