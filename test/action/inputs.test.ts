import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { readActionMetadata } from '../../packages/action/local/action-metadata.ts';
import { inputDescription, inputNames } from '../../packages/action/src/inputs/input-table.ts';
import { errorsIn, filesIn, test, writeFiles } from './support/step.ts';

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
    const missing: Readonly<Record<string, readonly string[]>> = {
      '': ['service', 'token'],
      'spectra-analyze': ['token', 'base-url', 'hashes, hashes-file, files, files-from'],
      'perception-point': [
        'token',
        'files, files-from, download-links, download-links-file, storage-paths, scan-ids, scan-ids-file',
      ],
      digicert: ['token', 'report-id, report-name'],
    };
    for (const [service, names] of Object.entries(missing)) {
      const step = await runStep({ service, 'base-url': '', token: '' });
      const [error = ''] = errorsIn(step.log);
      expect(error).toContain(`${names.length} inputs cannot be used; nothing was sent.`);
      for (const name of names) expect(error).toContain(`%0A- ${name}: `);
    }
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

describe('inputs of several services', () => {
  const foreign = {
    'spectra-analyze': { hashes: hash, classification: 'true' },
    'perception-point': {
      'download-links': 'https://files.example.com/a.zip',
      'storage-paths': 'a.zip',
      storage: 'bucket',
      'file-password': 'p4ssw0rd',
      'callback-url': 'https://hooks.example.com/',
      'callback-params': '{}',
      'callback-headers': '{}',
      wait: 'false',
      'scan-ids': '1',
      region: 'eu',
    },
    digicert: {
      'report-id': '1',
      'report-name': 'Orders',
      'report-run-id': '2',
      run: 'true',
      'report-format': 'JSON',
      extract: 'true',
    },
  } as const;

  test.for(Object.keys(foreign) as (keyof typeof foreign)[])(
    'are refused together when the service is %s',
    async (service, { simulator, runStep }) => {
      const step = await runStep({
        ...foreign['spectra-analyze'],
        ...foreign['perception-point'],
        ...foreign.digicert,
        service,
      });
      expect(step.exitCode).toBe(1);
      const [error = '', ...more] = errorsIn(step.log);
      expect(more).toEqual([]);
      for (const [owner, inputs] of Object.entries(foreign)) {
        for (const name of Object.keys(inputs)) {
          const refusal = `- ${name}: it belongs to ${owner}, not to ${service}. Leave it out.`;
          if (owner === service) expect(error).not.toContain(refusal);
          else expect(error).toContain(refusal);
        }
      }
      expect(simulator.journal.list()).toEqual([]);
      expect(step.outputs).toEqual({});
    },
  );

  test('are no problem with the values that they have by default', async ({ simulator, runStep }) => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const step = await runStep({
      hashes: sha1,
      region: 'us',
      wait: 'true',
      'report-run-id': 'latest',
      run: 'false',
    });
    expect(step.reports[0]?.state).toBe('ready');
  });

  test('belong to the services that action.yml says, by the defaults that it gives', () => {
    const owners: Readonly<Record<string, string>> = {
      'Spectra Analyze': 'spectra-analyze',
      'Perception Point': 'perception-point',
      DigiCert: 'digicert',
    };
    const described = readActionMetadata().inputs.map(({ name, description = '', default: value = '' }) => {
      const services = [...description.matchAll(/(?:^|\. )(Spectra Analyze|Perception Point|DigiCert): /g)];
      return [name, value, services.map(([, owner = '']) => owners[owner])];
    });
    expect(described).toEqual(
      inputNames.map((name) => {
        const { default: value = '', services = [] } = inputDescription(name);
        return [name, value, services];
      }),
    );
  });
});

describe('inputs that contradict each other', () => {
  test('are named together for Perception Point', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { 'a.txt': 'a' });
    const step = await runStep({
      service: 'perception-point',
      region: 'eu',
      files: 'a.txt',
      'scan-ids': '1',
      'file-password': 'p4ssw0rd',
      storage: 'bucket',
      'download-links': 'ftp://files.example.com/a.zip',
      'callback-params': '{"a": ',
      'callback-headers': '["a"]',
      wait: 'perhaps',
    });
    const [error = '', ...more] = errorsIn(step.log);
    expect(more).toEqual([]);
    for (const problem of [
      'region, base-url: both say where the service is. Give one of them.',
      'scan-ids, files, download-links, file-password, callback-params, callback-headers: with scan-ids nothing is submitted.',
      'storage: it says where storage-paths are, and there are none.',
      'callback-params: it is for the callback, and there is no callback-url.',
      'callback-headers: it is for the callback, and there is no callback-url.',
      'download-links: there is something that is not an http(s) URL',
      'callback-params: it is not JSON',
      'callback-headers: it is JSON, but not an object like',
      'wait: "perhaps" is neither true nor false',
    ])
      expect(error).toContain(`- ${problem}`);
    expect(simulator.journal.list()).toEqual([]);
  });

  test.for([
    ['{"Bad Name": "x"}', '"Bad Name" is not a name for a header'],
    ['{"X-Number": 5}', 'the value of "X-Number" is not a text on one line'],
    [String.raw`{"X-Lines": "a\r\nb"}`, 'the value of "X-Lines" is not a text on one line'],
  ] as const)(
    'include headers that cannot be sent: %s',
    async ([headers, problem], { simulator, runStep }) => {
      const step = await runStep({
        service: 'perception-point',
        'storage-paths': 'a.txt',
        'callback-url': 'https://hooks.example.com/',
        'callback-headers': headers,
      });
      expect(errorsIn(step.log).join()).toContain(`- callback-headers: ${problem}`);
      expect(simulator.journal.list()).toEqual([]);
    },
  );

  test('are named together for DigiCert', async ({ simulator, runStep }) => {
    const step = await runStep({
      service: 'digicert',
      'report-id': '1',
      'report-name': 'Orders',
      run: 'true',
      'report-run-id': '2',
      'report-format': 'PDF',
      extract: 'yes',
    });
    const [error = '', ...more] = errorsIn(step.log);
    expect(more).toEqual([]);
    for (const problem of [
      'report-id, report-name: both are given. Give exactly one of them.',
      'run, report-run-id: a new run has no id yet. Leave one of them out.',
      'report-format: "PDF" is not one of CSV, JSON, EXCEL, ZIP',
      'extract: "yes" is neither true nor false',
    ])
      expect(error).toContain(`- ${problem}`);
    expect(simulator.journal.list()).toEqual([]);
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
      expect(error).toContain('output-directory: "out/reports" is not inside the workspace');
      expect(simulator.journal.list()).toEqual([]);
      expect(await filesIn(workspace)).toEqual(['inner/harmless.txt', 'inner/out', 'secret.txt']);

      const linked = await runStep({ files: '*.txt' }, { workspace: inner });
      expect(linked.reports).toMatchObject([{ subject: 'harmless.txt', state: 'failed' }]);
      expect(linked.exitCode).toBe(1);
      expect(simulator.journal.list()).toEqual([]);
    },
  );
});
