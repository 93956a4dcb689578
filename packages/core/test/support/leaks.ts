import { inspect } from 'node:util';

/** The ways in which a careless server may give a secret back. */
export function formsOf(secret: string): Record<string, string> {
  const bytes = Buffer.from(secret);
  const each = (format: (byte: number) => string): string => Array.from(bytes, format).join('');
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
  return {
    raw: secret,
    lowerCase: secret.toLowerCase(),
    upperCase: secret.toUpperCase(),
    urlEncoded: encodeURIComponent(secret),
    urlEncodedInLowerCase: encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
    urlEncodedTwice: encodeURIComponent(encodeURIComponent(secret)),
    formEncoded: new URLSearchParams({ a: secret }).toString().slice(2),
    percentEncoded: each((byte) => `%${hex(byte)}`),
    json: JSON.stringify(secret).slice(1, -1),
    jsonWithSlashes: JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
    jsonEscaped: each((byte) => `\\u00${hex(byte)}`),
    html: secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    htmlEscaped: each((byte) => `&#${byte};`),
    htmlEscapedInHex: each((byte) => `&#x${hex(byte)};`),
    base64: bytes.toString('base64'),
    base64Url: bytes.toString('base64url'),
    base64WithPrefix: Buffer.from(`Token ${secret}`).toString('base64'),
    base64AsUser: Buffer.from(`user:${secret}`).toString('base64'),
  };
}

/** The forms of the secret that can be found in anything that can be seen of a value: all levels, hidden keys, stacks. */
export function leaksIn(value: unknown, secret: string): string[] {
  const texts = [inspect(value, { depth: Infinity, showHidden: true, maxStringLength: Infinity })];
  collectTexts(value, texts, new Set());
  const text = texts.join('\n').toLowerCase();
  return Object.entries(formsOf(secret))
    .filter(([, form]) => text.includes(form.toLowerCase()))
    .map(([name]) => name);
}

/** All texts that can be reached from the value, without the escapes that `inspect` adds. */
function collectTexts(value: unknown, texts: string[], seen: Set<unknown>): void {
  if (typeof value === 'string') texts.push(value);
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('latin1'));
  else {
    for (const key of Reflect.ownKeys(value)) {
      texts.push(String(key));
      collectTexts(Reflect.get(value, key), texts, seen);
    }
  }
}
