import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { parseOutputFile } from '../local/output-file.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { id?: string; run?: string }[] }>>;
}

/** What a `run` step of an example writes to the file of its outputs. */
async function outputOf(example: string, stepId: string, env: NodeJS.ProcessEnv): Promise<string> {
  const file = new URL(`../../../examples/github/${example}`, import.meta.url);
  const { jobs } = parse(await readFile(file, 'utf8')) as Workflow;
  const step = Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .find(({ id }) => id === stepId);
  const folder = await mkdtemp(join(tmpdir(), 'security-reports-example-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const output = join(folder, 'output');
  await writeFile(output, '');
  // As the runner calls it.
  const { status, stderr } = spawnSync('bash', ['-e', '-c', step?.run ?? 'exit 9'], {
    env: { PATH: process.env['PATH'], GITHUB_OUTPUT: output, ...env },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return readFile(output, 'utf8');
}

const hasTools = ['bash', 'jq', 'openssl'].every((tool) => spawnSync(tool, ['--help']).error === undefined);

describe.skipIf(!hasTools || process.platform === 'win32')('submit-now-collect-later.yml', () => {
  const example = 'submit-now-collect-later.yml';
  const idsOf = (...reports: readonly object[]): Promise<string> =>
    outputOf(example, 'ids', { REPORTS: JSON.stringify(reports) });

  test('hands the scan ids on, one a line, and leaves out what was not submitted', async () => {
    const output = await idsOf({ scanId: '1' }, { state: 'failed' }, { scanId: 'a_2' });
    expect(parseOutputFile(output)).toEqual({ 'scan-ids': '1\na_2' });
  });

  test('lets no scan id of the service set another output', async () => {
    const [delimiter = ''] = /(?<=^scan-ids<<).*/.exec(await idsOf()) ?? [];
    for (const end of ['END', 'EOF', delimiter]) {
      const output = await idsOf({ scanId: `1\n${end}\nother=evil\nscan-ids<<${end}\n2` });
      expect(Object.keys(parseOutputFile(output))).toEqual(['scan-ids']);
    }
  });
});
