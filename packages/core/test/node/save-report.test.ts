import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { removeLeftovers } from '../../src/node/partial-file.ts';
import { saveReport } from '../../src/node/save-report.ts';
import { openReport, type Report } from '../../src/report.ts';
import { pdf } from '../../src/report-kind.ts';
import { failureOf } from '../support/transport.ts';

const context = {
  service: { id: 'spectra-analyze', name: 'Spectra Analyze' },
  operation: 'download PDF report',
  subject: undefined,
  clean: (text: string) => text,
};

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'save-report-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A report of these pieces; a function among them is called when it is its turn. */
function reportOf(...pieces: readonly (string | (() => Promise<void>))[]): Promise<Report> {
  const body = async function* () {
    for (const piece of pieces) {
      if (typeof piece === 'string') yield Buffer.from(piece);
      else await piece();
    }
  };
  const response = { status: 200, headers: {}, body: body(), discard: () => undefined };
  return openReport(
    response,
    { kinds: [pdf], called: 'PDF', name: () => 'report.pdf', maxBytes: 1_000_000 },
    context,
  );
}

const beginning = `%PDF-1.7\n${'x'.repeat(2000)}`;
const ending = '\n%%EOF\n';

/** Whether this user can mount a file system that only one process and its children see. */
const canMount =
  spawnSync('unshare', ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status ===
  0;

describe('saving a report', () => {
  test('gives its path, and leaves its bytes and nothing else in a directory that did not exist', async () => {
    const directory = join(await emptyDirectory(), 'new', 'deeper');
    const report = await reportOf(beginning, ending);
    expect(await saveReport(report, directory, 'report.pdf')).toBe(join(directory, 'report.pdf'));
    expect(await readFile(join(directory, 'report.pdf'), 'utf8')).toBe(beginning + ending);
    expect(await readdir(directory)).toEqual(['report.pdf']);
    expect(report.digest.size).toBe(beginning.length + ending.length);
  });

  test('uses the final name only when the report is whole and verified', async () => {
    const directory = await emptyDirectory();
    const seen: string[][] = [];
    const spy = async () => {
      seen.push(await readdir(directory));
    };
    await saveReport(await reportOf(beginning, spy, ending, spy), directory, 'report.pdf');
    const partial = expect.stringMatching(
      new RegExp(`^\\.${process.pid}-[0-9a-f]{8}-[0-9a-f]{16}\\.part$`),
    ) as string;
    expect(seen).toEqual([[partial], [partial]]);
  });

  test('replaces a file of that name', async () => {
    const directory = await emptyDirectory();
    await writeFile(join(directory, 'report.pdf'), 'an older one, and a longer one'.repeat(1000));
    await saveReport(await reportOf(beginning, ending), directory, 'report.pdf');
    expect(await readFile(join(directory, 'report.pdf'), 'utf8')).toBe(beginning + ending);
  });

  test('replaces a link of that name and leaves alone what it points to', async () => {
    const directory = await emptyDirectory();
    const elsewhere = join(await emptyDirectory(), 'precious');
    await writeFile(elsewhere, 'precious');
    await symlink(elsewhere, join(directory, 'report.pdf'));
    await saveReport(await reportOf(beginning, ending), directory, 'report.pdf');
    expect(await readFile(elsewhere, 'utf8')).toBe('precious');
    expect((await lstat(join(directory, 'report.pdf'))).isSymbolicLink()).toBe(false);
    expect(await readFile(join(directory, 'report.pdf'), 'utf8')).toBe(beginning + ending);
  });

  test('can go on for many reports in one directory at once', async () => {
    const directory = await emptyDirectory();
    const names = Array.from({ length: 40 }, (_, index) => `report-${index}.pdf`).sort();
    await Promise.all(
      names.map(async (name) => saveReport(await reportOf(beginning, name, ending), directory, name)),
    );
    expect((await readdir(directory)).sort()).toEqual(names);
    for (const name of names) {
      expect(await readFile(join(directory, name), 'utf8')).toBe(beginning + name + ending);
    }
  });
});

describe('saving a report that fails', () => {
  test('leaves nothing behind when the report is not whole', async () => {
    const directory = await emptyDirectory();
    const failure = await failureOf(saveReport(await reportOf(beginning), directory, 'report.pdf'));
    expect(failure).toMatchObject({ name: 'InvalidReportError' });
    expect(await readdir(directory)).toEqual([]);
  });

  test('leaves nothing behind when it is canceled', async () => {
    const directory = await emptyDirectory();
    const reason = new Error('canceled by the user');
    const report = await reportOf(beginning, () => Promise.reject(reason), ending);
    expect(await failureOf(saveReport(report, directory, 'report.pdf'))).toBe(reason);
    expect(await readdir(directory)).toEqual([]);
  });

  test('leaves the older file as it was', async () => {
    const directory = await emptyDirectory();
    await writeFile(join(directory, 'report.pdf'), 'older');
    await failureOf(saveReport(await reportOf(beginning), directory, 'report.pdf'));
    expect(await readdir(directory)).toEqual(['report.pdf']);
    expect(await readFile(join(directory, 'report.pdf'), 'utf8')).toBe('older');
  });

  test('leaves nothing behind when a folder has the final name, and says so', async () => {
    const directory = await emptyDirectory();
    await mkdir(join(directory, 'report.pdf'));
    const failure = await failureOf(saveReport(await reportOf(beginning, ending), directory, 'report.pdf'));
    expect(failure).toMatchObject({
      name: 'SaveError',
      message: expect.stringMatching(
        /^report\.pdf cannot be saved: (a folder has the same name|this user)/,
      ) as string,
    });
    expect(await readdir(directory)).toEqual(['report.pdf']);
    expect((await stat(join(directory, 'report.pdf'))).isDirectory()).toBe(true);
  });

  test('says that a file is in the place of the directory, and leaves that file as it is', async () => {
    const root = await emptyDirectory();
    const file = join(root, 'file');
    await writeFile(file, 'a file');
    for (const directory of [file, join(file, 'below')]) {
      const failure = await failureOf(saveReport('{}', directory, 'report.json'));
      expect(failure).toMatchObject({
        name: 'SaveError',
        message: expect.stringMatching(
          /^report\.json cannot be saved: a file is in the place of the folder "(file|below)".* \((EEXIST|ENOTDIR)\)\. Remove or rename/,
        ) as string,
      });
      expect((failure as Error).message).not.toContain(root);
    }
    expect(await readFile(file, 'utf8')).toBe('a file');
  });

  test('says that the folder was removed meanwhile', async () => {
    const directory = join(await emptyDirectory(), 'reports');
    const remove = () => rm(directory, { recursive: true });
    const failure = await failureOf(
      saveReport(await reportOf(beginning, remove, ending), directory, 'report.pdf'),
    );
    expect(failure).toMatchObject({
      name: 'SaveError',
      what: 'report.pdf cannot be saved: the folder "reports" was removed while the file was being written (ENOENT)',
    });
  });

  test('says that the name is too long', async () => {
    const failure = await failureOf(saveReport('{}', await emptyDirectory(), `${'x'.repeat(300)}.json`));
    expect(failure).toMatchObject({ name: 'SaveError' });
    expect((failure as Error).message).toContain('too long for the file system (ENAMETOOLONG). Save to');
  });

  test('keeps the error of the stream, even one that reads like one of the disk', async () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { syscall: 'read', code: 'ECONNRESET' });
    const report = await reportOf(beginning, () => Promise.reject(reset), ending);
    expect(await failureOf(saveReport(report, await emptyDirectory(), 'report.pdf'))).toBe(reset);
  });

  test.skipIf(!canMount)('says that the disk is full, or read-only', async () => {
    for (const [options, code, words] of [
      ['size=64k', 'ENOSPC', 'the disk is full'],
      ['ro', 'EROFS', 'the file system is read-only'],
    ] as const) {
      const failure = await saveOnMount(await emptyDirectory(), options);
      expect(failure).toMatchObject({ name: 'SaveError', left: [] });
      expect(failure.message).toContain(`report.bin cannot be saved: ${words} (${code}). `);
    }
  });
});

