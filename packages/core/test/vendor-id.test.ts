import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readVendorId } from '../src/vendor-id.ts';

describe('an id of a service', () => {
  test.each([
    ['123456', '123456'],
    [123456, '123456'],
    [
      ' 94824_1_0f3e1d6a-0000-4000-8000-000000000000_20230607\n',
      '94824_1_0f3e1d6a-0000-4000-8000-000000000000_20230607',
    ],
    ['no/uuid at all?', 'no/uuid at all?'],
    ['ä'.repeat(64), 'ä'.repeat(64)],
  ])('is a text: %j', (value, id) => {
    expect(readVendorId(value)).toBe(id);
  });

  test.each([
    '',
    ' ',
    null,
    undefined,
    1.5,
    2 ** 53,
    Number.NaN,
    {},
    ['1'],
    '1\u001b[31m2',
    '1\u00072',
    '1\n2',
    '1\u20282',
    '1\u202e2',
    '1\u200b2',
    '1\ud8002',
    'a'.repeat(129),
    'ä'.repeat(65),
  ])('is not %j', (value) => {
    expect(readVendorId(value)).toBeUndefined();
  });

  test('is one short line without anything that cannot be seen, whatever the service sends', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.jsonValue()), (value) => {
        const id = readVendorId(value) ?? 'none';
        expect(id).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(Buffer.byteLength(id)).toBeLessThanOrEqual(128);
        expect(id.trim()).toBe(id);
      }),
    );
  });
});
