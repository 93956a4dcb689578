import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announcedFileName } from '../../src/http/content-disposition.ts';

describe('the file name in a Content-Disposition', () => {
  test.each([
    // RFC 6266, 5.
    ['Attachment; filename=example.html', 'example.html'],
    ['INLINE; FILENAME= "an example.html"', 'an example.html'],
    ["attachment; filename*= UTF-8''%e2%82%ac%20rates", '€ rates'],
    ['attachment; filename="EURO rates"; filename*=utf-8\'\'%e2%82%ac%20rates', '€ rates'],
    // RFC 8187, 3.2.3.
    ["attachment; filename*=iso-8859-1'en'%A3%20rates", '£ rates'],
    // What servers send besides.
    ['attachment; filename="a\\"b.pdf"', 'a"b.pdf'],
    ['attachment; filename="../../etc/passwd"', '../../etc/passwd'],
    ['attachment; filename=report.pdf; size=42', 'report.pdf'],
    ['attachment; filename="fallback.pdf"; filename*=UTF-8\'\'%zz', 'fallback.pdf'],
    ["attachment; filename='a b.csv'", 'a b.csv'],
    ["attachment; filename='a; b.csv'; size=3", 'a; b.csv'],
    ['attachment; filename="\'a\'.csv"', "'a'.csv"],
    [`attachment; filename="${Buffer.from('Aufträge €.csv').toString('latin1')}"`, 'Aufträge €.csv'],
    ['attachment; filename="M\xfcller.csv"', 'Müller.csv'],
    ['attachment; filename="Aufträge €.csv"', 'Aufträge €.csv'],
  ])('%s', (header, name) => {
    expect(announcedFileName(header)).toBe(name);
  });

  test.each([undefined, '', 'attachment', 'attachment; filename=""', 'attachment; size=3', ';;;=', '"'])(
    'is absent in %j',
    (header) => {
      expect(announcedFileName(header)).toBeUndefined();
    },
  );

  test('comes through whatever it is, when it is encoded as RFC 8187 says', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(names, (name) => {
        const encoded = encodeURIComponent(name).replace(
          /['()*]/g,
          (character) => `%${character.charCodeAt(0).toString(16)}`,
        );
        expect(announcedFileName(`attachment; filename*=UTF-8''${encoded}`)).toBe(name);
      }),
    );
  });

  test('never makes a header a failure', () => {
    const headers = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom(...'= ; " \' \\ * % \t filename filename* UTF-8 %41 é'.split(' '), ' '),
      }),
    );
    fc.assert(
      fc.property(headers, (header) => {
        const name = announcedFileName(header);
        expect(name === undefined || name !== '').toBe(true);
      }),
    );
  });
});