/** Saves 1 MB in a process of its own, on a file system in memory that is mounted at `directory` for it alone. */
async function saveOnMount(
  directory: string,
  options: string,
): Promise<{ readonly name: string; readonly message: string }> {
  const script = `
    import { saveReport } from ${JSON.stringify(new URL('../../src/node/save-report.ts', import.meta.url).href)};
    import { readdirSync } from 'node:fs';
    const chunks = async function* () { for (let i = 0; i < 16; i += 1) yield Buffer.alloc(65536); };
    const [, directory] = process.argv;
    const { name, message } = await saveReport(chunks(), directory, 'report.bin').catch((error) => error);
    console.log(JSON.stringify({ name, message, left: readdirSync(directory) }));
  `;
  const mountAndRun = 'mount -t tmpfs -o "$1" tmpfs "$2" && exec "$3" --input-type=module --eval "$4" "$2"';
  const { stdout } = await promisify(execFile)('unshare', [
    ...['--map-root-user', '--mount', 'sh', '-c', mountAndRun, 'sh'],
    ...[options, directory, process.execPath, script],
  ]);
  return JSON.parse(stdout) as { name: string; message: string };
}

describe('what a killed process leaves behind', () => {
  const gone = async (): Promise<number> => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  };
  const partial = (pid: number): string => `.${pid}-0123abcd-0123456789abcdef.part`;

  test('is removed, also from the folders below, and nothing else is', async () => {
    const directory = await emptyDirectory();
    const dead = partial(await gone());
    const kept = [
      `.${process.ppid}-0123abcd-0123456789abcdef.part`,
      '.12-0123abcd.part',
      '.part',
      'report.pdf',
      dead.slice(1),
    ];
    await mkdir(join(directory, 'orders', dead, 'deeper'), { recursive: true });
    await writeFile(join(directory, 'orders', dead, 'deeper', '1'), 'x');
    await writeFile(join(directory, 'orders', 'a.csv'), 'x');
    for (const name of [dead, partial(process.pid), ...kept]) await writeFile(join(directory, name), 'x');

    expect(await removeLeftovers(directory)).toBe(3);

    expect((await readdir(directory)).sort()).toEqual([...kept, 'orders'].sort());
    expect(await readdir(join(directory, 'orders'))).toEqual(['a.csv']);
  });

  test('is removed after a day even when another process has its id now', async () => {
    const directory = await emptyDirectory();
    const path = join(directory, partial(process.ppid));
    await writeFile(path, 'x');
    expect(await removeLeftovers(directory)).toBe(0);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(path, yesterday, yesterday);
    expect(await removeLeftovers(directory)).toBe(1);
  });

  test('is not confused with what this process is writing', async () => {
    const directory = await emptyDirectory();
    const removed: number[] = [];
    const spy = async () => {
      removed.push(await removeLeftovers(directory));
    };
    await saveReport(await reportOf(beginning, spy, ending), directory, 'report.pdf');
    expect(removed).toEqual([0]);
    expect(await readdir(directory)).toEqual(['report.pdf']);
  });

  test('need not exist', async () => {
    expect(await removeLeftovers(join(await emptyDirectory(), 'none'))).toBe(0);
  });
});
