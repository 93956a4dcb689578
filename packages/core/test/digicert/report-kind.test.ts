import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { csv, json, pdf, type ReportKind, type ReportState, xlsx, zip } from '../../src/report-kind.ts';

const kinds = [zip, xlsx, json, csv];

function kindOf(
  content: Uint8Array | string,
  {
    announcedType = 'text/csv; charset=utf-8',
    announcedName,
    whole,
  }: { announcedType?: string | undefined; announcedName?: string; whole?: boolean } = {},
): string | undefined {
  const bytes = Buffer.from(content).subarray(0, 1024);
  const beginning = { bytes, whole: whole ?? bytes.byteLength < 1024, announcedType, announcedName };
  return kinds.find((kind) => kind.begins(beginning))?.name;
}

/** What a report turns out to be that arrives in pieces of so many bytes. */
function stateOf(kind: ReportKind, content: Uint8Array | string, pieceBytes = 700): ReportState {
  const all = Buffer.from(content);
  const bytes = all.subarray(0, 1024);
  const check = kind.check({ bytes, whole: all.byteLength < 1024, announcedType: undefined });
  for (let at = 0; at < all.byteLength; at += pieceBytes) check.add(all.subarray(at, at + pieceBytes));
  return check.end();
}

function isWhole(kind: ReportKind, content: Uint8Array | string, pieceBytes?: number): boolean {
  return stateOf(kind, content, pieceBytes) === 'whole';
}

const empty = new Uint8Array();
const xlsxType = xlsx.mediaType;
const text = (content: string) => Buffer.from(content);

