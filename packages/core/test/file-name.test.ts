import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeFileName } from '../src/file-name.ts';

const fallback = 'report';

/** Texts with much in them that a file name may not have. */
const strangersText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        ...['..', '/', '\\', '.', ' ', 'C:', 'con', 'NUL', 'com1', 'lpt³', '\0', '\n', '\u202e', '\u200b'],
        ...['\ud800', 'é', 'e\u200d\u0301', '\u00a0', '\ufffe', '.pdf', '.exe', '*', '|', 'Ω'.repeat(99)],
      ),
    )
    .map((parts) => parts.join('')),
);

function check(property: (name: string) => void): void {
  fc.assert(
    fc.property(strangersText, (text) => {
      property(safeFileName(text, fallback));
    }),
    { numRuns: 1000 },
  );
}

describe('a safe file name', () => {
  test('has no separator and nothing that a platform reserves', () => {
    check((name) => {
      expect(name).not.toMatch(/[<>:"/\\|?*]/);
    });
  });

  test('has no control, invisible or direction-changing character', () => {
    check((name) => {
      expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    });
  });

  test('is not empty, not hidden, and does not end in what Windows drops', () => {
    check((name) => {
      expect(name).toMatch(/^[^. ](.*[^. ])?$/su);
    });
  });

  test('is no device of Windows', () => {
    check((name) => {
      expect(name).not.toMatch(/^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)/i);
    });
  });

  test('has at most 200 bytes', () => {
    check((name) => {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    });
  });

  test('stays as it is when it is made safe again', () => {
    check((name) => {
      expect(safeFileName(name, fallback)).toBe(name);
    });
  });

  test('keeps its extension however long it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 150, maxLength: 400 }),
        fc.stringMatching(/^\.[a-zA-Z0-9]{1,10}$/),
        (stem, extension) => {
          expect(safeFileName(`a${stem}b${extension}`, fallback).endsWith(extension)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['report.pdf', 'report.pdf'],
    ['Größe und Maß.csv', 'Größe und Maß.csv'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Windows\\system.ini', 'C__Windows_system.ini'],
    ['.bashrc', 'bashrc'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['con .txt', '_con .txt'],
    ['COM¹', '_COM¹'],
    ['console.txt', 'console.txt'],
    ['a\r\nb\t c.pdf', 'ab c.pdf'],
    ['gpj.\u202eexe', 'gpj.exe'],
    ['e\u0301.pdf', 'é.pdf'],
    ['e\u200d\u0301.pdf', 'é.pdf'],
    ['half \ud83d', 'half _'],
    ['', fallback],
    [' ... ', fallback],
  ])('of %j is %j', (text, name) => {
    expect(safeFileName(text, fallback)).toBe(name);
  });

  test('that is too long ends with a whole character', () => {
    expect(safeFileName(`${'€'.repeat(100)}.pdf`, fallback)).toBe(`${'€'.repeat(65)}.pdf`);
  });
});
