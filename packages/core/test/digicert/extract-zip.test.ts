import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { extractZip, type ExtractZipOptions } from '../../src/node/extract-zip.ts';
import { saveReport } from '../../src/node/save-report.ts';
import { failureOf } from '../support/transport.ts';
import { fetching, only, startCertCentral } from './support.ts';

const text = (content: string) => Buffer.from(content);

/** A folder with this ZIP in it, and nothing else. */
async function withZip(content: Uint8Array | Zippable) {
  const folder = await mkdtemp(join(tmpdir(), 'extract-zip-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const zipPath = join(folder, 'reports.zip');
  const archive = content instanceof Uint8Array ? content : zipSync(content);
  await writeFile(zipPath, archive);
  const target = join(folder, 'unpacked', 'here');
  const extract = (options?: ExtractZipOptions) => extractZip(zipPath, target, options);
  /** Everything that is there now. */
  const listing = async () => (await readdir(folder, { recursive: true })).toSorted();
  return { folder, zipPath, target, archive: Buffer.from(archive), extract, listing };
}

async function expectRefusal(
  content: Uint8Array | Zippable,
  what: string | RegExp,
  options?: ExtractZipOptions,
) {
  const { extract, listing, zipPath, archive, folder } = await withZip(content);
  const failure = await failureOf(extract(options));
  expect(failure).toMatchObject({ name: 'ExtractionError' });
  const { message } = failure as Error;
  expect(message).toMatch(what);
  expect(message).toMatch(/^reports\.zip cannot be unpacked: .*\. The ZIP itself is kept\.$/);
  // The folder above the target may have been made; nothing is in it.
  expect(await listing()).toEqual(['reports.zip', 'unpacked']);
  expect((await readFile(zipPath)).equals(archive)).toBe(true);
  expect(await readdir(join(folder, 'unpacked'))).toEqual([]);
}

/** A ZIP with something changed in the central directory's header of its first entry. */
function tampered(
  content: Zippable,
  change: (archive: Buffer, header: number, localHeader: number) => void,
): Buffer {
  const archive = Buffer.from(zipSync(content));
  change(archive, archive.indexOf('PK\x01\x02', 0, 'latin1'), 0);
  return archive;
}

describe('unpacking a ZIP', () => {
  test('gives every file with its size and SHA-256, and leaves nothing else', async () => {
    const files = {
      'orders.csv': text('a,b\n1,2\n'),
      'empty.json': text(''),
      'more.json': text('[1]'),
      'x.bin': text('\0'),
    };
    const { extract, target } = await withZip(files);
    const extracted = await extract();
    expect(extracted).toEqual(
      [
        ['orders.csv', 'text/csv'],
        ['empty.json', 'application/octet-stream'],
        ['more.json', 'application/json'],
        ['x.bin', 'application/octet-stream'],
      ].map(([name = '', mediaType]) => {
        const content = files[name as keyof typeof files];
        const sha256 = createHash('sha256').update(content).digest('hex');
        return { path: join(target, name), name, mediaType, size: content.byteLength, sha256 };
      }),
    );
    for (const { path, name } of extracted) {
      expect((await readFile(path)).equals(files[name as keyof typeof files])).toBe(true);
    }
    expect((await readdir(target)).toSorted()).toEqual(Object.keys(files).toSorted());
  });

  test('of any content gives the same content again', async () => {
    const files = fc.dictionary(
      // Not such as "aux.csv", which Windows reserves.
      fc.stringMatching(/^[a-z]{4,8}\.csv$/),
      fc.uint8Array({ maxLength: 40_000 }),
      {
        minKeys: 1,
        maxKeys: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(files, fc.constantFrom<(0 | 6)[]>(0, 6), async (contents, level) => {
        const { extract, target } = await withZip(zipSync(contents, { level }));
        const names = (await extract()).map(({ name }) => name);
        expect(names).toEqual(Object.keys(contents));
        for (const name of names) {
          expect((await readFile(join(target, name))).equals(contents[name] ?? Buffer.from('?'))).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('that holds nothing gives nothing', async () => {
    for (const content of [{}, { 'folder/': text('') }]) {
      const { extract, listing } = await withZip(content);
      expect(await extract()).toEqual([]);
      expect(await listing()).toEqual(['reports.zip', 'unpacked']);
    }
  });

  test('reads a path that begins with a dot as the same path without it', async () => {
    const { extract } = await withZip({ './sub/b.csv': text('1'), 'a/./c.csv': text('2') });
    expect((await extract()).map(({ name }) => name)).toEqual(['sub_b.csv', 'a_c.csv']);
  });

  test('marks what is not complete yet as written by this process', async () => {
    const { extract, target } = await withZip({ 'a.csv': text('1') });
    const seen = new Set<string>();
    const { signal } = new AbortController();
    signal.throwIfAborted = () => {
      for (const name of readdirSync(target)) seen.add(name);
    };
    await extract({ signal });
    expect([...seen]).toEqual([
      expect.stringMatching(new RegExp(`^\\.${process.pid}-[0-9a-f]{8}-[0-9a-f]{16}\\.part$`)) as string,
    ]);
  });

  test('makes folders a part of the names, and all names safe and unique', async () => {
    const { extract, target } = await withZip({
      'a/b.csv': text('1'),
      'a_b.csv': text('2'),
      'A_B.csv': text('3'),
      'con.csv': text('4'),
      '.hidden': text('5'),
      'x\u202ey.csv': text('6'),
      noextension: text('7'),
      NoExtension: text('8'),
      'folder/': text(''),
    });
    const extracted = await extract();
    expect(extracted.map(({ name }) => name)).toEqual([
      'a_b.csv',
      'a_b-2.csv',
      'A_B-3.csv',
      '_con.csv',
      'hidden',
      'xy.csv',
      'noextension',
      'NoExtension-2',
    ]);
    const contents = await Promise.all(extracted.map(({ path }) => readFile(path, 'utf8')));
    expect(contents.join('')).toBe('12345678');
    expect(await readdir(target)).toHaveLength(8);
  });

  test('replaces files that have these names, and nothing beside them', async () => {
    const { extract, target, folder } = await withZip({ 'a.csv': text('new'), 'b.csv': text('new') });
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'a.csv'), 'old');
    await writeFile(join(target, 'c.csv'), 'old');
    await writeFile(join(folder, 'elsewhere'), 'old');
    await symlink(join(folder, 'elsewhere'), join(target, 'b.csv')).catch(() => undefined);
    await extract();
    expect(await readFile(join(target, 'a.csv'), 'utf8')).toBe('new');
    expect(await readFile(join(target, 'b.csv'), 'utf8')).toBe('new');
    expect(await readFile(join(target, 'c.csv'), 'utf8')).toBe('old');
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('old');
    expect((await stat(join(target, 'b.csv'))).isFile()).toBe(true);
  });

  test('does not replace the ZIP by a file of the same name within it', async () => {
    const { folder, zipPath, archive } = await withZip({ 'Reports.ZIP': text('PK'), 'a.csv': text('a') });
    const extracted = await extractZip(zipPath, folder);
    expect(extracted.map(({ name }) => name)).toEqual(['Reports-2.ZIP', 'a.csv']);
    expect((await readFile(zipPath)).equals(archive)).toBe(true);
  });

  test('leaves alone what was in the folder when it fails', async () => {
    const { extract, target } = await withZip({ 'a.csv': text('new'), '../b.csv': text('new') });
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'a.csv'), 'old');
    expect(await failureOf(extract())).toMatchObject({ name: 'ExtractionError' });
    expect(await readdir(target)).toEqual(['a.csv']);
    expect(await readFile(join(target, 'a.csv'), 'utf8')).toBe('old');
  });

  test('takes back what it has placed when a later file cannot be placed', async () => {
    const { extract, target } = await withZip({ 'a.csv': text('new'), 'b.csv': text('new') });
    await mkdir(join(target, 'b.csv', 'in the way'), { recursive: true });
    expect(await failureOf(extract())).toHaveProperty('syscall', 'rename');
    expect(await readdir(target)).toEqual(['b.csv']);
  });
});

describe('a ZIP is not unpacked', () => {
  test.each([
    ['../evil.csv', 'leads out of the folder'],
    ['a/../../evil.csv', 'leads out of the folder'],
    ['..', 'leads out of the folder'],
    ['/tmp/evil.csv', 'has an absolute path'],
    ['C:/evil.csv', 'has an absolute path'],
    ['c:evil.csv', 'has an absolute path'],
    ['..\\..\\evil.csv', 'has a backslash in its path'],
    ['\\\\host\\share\\evil.csv', 'has a backslash in its path'],
    ['../folder/', 'leads out of the folder'],
  ])('for an entry named %s', async (name, what) => {
    await expectRefusal({ 'good.csv': text('a'), [name]: text('') }, what);
  });

  test.each([
    ['a link', 0o120777],
    ['a device', 0o060777],
    ['a pipe', 0o010777],
  ])('for an entry that is %s', async (_what, mode) => {
    const options = { os: 3, attrs: mode * 65_536 };
    await expectRefusal(
      { 'good.csv': text('a'), link: [text('/etc/passwd'), options] },
      /its entry "link" is a link, or something else/,
    );
  });

  test('with an encrypted entry', async () => {
    const archive = tampered({ 'a.csv': text('a'.repeat(50)) }, (zip, header, local) => {
      zip.writeUInt16LE(1, header + 8);
      zip.writeUInt16LE(1, local + 6);
    });
    await expectRefusal(archive, /its entry "a\.csv" is encrypted/);
  });

  test('with an entry that is packed in another way', async () => {
    const archive = tampered({ 'a.csv': text('a'.repeat(50)) }, (zip, header, local) => {
      zip.writeUInt16LE(14, header + 10);
      zip.writeUInt16LE(14, local + 8);
    });
    await expectRefusal(archive, /its entry "a\.csv" is packed in a way that is not supported \(14\)/);
  });

  test('with more entries than allowed, folders included', async () => {
    const files = { 'a/': text(''), 'a/b.csv': text('b'), 'a/c.csv': text('c') };
    await expectRefusal(files, /its entry "a\/c\.csv" is one more than the 2 that are allowed/, {
      maxEntries: 2,
    });
    const { extract } = await withZip(files);
    expect(await extract({ maxEntries: 3 })).toHaveLength(2);
  });

  test('with more content than allowed, all files together', async () => {
    const files = { 'a.csv': text('a'.repeat(600)), 'b.csv': text('b'.repeat(401)) };
    const what = /its entry "b\.csv" makes the content larger than the 1000 bytes/;
    await expectRefusal(files, what, { maxBytes: 1000 });
    const { extract } = await withZip(files);
    expect(await extract({ maxBytes: 1001 })).toHaveLength(2);
  });

  test('with more content than a ZIP of its size can honestly have, from 10 MB on', async () => {
    const what = /its entry "a\.csv" makes the content larger than 10000000 bytes, more than 200 times/;
    await expectRefusal({ 'a.csv': new Uint8Array(10_000_001) }, what);
    const { extract } = await withZip({ 'a.csv': new Uint8Array(10_000_000) });
    expect(await extract()).toMatchObject([{ size: 10_000_000 }]);
    const large = await withZip({ 'a.csv': new Uint8Array(11_000_000) });
    expect(await large.extract({ maxRatio: 1100 })).toHaveLength(1);
  });

  test('that says less of its content than there is', async () => {
    const archive = tampered({ 'a.csv': new Uint8Array(5_000_000) }, (zip, header, local) => {
      zip.writeUInt32LE(100, header + 24);
      zip.writeUInt32LE(100, local + 22);
    });
    await expectRefusal(archive, /its entry "a\.csv" is damaged \(too many bytes/);
  });

  test('with content that is not what its checksum says', async () => {
    const archive = Buffer.from(zipSync({ 'a.csv': text('some content') }, { level: 0 }));
    archive.write('SOME', archive.indexOf('some content'));
    await expectRefusal(archive, /its entry "a\.csv" is damaged: its checksum/);
  });

  test('that is cut off, or none', async () => {
    const archive = zipSync({ 'a.csv': text('a,b') });
    await expectRefusal(archive.subarray(0, -10), /it is damaged/);
    await expectRefusal(text('a,b\n'), /it is damaged/);
    await expectRefusal(text(''), /it is damaged/);
  });

  test('whatever is wrong with its bytes, or it is unpacked as it is', async () => {
    const archive = Buffer.from(
      zipSync({ 'a.csv': text('a,b\n'.repeat(50)), 'b.csv': [text('c'), { level: 0 }] }),
    );
    const change = fc.record({ at: fc.nat({ max: archive.byteLength - 1 }), to: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const broken = Buffer.from(archive);
        for (const { at, to } of changes) broken.writeUInt8(to, at);
        const { extract, folder, target } = await withZip(broken);
        const outcome = await extract({ maxBytes: 10_000 }).catch((error: unknown) => error);
        if (Array.isArray(outcome)) expect(await readdir(target)).toHaveLength(outcome.length);
        else {
          expect(outcome).toMatchObject({ name: 'ExtractionError' });
          expect(await readdir(join(folder, 'unpacked'))).toEqual([]);
        }
        expect((await readdir(folder)).toSorted()).toEqual(['reports.zip', 'unpacked']);
      }),
      { numRuns: 150 },
    );
  });

  test.skipIf(process.platform === 'win32').each(['elsewhere', 'nowhere'])(
    'along a symbolic link in the place of its folder, to %s',
    async (where) => {
      const { extract, target, folder, listing } = await withZip({ 'a.csv': text('a') });
      await mkdir(join(folder, 'elsewhere'));
      await mkdir(join(folder, 'unpacked'));
      await symlink(join(folder, where), target);
      const failure = await failureOf(extract());
      expect(failure).toMatchObject({ name: 'ExtractionError' });
      expect((failure as Error).message).toBe(
        'reports.zip cannot be unpacked: its folder "here" is there as a symbolic link; remove the link. The ZIP itself is kept.',
      );
      expect(await listing()).toEqual(['elsewhere', 'reports.zip', 'unpacked', 'unpacked/here']);
    },
  );

  test('when the job is canceled', async () => {
    const { extract, listing } = await withZip({ 'a.csv': text('a') });
    const reason = new Error('canceled');
    expect(await failureOf(extract({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(await listing()).toEqual(['reports.zip', 'unpacked']);
  });

  test('when it is not there', async () => {
    const { extract, zipPath } = await withZip({});
    await rm(zipPath);
    expect(await failureOf(extract())).toMatchObject({ code: 'ENOENT' });
  });
});

describe('a ZIP that came from the service', () => {
  test.each([
    ['bomb', /"zeros\.csv" makes the content larger/],
    ['understated-bomb', /"zeros\.csv"/],
    ['traversal', /"\.\.\/\.\.\/evil\.csv" leads out of the folder/],
    ['backslash-traversal', /has a backslash in its path/],
    ['absolute', /"\/tmp\/evil\.csv" has an absolute path/],
    ['symlink', /"link" is a link/],
    ['encrypted', /is encrypted/],
    ['many-entries', /is one more than the 1000 that are allowed/],
  ] as const)('is kept as it is when it is hostile: %s', async (hostile, what) => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{ zip: hostile }] });
    const { parts } = await fetching(certCentral, { report: { id: identifier } }).result;
    await expectRefusal(only(parts).delivered, what);
  });

  test('is unpacked to the file that was asked for', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ bytes: 3_000_000 }],
    });
    const { parts } = await fetching(certCentral, { report: { id: identifier } }).result;
    const { delivered, name } = only(parts);
    const { folder } = await withZip({});
    const path = await saveReport(iterated(delivered), folder, name);
    const [file, ...others] = await extractZip(path, folder);
    expect(others).toEqual([]);
    expect(file).toMatchObject({ name: 'Orders.csv', mediaType: 'text/csv' });
    expect(file?.size).toBeGreaterThanOrEqual(3_000_000);
  });
});

async function* iterated(content: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield content;
}
