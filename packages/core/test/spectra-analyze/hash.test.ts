import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHash } from '../../src/spectra-analyze/hash.ts';

const types = { 32: 'md5', 40: 'sha1', 64: 'sha256' } as const;

function hexOf(length: number) {
  return fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEF')),
    minLength: length,
    maxLength: length,
  });
}

describe('a hash', () => {
  test.each([32, 40, 64] as const)(
    'is %i hex digits in any letter case, blanks around it aside',
    (length) => {
      fc.assert(
        fc.property(hexOf(length), (hex) => {
          expect(parseHash(` ${hex}\n`)).toEqual({ type: types[length], value: hex.toLowerCase() });
        }),
      );
    },
  );

  test('is nothing of another length', () => {
    fc.assert(
      fc.property(
        fc
          .nat({ max: 130 })
          .filter((length) => !(length in types))
          .chain(hexOf),
        (hex) => {
          expect(parseHash(hex)).toBeUndefined();
        },
      ),
    );
  });

  test('is nothing with one other character in it', () => {
    const strangers = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(
        hexOf(40),
        fc.nat({ max: 37 }),
        strangers.filter((character) => !/[0-9a-f]/i.test(character)),
        (hex, index, stranger) => {
          expect(parseHash(`${hex.slice(0, index + 1)}${stranger}${hex.slice(index + 2)}`)).toBeUndefined();
        },
      ),
    );
  });

  test('of any text is in lower case and of a known length, or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (text) => {
        expect(parseHash(text)?.value ?? '').toMatch(/^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})?$/);
      }),
    );
  });
});
