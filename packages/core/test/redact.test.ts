import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactJson, redactor } from '../src/redact.ts';
import { formsOf } from './support/leaks.ts';

/** So many characters that look random, none of them a blank. */
function longSecret(length: number): string {
  let state = 4711;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(0x21 + (state % 94));
  }).join('');
}

/** In Base64, up to two characters at either end belong to what stands around the secret, too. */
const aroundBase64 = /^before (?:\w{0,9})\*\*\*(?:\w{0,2}={0,2}) after$/;

describe('a long secret', () => {
  test.each([127, 128, 129, 300, 2_751, 10_000, 100_000])(
    'of %i characters is hidden soon, in all of its encodings and nothing else with it',
    { timeout: 60_000 },
    (length) => {
      const secret = longSecret(length);
      const redact = redactor([secret]);
      for (const [name, form] of Object.entries(formsOf(secret))) {
        const redacted = redact(`before ${form} after`);
        if (name.startsWith('base64')) expect(redacted, name).toMatch(aroundBase64);
        else expect(redacted, name).toBe('before *** after');
      }
    },
  );

  test.each(['x', '\\', '%', '&', ';', '25', 'a%25', 'é', '😀'])(
    'of nothing but %s is hidden soon',
    { timeout: 60_000 },
    (piece) => {
      const secret = piece.repeat(100_000);
      const redact = redactor([secret]);
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
        expect(redact(`before ${form} after`)).toBe('before *** after');
      }
    },
  );

  test('is hidden as far as it is there', () => {
    const secret = longSecret(5_000);
    const redact = redactor([secret]);
    expect(redact(`cut: ${secret.slice(0, 1_000)}… twice: ${encodeURIComponent(secret)}`)).toBe(
      'cut: ***… twice: ***',
    );
  });

  test('is hidden where its beginning can be read in two ways', () => {
    // At the end of what is looked for, %25 may be one character or the first of three.
    const secret = `${'a'.repeat(127)}%2541${longSecret(200)}`;
    const redact = redactor([secret]);
    expect(redact(`raw ${secret} once ${encodeURIComponent(secret)} end`)).toBe('raw *** once *** end');
  });

  test('that only begins as another text leaves the rest of that alone', () => {
    const folder = `https://files.example.com/${'deep/'.repeat(40)}`;
    const redact = redactor([`${folder}secret.zip?signature=${longSecret(300)}`]);
    expect(redact(`no file at ${folder}other.zip, says the store`)).toBe(
      'no file at ***other.zip, says the store',
    );
  });
});

test('a secret is found behind what only begins like it', () => {
  for (const [secret, text] of [
    ['aaaaaaaaaaaa-4711', 'aaaaaaaaaaaaaaaaaa-4711'],
    ['😀😀😀😀😀😀😀😀😀-4711', '😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀-4711'],
  ] as const) {
    expect(redactor([secret])(`${text} and more`)).toMatch(/^[a😀]+\*\*\* and more$/u);
  }
});

test(
  'a secret that begins anew at each place of a long text is looked for once, whatever the secret',
  { timeout: 60_000 },
  () => {
    const text = 'a'.repeat(2_000_000);
    expect(redactor([`${'a'.repeat(100)}b`])(text)).toBe(text);
    expect(redactor([`${'%25'.repeat(40)}b`])('%25'.repeat(300_000))).toBe('%25'.repeat(300_000));
    expect(redactor([`${'a'.repeat(100)}b`])(`${text}b`)).toBe(`${text.slice(100)}***`);
  },
);

describe('a short secret', () => {
  test.each([
    ['1234', 'the password 1234 is wrong', 'the password *** is wrong'],
    ['1234', '1234', '***'],
    ['1234', '"1234", (1234): 1234.', '"***", (***): ***.'],
    ['1234', 'password%3D1234', 'password%3D***'],
    ['1234', 'as %31%32%33%34 or &#49;234', 'as *** or ***'],
    ['1234', '12345 a1234 1234_5 x_1234', '12345 a1234 1234_5 x_1234'],
    ['1234', 'sha256 of 81dc9bdb52d04dc20036db1234dbd8313ed055', undefined],
    ['1234', 'YTEyMzQ= MTIzNDEyMzQ=', undefined],
    ['a', 'a file has a name', '*** file has *** name'],
    ['é', 'café é', 'café ***'],
    ['#1', 'C#1 #1', 'C*** ***'],
  ])('%s goes only as a whole word: %s', (secret, text, redacted) => {
    expect(redactor([secret])(text)).toBe(redacted ?? text);
  });

  test('of eight characters goes wherever it stands', () => {
    expect(redactor(['infected'])('reinfected, INFECTED1')).toBe('re***, ***1');
  });
});

describe('JSON', () => {
  test('keeps its shape without the secrets in its keys, texts and numbers', () => {
    const redact = redactor(['token-4711', '123456789012']);
    const json = {
      a: [{ 'token-4711': 'my token-4711' }, 1123456789012, 12, null, true],
      b: { c: 'dG9rZW4tNDcxMQ==' },
    };
    expect(redactJson(json, redact)).toEqual({
      a: [{ '***': 'my ***' }, '1***', 12, null, true],
      b: { c: expect.stringMatching(/^\*{3}/) as string },
    });
  });

  test.each(['1234', 'a', 'infected', '12345678'])(
    'keeps keys, ids, codes, digests and numbers that hold the secret %s by chance',
    (secret) => {
      const json = {
        [secret]: { [`${secret}_files`]: 2, infected: true },
        scan_id: `${secret}-${secret}`,
        code: secret,
        sha256: `${'0'.repeat(32)}${secret}${'f'.repeat(20)}`,
        names: [`${secret}.exe`, secret],
        number: 1234,
        size: 123456789,
      };
      expect(redactJson(json, redactor([secret]))).toEqual(json);
      expect(redactJson({ detail: `wrong: ${secret} !` }, redactor([secret]))).toEqual({
        detail: 'wrong: *** !',
      });
    },
  );

  test('does not show a short secret under a key that is about it', () => {
    const json = { file_password: '1234', headers: { x: 'abc' }, other: '1234' };
    expect(redactJson(json, redactor(['1234', 'abc']))).toEqual({
      file_password: '***',
      headers: { x: '***' },
      other: '1234',
    });
  });
});

test('JSON that is nested without an end ends where nobody looks into it', () => {
  const deep = JSON.parse(`{"a": ${'[{"a": '.repeat(50_000)}"token"${'}]'.repeat(50_000)}}`) as Record<
    string,
    unknown
  >;
  const redacted = JSON.stringify(redactJson(deep, redactor(['token'])));
  expect(redacted).toContain('"***"');
  expect(redacted).not.toContain('token');
});

test('no secret makes it fail', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 400 });
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 3 }), anyText, (secrets, text) => {
      expect(typeof redactor(secrets)(text + secrets.join(text))).toBe('string');
    }),
  );
});
