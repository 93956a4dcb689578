import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { parseOutputFile } from '../local/output-file.ts';

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: Readonly<Record<string, string>>; readonly steps: readonly Step[] }
    >
  >;
}

const folder = new URL('../../../examples/github/', import.meta.url);

async function workflowOf(example: string): Promise<Workflow> {
  return parse(await readFile(new URL(example, folder), 'utf8')) as Workflow;
}

/** The first workflow of the README. */
async function workflowOfReadme(): Promise<Workflow> {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  return parse(/```yaml\n(on: [\s\S]*?)```/.exec(readme)?.[1] ?? '') as Workflow;
}

function stepsOf(workflow: Workflow): readonly Step[] {
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps);
}

async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'security-reports-example-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote to the file of its outputs. */
  readonly output: string;
}

/** Runs the `run` of a step as the runner does, in a workspace whose file of reports has these. */
async function runStep(
  step: Step | undefined,
  reports: readonly object[],
  options: { readonly workspace?: string; readonly path?: string } = {},
): Promise<Ran> {
  const workspace = options.workspace ?? (await temporaryFolder());
  const output = join(workspace, 'output');
  await writeFile(output, '');
  await writeFile(join(workspace, 'reports.json'), JSON.stringify(reports));
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', step?.run ?? 'exit 9'], {
    cwd: workspace,
    env: {
      PATH: `${options.path ?? ''}:${process.env['PATH'] ?? ''}`,
      GITHUB_OUTPUT: output,
      REPORTS_FILE: 'reports.json',
      TAG: 'v1.2.3',
    },
    encoding: 'utf8',
  });
  return { status, stdout, stderr, output: await readFile(output, 'utf8') };
}

describe('every workflow of examples/github, and that of the README,', () => {
  test('is pinned, has only the permissions it needs, and passes outputs through env', async () => {
    const examples = (await readdir(folder)).filter((name) => name.endsWith('.yml'));
    const workflows = await Promise.all([...examples.map(workflowOf), workflowOfReadme()]);
    expect(workflows.length).toBeGreaterThan(4);
    for (const workflow of workflows) {
      expect(workflow.permissions).toEqual({});
      for (const { uses, run } of stepsOf(workflow)) {
        if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
        expect(run ?? '').not.toContain('${{');
      }
    }
  });

  test('reads the file of reports rather than an output, which no environment variable could hold', async () => {
    const [release, later, readme] = await Promise.all([
      workflowOf('gate-release-on-verdict.yml'),
      workflowOf('submit-now-collect-later.yml'),
      workflowOfReadme(),
    ]);
    const readers = [release, later, readme].flatMap(stepsOf).filter(({ run }) => run?.includes('jq'));
    expect(readers.map(({ env }) => env?.['REPORTS_FILE'])).toEqual([
      '${{ steps.scan.outputs.reports-file }}',
      '${{ steps.submit.outputs.reports-file }}',
      '${{ steps.reports.outputs.reports-file }}',
    ]);
  });
});

const hasTools = ['bash', 'jq', 'openssl', 'sha256sum'].every(
  (tool) => spawnSync(tool, ['--help']).error === undefined,
);

describe.skipIf(!hasTools || process.platform === 'win32')('the next step of the README', () => {
  test('shows a line for each of a thousand reports', async () => {
    const step = stepsOf(await workflowOfReadme()).find(({ run }) => run !== undefined);
    const reports = Array.from({ length: 1_000 }, (_, row) => ({
      state: 'ready',
      verdict: 'clean',
      subject: String(row).padStart(64, '0'),
      path: `security-reports/${String(row).padStart(64, '0')}.pdf`,
    }));
    const { status, stdout, stderr } = await runStep(step, reports);
    expect(status, stderr).toBe(0);
    expect(stdout.split('\n')).toHaveLength(1_001);
  });
});

describe.skipIf(!hasTools || process.platform === 'win32')('submit-now-collect-later.yml', () => {
  const idsOf = async (...reports: readonly object[]): Promise<string> => {
    const step = stepsOf(await workflowOf('submit-now-collect-later.yml')).find(({ id }) => id === 'ids');
    const { status, stderr, output } = await runStep(step, reports);
    expect(status, stderr).toBe(0);
    return output;
  };

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

describe.skipIf(!hasTools || process.platform === 'win32')('gate-release-on-verdict.yml', () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

  /** Runs the release step where `gh` only notes what it is called with. */
  async function release(files: Readonly<Record<string, string>>, reports: readonly object[]) {
    const workspace = await temporaryFolder();
    await mkdir(join(workspace, 'dist'));
    await mkdir(join(workspace, 'bin'));
    for (const [name, content] of Object.entries(files)) await writeFile(join(workspace, name), content);
    const gh = '#!/usr/bin/env bash\nprintf "%s\\n" "$@" > released\n';
    await writeFile(join(workspace, 'bin/gh'), gh, { mode: 0o755 });
    const workflow = await workflowOf('gate-release-on-verdict.yml');
    const step = stepsOf(workflow).find(({ id }) => id === 'release');
    const { status } = await runStep(step, reports, { workspace, path: join(workspace, 'bin') });
    const released = await readFile(join(workspace, 'released'), 'utf8').catch(() => '');
    return { status, released };
  }

  test('releases exactly what was scanned', async () => {
    const { status, released } = await release(
      { 'dist/a.exe': 'a', 'dist/b c.msi': 'b', 'dist/new.exe': 'x' },
      [
        { subject: 'dist/a.exe', subjectSha256: sha256('a'), verdict: 'clean' },
        { subject: 'dist/b c.msi', subjectSha256: sha256('b'), verdict: 'clean' },
      ],
    );
    expect(status).toBe(0);
    expect(released.split('\n')).toEqual([
      ...['release', 'create', 'v1.2.3', '--verify-tag', '--generate-notes'],
      ...['dist/a.exe', 'dist/b c.msi', ''],
    ]);
  });

  test.for([
    ['changed after its scan', { subject: 'dist/a.exe', subjectSha256: sha256('another') }],
    ['has no known digest', { subject: 'dist/a.exe' }],
    ['is not there', { subject: 'dist/gone.exe', subjectSha256: sha256('a') }],
  ] as const)('releases nothing when a file %s', async ([, report]) => {
    const { status, released } = await release({ 'dist/a.exe': 'a' }, [report]);
    expect(status).not.toBe(0);
    expect(released).toBe('');
  });

  test('gives only the job that releases a permission', async () => {
    const { jobs } = await workflowOf('gate-release-on-verdict.yml');
    expect(Object.values(jobs).map(({ permissions }) => permissions)).toEqual([{ contents: 'write' }]);
  });
});
