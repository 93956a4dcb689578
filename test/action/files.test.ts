import { createHash } from 'node:crypto';
import { appendFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { errorsIn, type ReportMember, type StepResult, test, writeFiles } from './support/step.ts';

const posix = process.platform !== 'win32';

/** Subjects and states of a step that only hashes: nothing is on the appliance, so what was found is `missing`. */
function outcomeOf(step: StepResult): Readonly<Record<string, string>> {
  return Object.fromEntries(step.reports.map(({ subject, state }) => [subject, state]));
}

function messageAbout(step: StepResult, subject: string): string {
  return step.reports.find((report: ReportMember) => report.subject === subject)?.message ?? '';
}

describe('every pattern and path of `files`', () => {
  test('has to match: one that does not is missing, and the others go on', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'dist/app.zip': 'app' });
    simulator.spectraAnalyze.addSample({ content: 'app', creationSeconds: 0 });
    const step = await runStep({ files: 'dist/*.zip\ndist/*.mis\ndist/setup.exe', 'fail-on': 'missing' });
    expect(outcomeOf(step)).toEqual({
      'dist/app.zip': 'ready',
      'dist/*.mis': 'missing',
      'dist/setup.exe': 'missing',
    });
    expect(messageAbout(step, 'dist/*.mis')).toBe(
      'Spectra Analyze, find file "dist/*.mis": no file of the workspace matches the pattern. Check the name, and that an earlier step makes the file.',
    );
    expect(step.exitCode).toBe(1);
    expect(errorsIn(step.log).join()).toContain('2 missing');
  });

  test('is that file where one has exactly its name, whatever glob characters it holds', async ({
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'dist/app [v1].zip': '1', 'dist/app v.zip': '2', 'dist/{a,b}.txt': '3' });
    const step = await runStep({ files: 'dist/app [v1].zip\ndist/{a,b}.txt', 'fail-on': 'none' });
    expect(Object.keys(outcomeOf(step)).sort()).toEqual(['dist/app [v1].zip', 'dist/{a,b}.txt']);
  });

  test('says what globs can do where braces match nothing', async ({ workspace, runStep }) => {
    await writeFiles(workspace, { 'a.txt': 'a' });
    const step = await runStep({ files: '{a,b}.txt', 'fail-on': 'none' });
    expect(messageAbout(step, '{a,b}.txt')).toContain('no {a,b}: give a pattern per line');
  });

  test('is normalised, may be absolute, and stands for what is in a folder', async ({
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, {
      'build/out/app.exe': 'app',
      'build/out/sub/lib.dll': 'lib',
      'other.exe': 'x',
    });
    for (const files of ['build/../build/./out', `${workspace}/build/out`, 'build/out/']) {
      const step = await runStep({ files, 'fail-on': 'none' });
      expect(Object.keys(outcomeOf(step))).toEqual(['build/out/app.exe', 'build/out/sub/lib.dll']);
    }
  });

  test('outside the workspace fails by itself', async ({ workspace, runStep }) => {
    const inner = join(workspace, 'inner');
    await writeFiles(workspace, { 'secret.txt': 's', 'inner/a.txt': 'a' });
    const step = await runStep({ files: '../*.txt\na.txt', 'fail-on': 'none' }, { workspace: inner });
    expect(outcomeOf(step)).toEqual({ '../*.txt': 'failed', 'a.txt': 'missing' });
    expect(messageAbout(step, '../*.txt')).toContain('outside the workspace. Name only files inside it.');
  });

  test('that excludes takes away what was found before, and says so when nothing is left', async ({
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'dist/app.exe': '1', 'dist/app.pdb': '2', 'tmp/x.exe': '3' });
    const step = await runStep({ files: 'dist/**\n!**/*.pdb\ntmp/*\n!tmp', 'fail-on': 'none' });
    expect(outcomeOf(step)).toEqual({ 'dist/app.exe': 'missing', 'tmp/*': 'missing' });
    expect(messageAbout(step, 'tmp/*')).toContain('excluded');
  });

  test('that excludes takes away a dead link, too', { skip: !posix }, async ({ workspace, runStep }) => {
    await writeFiles(workspace, { 'dist/app.exe': '1' });
    await symlink('gone', join(workspace, 'dist/latest.exe'));
    const step = await runStep({ files: 'dist/*\n!dist/latest.exe', 'fail-on': 'none' });
    expect(outcomeOf(step)).toEqual({ 'dist/app.exe': 'missing' });
  });

  test.for([
    [{ files: '!*.txt' }, 'files, files-from: all patterns begin with "!"'],
    [{ 'files-from': 'empty.txt' }, 'files-from: "empty.txt" holds no value'],
    [{ 'hashes-file': 'empty.txt' }, 'hashes-file: "empty.txt" holds no value'],
    [
      { service: 'perception-point', 'scan-ids-file': 'empty.txt' },
      'scan-ids-file: "empty.txt" holds no value',
    ],
    [
      { service: 'perception-point', 'download-links-file': 'empty.txt' },
      'download-links-file: "empty.txt" holds no value',
    ],
    [{ 'hashes-file': '../outside.txt' }, 'hashes-file: "../outside.txt" is not inside the workspace'],
  ] as const)('never ends with nothing checked: %j', async ([inputs, problem], { workspace, runStep }) => {
    const inner = join(workspace, 'inner');
    await writeFiles(workspace, { 'inner/a.txt': 'a', 'inner/empty.txt': '\n \n', 'outside.txt': 'c0ntent' });
    const step = await runStep(inputs, { workspace: inner });
    expect(step.exitCode).toBe(1);
    expect(errorsIn(step.log).join()).toContain(problem);
    expect(step.log).not.toContain('c0ntent');
  });

  test('leaves hidden files alone unless it names some', async ({ workspace, runStep }) => {
    await writeFiles(workspace, { '.git/config': '1', '.env': '2', 'a.txt': '3', 'dist/.cache/x.txt': '4' });
    const all = await runStep({ files: '**', 'fail-on': 'none' });
    expect(Object.keys(outcomeOf(all))).toEqual(['a.txt']);
    const hidden = await runStep({ files: '.env\n**/.cache/*', 'fail-on': 'none' });
    expect(Object.keys(outcomeOf(hidden)).sort()).toEqual(['.env', 'dist/.cache/x.txt']);
  });

  test('finds no report of an earlier run', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { 'a.txt': 'a' });
    simulator.spectraAnalyze.addSample({ content: 'a', creationSeconds: 0 });
    for (let run = 0; run < 2; run += 1) {
      const step = await runStep({ files: '**', 'fail-on': 'none' });
      expect(outcomeOf(step)).toEqual({ 'a.txt': 'ready' });
    }
  });

  test('can come from a file, ten thousand of them', { timeout: 240_000 }, async ({ workspace, runStep }) => {
    const names = Array.from({ length: 10_000 }, (_, index) => `none/${index}.bin`);
    await writeFiles(workspace, { 'list.txt': `${names.join('\r\n')}\n` });
    const step = await runStep({ 'files-from': 'list.txt', 'fail-on': 'none' });
    expect(step.exitCode).toBe(0);
    expect(Number(step.outputs['failed-count'])).toBe(10_000);
    const error = await runStep({ 'files-from': 'no-such-list.txt' });
    expect(errorsIn(error.log).join()).toContain('files-from: "no-such-list.txt" is not there. Give a path');
  });
});

