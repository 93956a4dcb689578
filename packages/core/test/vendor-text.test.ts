import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanVendorText } from '../src/vendor-text.ts';
import { formsOf } from './support/leaks.ts';

/** What the header of a credential can carry. */
const secrets = fc.stringMatching(/^[\x21-\x7e]{12,60}$/).filter((secret) => new Set(secret).size > 6);
const surroundings = fc.string({ unit: 'binary', maxLength: 40 });

describe('a vendor’s text', () => {
  test('is one line without control, invisible or direction-changing characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = cleanVendorText(text, []);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(clean).toBe(clean.trim());
      }),
    );
  });

  test('has at most 300 characters and a mark that it was cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 250, maxLength: 700 }), (text) => {
        expect(cleanVendorText(text, []).length).toBeLessThanOrEqual(301);
      }),
    );
    expect(cleanVendorText('x'.repeat(301), [])).toBe(`${'x'.repeat(300)}…`);
    expect(cleanVendorText('x'.repeat(300), [])).toBe('x'.repeat(300));
  });

  test('shows no secret in any of its encodings, whatever stands around it', () => {
    fc.assert(
      fc.property(secrets, surroundings, surroundings, (secret, before, after) => {
        for (const [name, form] of Object.entries(formsOf(secret))) {
          const clean = cleanVendorText(`${before}${form}${after}`, [secret]);
          expect(clean, name).not.toContain(form);
          expect(clean, name).not.toContain(secret);
        }
      }),
    );
  });

  test('shows no secret that stands within something longer in Base64', () => {
    fc.assert(
      fc.property(
        secrets,
        fc.string({ maxLength: 9 }),
        fc.string({ maxLength: 9 }),
        (secret, before, after) => {
          for (const encoding of ['base64', 'base64url'] as const) {
            const clean = cleanVendorText(Buffer.from(before + secret + after).toString(encoding), [secret]);
            expect(Buffer.from(clean.replaceAll('***', ' '), encoding).toString()).not.toContain(secret);
            expect(clean).toContain('***');
          }
        },
      ),
    );
  });

  test('shows no secret that was cut in pieces by what is left out', () => {
    expect(cleanVendorText('a token-\u200b4711 z', ['token-4711'])).toBe('a *** z');
  });

  test('shows no part of a secret at which the text is cut', () => {
    const secret = 'abcdefghij0123456789';
    for (let before = 280; before <= 300; before += 1) {
      expect(cleanVendorText('-'.repeat(before) + secret, [secret])).not.toContain('abc');
    }
  });

  test('keeps what is no secret', () => {
    expect(cleanVendorText('Invalid token. Ask the administrator (code 17).', ['token-4711'])).toBe(
      'Invalid token. Ask the administrator (code 17).',
    );
  });

  test.each([
    ['see https://h.example/p?signature=abc now', 'see https://h.example/p?… now'],
    ['<a href="https://h.example/p?sig=a%20b&x=1">', '<a href="https://h.example/p?…">'],
    ["{'url': 'https://h.example/p?sig=a', 'n': 1}", "{'url': 'https://h.example/p?…', 'n': 1}"],
    ["https://h.example/it's?name='x'&sig=abc", "https://h.example/it's?…"],
    ["see https://h.example/a',b?sig=abc now", "see https://h.example/a',b?… now"],
    [
      "['https://h.example/a?sig=b','https://h.example/?sig=c']",
      "['https://h.example/a?…','https://h.example/?…']",
    ],
    ['https://h.example/#access_token=abc', 'https://h.example/?…'],
    ['HTTP://h.example?sig=abc', 'HTTP://h.example?…'],
    ['{"url":"https:\\/\\/h.example\\/p?sig=abc"}', '{"url":"https:\\/\\/h.example\\/p?…"}'],
    ['next=https%3A%2F%2Fh.example%2Fp%3Fsig%3Dabc', 'next=https%3A%2F%2Fh.example%2Fp?…'],
    ['http://user:pass@proxy.example:3128/', 'http://proxy.example:3128/'],
    ['is it https://h.example/p or not?', 'is it https://h.example/p or not?'],
  ])('has no query in its URLs: %s', (text, clean) => {
    expect(cleanVendorText(text, [])).toBe(clean);
  });

  test('shows nothing of a URL’s query, whatever the URL is', () => {
    fc.assert(
      fc.property(
        fc.webUrl(),
        fc.stringMatching(/^[\w%&=.'()-]{0,20}$/),
        surroundings,
        (url, query, before) => {
          const clean = cleanVendorText(`${before} ${url}?${query}&s=CANARY and more`, []);
          expect(clean).not.toContain('CANARY');
        },
      ),
    );
  });

  // Each of these made a naive search take minutes. The test's own time-out is the bound.
  test.each([
    ['URLs without a query', 'http://'.repeat(140_000)],
    ['escaped percent signs', `%${'25'.repeat(500_000)}`],
    ['beginnings of the secret', 'token-'.repeat(160_000)],
    ['blanks', ' '.repeat(1_000_000)],
  ])('is clean soon when it is a megabyte of %s', { timeout: 30_000 }, (_what, text) => {
    expect(cleanVendorText(`x${text}x`, ['token-4711']).length).toBeLessThanOrEqual(301);
  });
});