describe('the kind of a report', () => {
  test.each([
    ['CSV', 'a CSV', 'Order ID,Common name\n1,example.com\n'],
    ['CSV', 'a CSV with a single column', 'Domain\n'],
    ['CSV', 'a CSV with a byte-order mark', '\ufeffOrder ID;Name\n'],
    ['CSV', 'a CSV in Latin-1', Buffer.from('Name\nM\xfcller\n', 'latin1')],
    ['CSV', 'a CSV in UTF-16', Buffer.from('\ufeffOrder ID\tName\n', 'utf16le')],
    ['CSV', 'a CSV whose first column is in brackets', '[id],{name}\n1,2\n'],
    ['CSV', 'a CSV whose first value is quoted', '"{""a"": 1}",2\n'],
    ['JSON', 'a JSON array', '[{"id": 1}]'],
    ['JSON', 'an empty JSON array', '[]'],
    ['no', 'an empty JSON object', ' {} '],
    ['no', 'JSON without anything in it', 'null'],
    ['no', 'a JSON object of single values', '{"status": 0, "progress": "working"}'],
    ['no', 'a JSON error in detail', '{"detail": "Not found."}'],
    ['no', 'a JSON error in a message', '{"message": "No room to build the report"}'],
    ['no', 'a JSON error with details', '{"message": "no", "details": {"field": ["required"]}}'],
    ['no', 'a JSON error of a form', '{"non_field_errors": ["no"]}'],
    ['no', 'a list of one message', '["Invalid API key"]'],
    ['JSON', 'a JSON object after a byte-order mark and blanks', '\ufeff \r\n{ "orders": [] }'],
    ['JSON', 'a JSON report with a column of errors', '[{"code": "a", "message": "b"}]'],
    ['JSON', 'a JSON report with no errors in it', '{"orders": [1], "errors": []}'],
    ['JSON', 'a JSON report in which one word is a code', '{"code": "a", "rows": []}'],
    ['ZIP', 'a ZIP', zipSync({ 'orders.csv': text('a,b') })],
    ['ZIP', 'a ZIP without entries', zipSync({})],
    ['ZIP', 'a ZIP of a workbook', zipSync({ 'orders.xlsx': text('PK') })],
    ['XLSX', 'a workbook', zipSync({ '[Content_Types].xml': text('<Types/>'), 'xl/workbook.xml': empty })],
    ['XLSX', 'a workbook that begins with its relations', zipSync({ '_rels/.rels': text('<x/>') })],
    ['XLSX', 'a workbook that begins with a sheet', zipSync({ 'xl/worksheets/sheet1.xml': text('<x/>') })],
    ['XLSX', 'a workbook whose own part is the second', zipSync({ a: text('a'), 'xl/workbook.xml': empty })],
    ['no', 'a web page', '<!DOCTYPE html><title>Sign in</title>'],
    ['no', 'a web page after blanks', '\n <html>'],
    ['no', 'an error in XML', '<?xml version="1.0"?><Error>AccessDenied</Error>'],
    ['no', 'a bare JSON error', '{"code": "user_forbidden", "message": "no"}'],
    ['no', 'a list of JSON errors', '{"errors": [{"code": "access_denied", "message": "no"}]}'],
    ['no', 'a JSON error that is a word', '{"error": "no"}'],
    ['no', 'a JSON error that was cut off', '{"code": "user_forbidden", "mess'],
    ['no', 'a PDF', '%PDF-1.7\n'],
    ['no', 'a picture', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['no', 'a file that gzip made', Buffer.from('1f8b0800', 'hex')],
    ['no', 'nothing', ''],
    ['no', 'blanks', ' \r\n\t'],
    ['no', 'half the mark of a ZIP', 'PK\x03'],
  ])('%s, for %s', (kind, _what, content) => {
    expect(kindOf(content) ?? 'no').toBe(kind);
  });

  const sentence = 'Service unavailable, please try again later.\n';

  test.each([
    ['CSV', 'a text that is announced as CSV', sentence, { announcedType: 'text/csv' }],
    ['CSV', 'a text of that file name', 'Domain\n', { announcedType: 'text/plain', announcedName: 'a.csv' }],
    ['CSV', 'a table in plain text', 'Order ID;"Name; full"\r\n1;x\r\n', { announcedType: 'text/plain' }],
    ['CSV', 'a table of any bytes', 'a\tb\n1\t2', { announcedType: 'application/octet-stream' }],
    ['no', 'a message in plain text', sentence, { announcedType: 'text/plain; charset=utf-8' }],
    ['no', 'two lines of it', `Error, sorry.\n${sentence.repeat(2)}`, { announcedType: '' }],
    ['no', 'a piece of a web page', 'Sign in, please\na,b\n', { announcedType: 'text/html' }],
    ['no', 'what is announced as JSON', 'a,b\n1,2\n', { announcedType: 'application/problem+json' }],
  ])('%s, for %s', (kind, _what, content, announced) => {
    expect(kindOf(content, announced) ?? 'no').toBe(kind);
  });

  test.each(['\x0b', '\x1f', '\x07', '\x1b'])('is CSV with a cell that holds %j', (control) => {
    expect(kindOf(`Name,Note\nx,a${control}b\n`)).toBe('CSV');
  });

  test('is CSV with the end-of-file mark of another age', () => {
    expect(kindOf('Name,Note\nx,y\n\x1a')).toBe('CSV');
  });

  test.each([
    ['a byte-order mark', '\ufeff%PDF-1.7\n'],
    ['line breaks', '\r\n\n%PDF-1.7\n'],
    ['nearly all that may be there', `${' '.repeat(1019)}%PDF-1.7\n`],
  ])('is PDF after %s', (_what, content) => {
    const bytes = Buffer.from(content).subarray(0, 1024);
    expect(pdf.begins({ bytes, whole: false, announcedType: undefined })).toBe(true);
  });

  test.each(['<html>%PDF-1.7', 'This is no %PDF-1.7 file', '{"a": "%PDF-"}', `${' '.repeat(1024)}%PDF-`])(
    'is not PDF for %j',
    (content) => {
      const bytes = Buffer.from(content).subarray(0, 1024);
      expect(pdf.begins({ bytes, whole: false, announcedType: undefined })).toBe(false);
    },
  );

  test('is that of a JSON error however long the error is', () => {
    const error = `{"errors": [{"code": "a", "message": "${'x'.repeat(2000)}"}]}`;
    expect(kindOf(error)).toBeUndefined();
    expect(kindOf(`{"orders": ["${'x'.repeat(2000)}"]}`)).toBe('JSON');
  });

  const more = `"rows": [${'{"code": "a", "message": "b", "error": "c"}, '.repeat(100)}1]`;

  test.each([
    ['a code', `{"code": "monthly", ${more}}`],
    ['a message', `{"message": "Report of January", ${more}}`],
    ['a code that is a number, and a message', `{"code": 7, "message": "of January", ${more}}`],
    ['no errors', `{"errors": [], ${more}}`],
    ['no error, and a code', `{"error": null, "code": "monthly", ${more}}`],
    ['an empty error', `{"error": "", ${more}}`],
    ['a code in which a message is quoted', `{"code": "a \\", \\"message\\": \\"b", ${more}}`],
  ])('is JSON for a long report that begins with %s', (_what, report) => {
    expect(report.length).toBeGreaterThan(2000);
    expect(kindOf(report)).toBe('JSON');
    expect(isWhole(json, report)).toBe(true);
  });

  test.each([
    ['a code and a message', `{"code": "a", "message": "${'x'.repeat(2000)}"}`],
    ['a message and a code', `{"message": "a", "trace": ["x"], "code": "${'x'.repeat(2000)}"}`],
    [
      'a code, what it is about, and a message',
      `{"code": "a", "of": {"b": [1, "{"]}, "message": "b", ${more}}`,
    ],
    ['an error with a code', `{"error": {"code": "a", "trace": "${'x'.repeat(2000)}"}}`],
    ['an error in words', `{"error": "${'x'.repeat(2000)}"}`],
    ['a status and errors', `{"status": 500, "errors": ["${'x'.repeat(2000)}"]}`],
  ])('is none for a long error of %s', (_what, error) => {
    expect(kindOf(error)).toBeUndefined();
  });

  test('is what the media type says where a ZIP tells nothing by itself', () => {
    const unknown = zipSync({ part: text('a') });
    expect(kindOf(unknown)).toBe('ZIP');
    expect(kindOf(unknown, { announcedType: `${xlsxType}; charset=binary` })).toBe('XLSX');
    expect(kindOf(zipSync({ 'orders.csv': text('a') }), { announcedType: xlsxType })).toBe('ZIP');
    expect(kindOf('a,b\n1,2\n', { announcedType: xlsxType })).toBe('CSV');
  });

  test('is never a failure to find, for no bytes at all', () => {
    const marks = fc.constantFrom(
      '',
      'PK\x03\x04',
      'PK\x05\x06',
      '{',
      '[',
      '<',
      '\xff\xfe',
      '\xfe\xff',
      '\xef\xbb\xbf',
    );
    fc.assert(
      fc.property(marks, fc.uint8Array({ maxLength: 1200 }), fc.boolean(), (mark, bytes, whole) => {
        const content = Buffer.concat([Buffer.from(mark, 'latin1'), bytes]);
        const name = kindOf(content, { whole });
        const zipLike = content.toString('latin1', 0, 4) === 'PK\x03\x04';
        if (zipLike) expect(['ZIP', 'XLSX']).toContain(name);
        for (const kind of [...kinds, pdf]) expect(typeof isWhole(kind, content)).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  test('is at most one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (content) => {
        const beginning = { bytes: Buffer.from(content), whole: true, announcedType: undefined };
        expect(kinds.filter((kind) => kind.begins(beginning)).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the end of a report', () => {
  test.each([
    ['an object', '{"a": [1]}'],
    ['an array', '[{"a": 1}]'],
    ['an array and a line break', '[{"a": 1}]\r\n'],
    ['a long array', `[${'"x",'.repeat(900)}1]`],
  ])('is there in a JSON of %s', (_what, content) => {
    expect(isWhole(json, content)).toBe(true);
  });

  test.each([
    ['UTF-16, little end first', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big end first', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-8 with a byte-order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
  ])('is found in %s, too', (_encoding, encode) => {
    for (const report of ['[]', '{"a": ["ü"]}\r\n', `[${'"x", '.repeat(900)}1]`]) {
      expect(kindOf(encode(report))).toBe('JSON');
      for (const pieceBytes of [1, 3, 700]) {
        expect(isWhole(json, encode(report), pieceBytes)).toBe(true);
        expect(isWhole(json, encode(report).subarray(0, -6), pieceBytes)).toBe(false);
      }
    }
  });

  test.each([
    ['cut', '{"orders":[{"id":1}'],
    ['cut', `[${'{"id": "x"}, '.repeat(300)}`],
    ['damaged', '[{"id": 1},]'],
    ['damaged', '[{"id": 1}] and more'],
    ['damaged', `[${'{"id": "x"} '.repeat(300)}]`],
    ['no report', `{"detail": "${'x'.repeat(5000)}"}`],
    ['no report', `{"status": "x", "trace": "${'x'.repeat(5000)}", "errors": [{"code": "a"}]}`],
    ['no report', `{"trace": "${'x'.repeat(5000)}", "code": "a", "message": "b"}`],
    ['no report', 'null'],
  ])('is %s for %j', (state, content) => {
    expect(stateOf(json, content)).toBe(state);
  });

  test('is that of the bracket with which a JSON begins', () => {
    expect(isWhole(json, '[{"a": 1}')).toBe(false);
    expect(isWhole(json, '{"a": [1]')).toBe(false);
    expect(isWhole(json, '[1, 2')).toBe(false);
  });

  const content = fc.uint8Array({ maxLength: 3000 });

  test('is there in every ZIP, and in none that was cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,20}$/), content, { maxKeys: 4 }),
        fc.nat(),
        (files, cut) => {
          const archive = zipSync(files, { level: 0 });
          expect(isWhole(zip, archive)).toBe(true);
          expect(isWhole(zip, archive.subarray(0, cut % archive.byteLength))).toBe(false);
        },
      ),
    );
  });

  test('is not that of a ZIP within a ZIP', () => {
    const inner = zipSync({ 'orders.csv': text('a,b') });
    const outer = Buffer.from(zipSync({ 'inner.zip': inner }, { level: 0 }));
    const innerEnd = outer.indexOf(Buffer.from(inner)) + inner.byteLength;
    expect(isWhole(zip, outer)).toBe(true);
    expect(isWhole(zip, outer.subarray(0, innerEnd))).toBe(false);
  });

  test('may be followed by the comment that it announces', () => {
    const archive = Buffer.concat([zipSync({ a: text('b') }), Buffer.from('made by somebody')]);
    expect(isWhole(zip, archive)).toBe(true);
    archive.writeUInt16LE(16, archive.byteLength - 16 - 2);
    expect(isWhole(zip, archive)).toBe(true);
    expect(isWhole(zip, archive.subarray(0, -1))).toBe(false);
  });

  test('is found before the longest comment that there can be', () => {
    const archive = Buffer.concat([zipSync({ a: text('b') }), Buffer.alloc(65_535, 'c')]);
    archive.writeUInt16LE(65_535, archive.byteLength - 65_535 - 2);
    for (const pieceBytes of [700, 16_384, archive.byteLength]) {
      expect(isWhole(zip, archive, pieceBytes)).toBe(true);
      expect(isWhole(zip, archive.subarray(0, -1), pieceBytes)).toBe(false);
    }
  });

  test('is found in a ZIP of more than 4 GB, too', () => {
    const locator = Buffer.alloc(20);
    locator.write('PK\x06\x07', 'latin1');
    const end = Buffer.alloc(22, 0xff);
    end.write('PK\x05\x06', 'latin1');
    end.writeUInt16LE(0, 20);
    expect(isWhole(zip, Buffer.concat([Buffer.from('PK\x03\x04'), locator, end]))).toBe(true);
    expect(isWhole(zip, Buffer.concat([Buffer.from('PK\x03\x04'), end]))).toBe(false);
  });
});
