import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readVendorError } from '../../src/http/vendor-error.ts';

describe('what an error answer says', () => {
  test.each([
    ['{"detail": "Malformed hash."}', { message: 'Malformed hash.' }],
    ['{"code": "user_forbidden", "message": "No."}', { code: 'user_forbidden', message: 'No.' }],
    ['{"errors": [{"code": "not_found", "message": "Gone."}]}', { code: 'not_found', message: 'Gone.' }],
    ['{"errors": [{"message": "first"}, {"message": "second"}]}', { message: 'first' }],
    ['{"error": "Too many."}', { message: 'Too many.' }],
    ['{"error": {"code": "x", "message": "y"}}', { code: 'x', message: 'y' }],
    ['{"non_field_errors": ["Wrong."]}', { message: 'Wrong.' }],
    ['{"status": 3, "status_message": "Broken."}', { message: 'Broken.' }],
    ['{"errors": [], "detail": "Still."}', { message: 'Still.' }],
    ['{"code": "only_a_code"}', { code: 'only_a_code' }],
    ['{"code": 17, "message": "Numbered."}', { message: 'Numbered.' }],
    ['["Listed."]', { message: 'Listed.' }],
    ['"Just text."', { message: 'Just text.' }],
    ['  Plain text.\n', { message: 'Plain text.' }],
    ['', {}],
    [' \r\n', {}],
    ['<!DOCTYPE html><title>Sign in</title>', { message: "a web page titled 'Sign in'" }],
    ['<html><body>Bad gateway</body></html>', { message: 'a web page' }],
  ])('%s', (body, told) => {
    expect(readVendorError(body)).toEqual(told);
  });

  test.each([
    '{"hash_values": ["This field is required."]}',
    '{"detail": ""}',
    '{"errors": [{"field": 1}]}',
    '{}',
    '[]',
    '[null]',
    '42',
    'null',
    'false',
    '{"detail":',
  ])('in an unknown shape is given back as it is: %s', (body) => {
    expect(readVendorError(body)).toEqual({ message: body });
  });

  test('is read from any JSON without failing, and is text', () => {
    const strings = fc.oneof(
      fc.constantFrom('errors', 'error', 'message', 'detail', 'code', ''),
      fc.string(),
    );
    const values = fc.oneof(
      fc.jsonValue(),
      fc.object({ key: strings, values: [strings, fc.constant(null), fc.integer()] }),
    );
    fc.assert(
      fc.property(values, (value) => {
        const told = readVendorError(JSON.stringify(value));
        for (const text of Object.values(told)) expect(text).toEqual(expect.any(String));
        expect(told.code ?? told.message).not.toBe('');
      }),
    );
  });

  test('is read from any text without failing', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('<', 'html', '!--', '-->', '<title>', '{', '}', '[', '"', ' '))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const told = readVendorError(text);
        expect(told.message === undefined).toBe(text.trim() === '');
      }),
    );
  });

  // Each of these made a naive reader overflow its stack or search for minutes. The test's own time-out is the bound.
  test.each([
    ['arrays in arrays', '['.repeat(400_000) + ']'.repeat(400_000)],
    ['objects in objects', '{"error":'.repeat(80_000) + '1' + '}'.repeat(80_000)],
    ['comments and no page', '<!---->'.repeat(140_000)],
    ['titles that never end', `<html>${'<title'.repeat(160_000)}`],
  ])('is read from a megabyte of %s', { timeout: 30_000 }, (_what, body) => {
    expect(readVendorError(body).message).toBeDefined();
  });
});
