import { redactor } from './redact.ts';

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
  const clean = withoutUrlSecrets(redactor(secrets.map(toLine))(toLine(text)));
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
 * A URL is matched as a whole before its query is looked for, so that the time needed stays linear in the text. One
 * that stands in single quotes ends at an apostrophe that looks like the closing one; others belong to it.
 */
function withoutUrlSecrets(line: string): string {
  return line.replace(urls, (url) =>
    url.replace(/(?:[?#]|%3f|%23).*$/i, '?…').replace(/^(https?:[\\/]{2,4})[^/\\]*@/i, '$1'),
  );
}

const scheme = String.raw`https?(?::|%3a)(?:\\?\/|%2f){2}`;
const inSingleQuotes = String.raw`(?<=')${scheme}(?:[^\s"'<>]|'+(?=[^\s"'<>,:}\]]))*`;
const urls = new RegExp(String.raw`${inSingleQuotes}|${scheme}[^\s"<>]*`, 'gi');
