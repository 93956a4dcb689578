import { parse } from 'content-disposition';

/**
 * The file name that a Content-Disposition header announces (RFC 6266, RFC 8187), as the server wrote it: it is a
 * stranger's text, and `safeFileName` has to make a name of it.
 *
 * Two forms that no RFC has, but servers send, are read as browsers or people read them: a name in UTF-8 as it is, and
 * one in single quotes.
 *
 * @param header as HTTP libraries give it, one character for each byte.
 * @returns `undefined` where there is none, or the header cannot be read.
 */
export function announcedFileName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = inUtf8(header);
  try {
    const announced = parse(text).parameters['filename'];
    const name = announced?.startsWith("'") === true ? (inSingleQuotes(text) ?? announced) : announced;
    return name === undefined || name === '' ? undefined : name;
  } catch {
    return undefined;
  }
}

/** What stands between single quotes, of a name without double ones and without a better one in `filename*`. */
function inSingleQuotes(header: string): string | undefined {
  if (/filename\*/i.test(header)) return undefined;
  return /;\s*filename\s*=\s*'([^']*)'\s*(?:;|$)/i.exec(header)?.[1];
}

/** Bytes that are no UTF-8 are in Latin-1, as HTTP had it once. */
function inUtf8(header: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/[\x80-\xff]/.test(header) || /[^\x00-\xff]/.test(header)) return header;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