describe.runIf(posix)('a link', () => {
  test('to a folder of the workspace is followed, without end in no loop', async ({ workspace, runStep }) => {
    await writeFiles(workspace, { 'build/out/app.exe': 'app', 'real/setup.exe': 'setup' });
    await mkdir(join(workspace, 'dist'));
    await symlink('../build/out', join(workspace, 'dist/plugins'));
    await symlink('..', join(workspace, 'build/out/up'));
    await symlink('real', join(workspace, 'linked'));
    const step = await runStep({ files: 'dist/**\nlinked/*.exe', 'fail-on': 'none' });
    expect(Object.keys(outcomeOf(step)).sort()).toEqual(['dist/plugins/app.exe', 'linked/setup.exe']);
  });

  test('makes no second subject of a file, however many lead to it', async ({ workspace, runStep }) => {
    const folders = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const folder of folders) {
      await writeFiles(workspace, { [`${folder}/f.txt`]: folder });
      for (const other of folders)
        if (other !== folder) await symlink(`../${other}`, join(workspace, folder, other));
    }
    await symlink('f.txt', join(workspace, 'a/alias.txt'));
    const step = await runStep({ files: '**/*.txt\n**/**/*.txt', 'fail-on': 'none' });
    expect(Object.keys(outcomeOf(step)).sort()).toEqual(folders.map((folder) => `${folder}/f.txt`));
  });

  test('that leads nowhere, or outside, fails by itself', async ({ workspace, runStep }) => {
    const inner = join(workspace, 'inner');
    await writeFiles(workspace, { 'outside/secret.exe': 's', 'inner/dist/app.exe': 'app' });
    await symlink('gone', join(inner, 'dist/latest.exe'));
    await symlink('../../outside/secret.exe', join(inner, 'dist/secret.exe'));
    await symlink('../../outside', join(inner, 'dist/folder'));
    await symlink('gone', join(inner, 'dist/readme.txt'));
    const step = await runStep({ files: 'dist/**/*.exe', 'fail-on': 'none' }, { workspace: inner });
    expect(outcomeOf(step)).toEqual({
      'dist/app.exe': 'missing',
      'dist/latest.exe': 'failed',
      'dist/secret.exe': 'failed',
      'dist/folder': 'failed',
    });
    expect(messageAbout(step, 'dist/latest.exe')).toContain('its link leads nowhere. Remove the link');
    expect(messageAbout(step, 'dist/secret.exe')).toContain('leads out of the workspace. Copy');
  });

  test('to the workspace itself leaves the names as the user knows them', async ({ workspace, runStep }) => {
    await writeFiles(workspace, { 'real/dist/app.exe': 'app' });
    await symlink('real', join(workspace, 'work'));
    const step = await runStep(
      { files: 'dist/*', 'fail-on': 'none' },
      { workspace: join(workspace, 'work') },
    );
    expect(Object.keys(outcomeOf(step))).toEqual(['dist/app.exe']);
  });
});

