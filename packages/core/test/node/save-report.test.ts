import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
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
  return openReport(response, { kinds: [pdf], called: 'PDF', name: () => 'report.pdf' }, context);
}

const beginning = `%PDF-1.7\n${'x'.repeat(2000)}`;
const ending = '\n%%EOF\n';

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
    expect(seen).toEqual([
      [expect.stringMatching(/^\.[0-9a-f]{16}\.part$/)],
      [expect.stringMatching(/^\.[0-9a-f]{16}\.part$/)],
    ]);
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

  test('is told when the directory is a file, which stays as it is', async () => {
    const directory = join(await emptyDirectory(), 'file');
    await writeFile(directory, 'a file');
    const failure = await failureOf(saveReport(await reportOf(beginning, ending), directory, 'report.pdf'));
    expect(failure).toMatchObject({ code: expect.stringMatching(/EEXIST|ENOTDIR/) as string });
    expect(await readFile(directory, 'utf8')).toBe('a file');
  });

  test('leaves nothing behind when a directory has the final name', async () => {
    const directory = await emptyDirectory();
    await mkdir(join(directory, 'report.pdf'));
    const failure = await failureOf(saveReport(await reportOf(beginning, ending), directory, 'report.pdf'));
    expect(failure).toMatchObject({ code: expect.stringMatching(/EISDIR|EPERM|EEXIST|ENOTEMPTY/) as string });
    expect(await readdir(directory)).toEqual(['report.pdf']);
    expect((await stat(join(directory, 'report.pdf'))).isDirectory()).toBe(true);
  });
});
