import { parse } from 'content-disposition';

/**
 * The file name that a Content-Disposition header announces (RFC 6266, RFC 8187), as the server wrote it: it is a
 * stranger's text, and `safeFileName` has to make a name of it.
 *
 * @returns `undefined` where there is none, or the header cannot be read.
 */
export function announcedFileName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  try {
    const name = parse(header).parameters['filename'];
    return name === undefined || name === '' ? undefined : name;
  } catch {
    return undefined;
  }
}
