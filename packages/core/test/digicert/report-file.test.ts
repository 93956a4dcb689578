import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noteOnKind, reportFileName, type ReportPart } from '../../src/digicert/report-file.ts';
import { csv, json, xlsx, zip } from '../../src/report-kind.ts';

const now = Date.UTC(2026, 0, 31, 23, 59, 59);

function nameOf(file: {
  header?: string;
  displayName?: string;
  kind?: typeof csv;
  part?: ReportPart;
}): string {
  const { header, displayName = 'Orders', kind = csv, part } = file;
  const headers: Record<string, string> = header === undefined ? {} : { 'content-disposition': header };
  const body = (async function* () {
    await Promise.resolve();
    yield new Uint8Array();
  })();
  const response = { status: 200, headers, body, discard: () => undefined };
  return reportFileName(response, { kind, displayName, now, part });
}

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 400 }));

describe('the name of a report', () => {
  test.each([
    ['the display name and the day in UTC', {}, 'Orders-2026-01-31.csv'],
    ['the extension of what it is', { kind: xlsx }, 'Orders-2026-01-31.xlsx'],
    [
      'a display name that looks like a version',
      { displayName: 'Orders v1.2' },
      'Orders v1.2-2026-01-31.csv',
    ],
    ['a display name that is no file name', { displayName: '../a:b\n' }, '_a_b-2026-01-31.csv'],
    ['a display name of which nothing remains', { displayName: '...' }, 'report-2026-01-31.csv'],
    ['a display name that Windows reserves', { displayName: 'con' }, '_con-2026-01-31.csv'],
    ['the announced name', { header: 'attachment; filename="All orders.csv"' }, 'All orders.csv'],
    ['the announced name in UTF-8', { header: "attachment; filename*=UTF-8''%C3%A9t%C3%A9.csv" }, 'été.csv'],
    ['the announced name, of what it is', { header: 'attachment; filename=all.csv', kind: zip }, 'all.zip'],
    ['the announced name, of EXCEL', { header: 'attachment; filename=all.EXCEL', kind: xlsx }, 'all.xlsx'],
    [
      'the announced name, of another letter case',
      { header: 'attachment; filename=all.JSON', kind: json },
      'all.json',
    ],
    [
      'the announced name, without an extension',
      { header: 'attachment; filename=v1.2', kind: json },
      'v1.2.json',
    ],
    [
      'the announced name, of a CSV that was packed',
      { header: 'attachment; filename=Orders.csv.zip' },
      'Orders.csv',
    ],
    [
      'the announced name, of a CSV in a ZIP',
      { header: 'attachment; filename=Orders.csv.zip', kind: zip },
      'Orders.csv.zip',
    ],
    ['the announced name in single quotes', { header: "attachment; filename='a b.csv'" }, 'a b.csv'],
    [
      'the announced name without its path',
      { header: 'attachment; filename="../../etc/passwd"' },
      '_.._etc_passwd.csv',
    ],
    ['the display name for a header without one', { header: 'attachment' }, 'Orders-2026-01-31.csv'],
    ['the display name for a broken header', { header: 'attachment; filename="a' }, 'Orders-2026-01-31.csv'],
    [
      'the part, beginning with one',
      { part: { index: 0, count: 3 }, kind: zip },
      'Orders-2026-01-31-part-1-of-3.zip',
    ],
    [
      'the display name for a part, since an announced name need not sort',
      { header: 'attachment; filename=all-0.zip', part: { index: 4, count: 12 }, kind: zip },
      'Orders-2026-01-31-part-05-of-12.zip',
    ],
  ])('is made of %s', (_what, file, name) => {
    expect(nameOf(file)).toBe(name);
  });

  test('is a file name with the right extension, whatever the service says', () => {
    const dispositions = anyText.map((name) => `attachment; filename="${name.replace(/["\\]/g, '\\$&')}"`);
    fc.assert(
      fc.property(fc.option(dispositions, { nil: '' }), anyText, (header, displayName) => {
        const name = nameOf({ displayName, kind: zip, ...(header !== '' && { header }) });
        expect(name).toMatch(/^[^./\\][^/\\]*\.zip$/s);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
    );
  });

  test('keeps the day and the part of a report with a long name', () => {
    const part = { index: 1, count: 20 };
    expect(nameOf({ displayName: 'é'.repeat(300), kind: zip, part })).toMatch(
      /^é{75}-2026-01-31-part-02-of-20\.zip$/,
    );
    const header = `attachment; filename="${'a'.repeat(300)}.csv"`;
    expect(nameOf({ header })).toMatch(/^a{150}\.csv$/);
  });

  test('keeps the parts of a report apart and in order, however long it is', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), fc.integer({ min: 1, max: 120 }), (text, isAnnounced, count) => {
        const source = isAnnounced ? { header: `attachment; filename="${text.replace(/["\\]/g, '')}"` } : {};
        const names = Array.from({ length: count }, (_, index) =>
          nameOf({ displayName: text, kind: zip, part: { index, count }, ...source }),
        );
        expect(new Set(names).size).toBe(count);
        expect(names.toSorted()).toEqual(names);
        for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
    );
  });
});

describe('what is said of a file of another kind', () => {
  test.each([
    ['CSV', csv],
    ['JSON', json],
    ['EXCEL', xlsx],
    ['ZIP', zip],
  ] as const)('is nothing for %s that came as such', (format, kind) => {
    expect(noteOnKind(format, kind)).toBeUndefined();
  });

  test('is why there is a ZIP', () => {
    expect(noteOnKind('CSV', zip)).toMatch(/^a ZIP came in place of CSV: .*larger than 2 MB/);
  });

  test('is what came, for anything else', () => {
    expect(noteOnKind('CSV', json)).toBe('what came is JSON, although CSV was asked for');
  });
});
