const mostCharacters = 300;

/**
 * Makes text that a server sent fit for a log, an error or a summary: one line without control, invisible and
 * direction-changing characters, credentials replaced by `***`, URLs without user, password and query (which may be
 * a signature), at most 300 characters.
 *
 * @param secrets what must not appear in any letter case, neither as it is nor URL-encoded, escaped for JSON or HTML,
 *   or within something in Base64.
 */
export function cleanVendorText(text: string, secrets: readonly string[]): string {
  const clean = withoutUrlSecrets(redact(toLine(text), secrets));
  // Cut last, so that no secret is cut in two before it is found.
  return clean.length > mostCharacters
    ? `${clean.slice(0, mostCharacters).trimEnd()}…`.toWellFormed()
    : clean;
}

function toLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

/**
 * A URL is matched as a whole before its query is looked for, so that the time needed stays linear in the text. It
 * ends at an apostrophe that looks like a closing quote; others belong to it.
 */
function withoutUrlSecrets(line: string): string {
  return line.replace(/https?(?::|%3a)(?:\\?\/|%2f){2}(?:[^\s"'<>]|'+(?=[^\s"'<>,:}\]]))*/gi, (url) =>
    url.replace(/(?:[?#]|%3f|%23).*$/i, '?…').replace(/^(https?:[\\/]{2,4})[^/\\]*@/i, '$1'),
  );
}

function redact(line: string, secrets: readonly string[]): string {
  return secrets
    .map(toLine)
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .flatMap((secret) => [escapable(secret), ...withinBase64(secret)])
    .reduce((redacted, form) => redacted.replace(new RegExp(form, 'giu'), '***'), line);
}

/** A pattern for a text each of whose characters may be escaped or not, in the ways of URLs, JSON and HTML. */
function escapable(text: string): string {
  return Array.from(text, escapableCharacter).join('');
}

function escapableCharacter(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  const hex = codePoint.toString(16);
  const bytes = [...Buffer.from(character)];
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  const forms = [
    `\\\\?\\u{${hex}}`,
    // Once, or again and again: % itself becomes %25.
    bytes.map((byte) => `%(?:25)*${byte.toString(16).padStart(2, '0')}`).join(''),
    units.map((unit) => `\\\\u${unit}`).join(''),
    `&#(?:0*${codePoint}|x0*${hex});?`,
    namedInHtml[character],
  ];
  return `(?:${forms.filter((form) => form !== undefined).join('|')})`;
}

const namedInHtml: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Patterns for a text within something longer that is in Base64, such as `user:password`: three bytes become four
 * characters, so there are three ways, and a character that also depends on a neighbour is no part of them.
 */
function withinBase64(text: string): string[] {
  return [0, 1, 2]
    .map((bytesBefore) => {
      const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(text)]);
      const firstOwn = Math.ceil((bytesBefore * 8) / 6);
      return bytes.toString('base64').slice(firstOwn, Math.floor((bytes.byteLength * 8) / 6));
    })
    .filter((own) => own.length >= 4)
    .map((own) =>
      Array.from(own, (digit) => `(?:${escapableCharacter(digit)}${inBase64Url[digit] ?? ''})`).join(''),
    );
}

const inBase64Url: Readonly<Record<string, string>> = { '+': '|-', '/': '|_' };