test.runIf(process.platform === 'linux')(
  'a file whose name is not UTF-8 fails by itself',
  async ({ workspace, runStep }) => {
    await writeFiles(workspace, { 'dist/app.exe': 'app' });
    await writeFile(Buffer.from(`${workspace}/dist/caf\xe9.exe`, 'latin1'), 'x');
    const step = await runStep({ files: 'dist/*.exe', 'fail-on': 'none' });
    expect(outcomeOf(step)).toEqual({ 'dist/app.exe': 'missing', 'dist/caf\ufffd.exe': 'failed' });
    expect(messageAbout(step, 'dist/caf\ufffd.exe')).toContain('not UTF-8');
  },
);

describe('a file that changes while the step runs', () => {
  const service = 'perception-point';
  /** Large enough that its upload is under way when the file changes. */
  const size = 64 * 1024 * 1024;

  test.for([
    [
      'grows',
      (path: string) => {
        appendFileSync(path, 'more');
      },
    ],
    [
      'is written anew in place',
      (path: string) => {
        utimesSync(path, new Date(), new Date(0));
      },
    ],
    [
      'is replaced by another one',
      (path: string) => {
        writeFileSync(`${path}.new`, Buffer.alloc(size, 'b'));
        renameSync(`${path}.new`, path);
      },
    ],
  ] as const)('fails when it %s, and says so', async ([, change], { simulator, workspace, runStep }) => {
    const content = Buffer.alloc(size, 'a');
    await writeFile(join(workspace, '1.bin'), content);
    await writeFile(join(workspace, '2.bin'), content);
    // The first submission takes the only place until the second file has changed. The simulator answers from this
    // thread, which is at work on nothing else while it changes the file.
    simulator.faults.script({ route: 'perception-point.files.submit', fault: { kind: 'delay', ms: 2_000 } });
    const running = runStep(
      { service, files: '*.bin', concurrency: '1', 'fail-on': 'none' },
      {
        onLog: (line) => {
          if (line.includes('1.bin  sending')) change(join(workspace, '2.bin'));
        },
      },
    );
    const step = await running;
    expect(outcomeOf(step)).toMatchObject({ '1.bin': 'ready', '2.bin': 'failed' });
    expect(messageAbout(step, '2.bin')).toContain('changed since the step found it');
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(messageAbout(step, '2.bin')).not.toContain(sha256);
  });
});
