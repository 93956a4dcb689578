import { givenText, type InputSource } from './input-reader.ts';
import { jsonObject, linkSeparator } from './parsers.ts';

/**
 * So short, a mask hides more than it protects: the runner replaces every occurrence in the log and the summary, and
 * hands no output on that holds one. An archive's customary password, `infected` or `1234`, is no secret either.
 */
const minCharactersOfPassword = 9;
/** Of a header whose name does not say that its value is a credential. */
const minCharactersOfValue = 20;

/** What the log must never show: the credential, passwords, callback addresses and headers, what links are signed with. */
export function secretsIn(source: InputSource): readonly string[] {
  const password = givenText(source, 'file-password');
  const callbackUrl = givenText(source, 'callback-url');
  return distinct([
    givenText(source, 'token'),
    ...(password.length >= minCharactersOfPassword ? [password] : []),
    // The path of a webhook can be its only secret.
    callbackUrl,
    ...secretsOfLink(callbackUrl),
    ...givenText(source, 'download-links').split(linkSeparator).flatMap(secretsOfLink),
    ...headerValues(givenText(source, 'callback-headers')),
  ]);
}

/** What of links can be secret: user and password, query and fragment. Host and path name the subject of a report. */
export function secretsOfLinks(links: readonly string[]): readonly string[] {
  return distinct(links.flatMap(secretsOfLink));
}

function secretsOfLink(link: string): readonly string[] {
  const url = URL.parse(link);
  if (url === null) return [];
  const userInfo = [url.username, url.password].filter((part) => part !== '').join(':');
  return [userInfo, url.search.slice(1), url.hash.slice(1)].filter((part) => part.length >= 4);
}

/** Of something that is not the JSON object it should be, all of it is a secret. */
function headerValues(text: string): readonly string[] {
  try {
    return Object.entries(jsonObject(text)).flatMap(([name, value]) =>
      typeof value === 'string' && isCredential(name, value) ? [value] : [],
    );
  } catch {
    return [text];
  }
}

function isCredential(name: string, value: string): boolean {
  if (/auth|token|key|secret|cookie|pass|credential|session|signature/i.test(name)) return true;
  const isMediaType = /^[\w.+-]+\/[\w.+*-]+(?:;.*)?$/.test(value);
  return value.length >= minCharactersOfValue && !isMediaType;
}

function distinct(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets)].filter((secret) => secret !== '');
}
