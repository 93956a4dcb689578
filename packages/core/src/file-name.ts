/** In UTF-8. */
export const mostBytesOfFileName = 200;
/** Windows takes superscript digits for digits here, and ignores blanks before the extension. */
const reservedOnWindows = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)/i;

/**
 * Makes a file name of a stranger's text that is safe on every platform: no path, no control, invisible or reserved
 * characters, not hidden, no name that Windows reserves, at most 200 bytes in UTF-8 with its extension kept.
 *
 * @param fallback what to use when nothing of `text` can be kept.
 */
export function safeFileName(text: string, fallback: string): string {
  const name = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}]/gu, '')
    .normalize('NFC')
    .replace(/[<>:"/\\|?*\ufffd]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  if (name === '') return fallback;
  return shorten(reservedOnWindows.test(name) ? `_${name}` : name);
}

function shorten(name: string): string {
  const extension = /\.[a-z0-9]{1,10}$/i.exec(name)?.[0] ?? '';
  return Buffer.byteLength(name) <= mostBytesOfFileName
    ? name
    : `${firstBytes(name, mostBytesOfFileName - extension.length)}${extension}`;
}

/** As much of a name as fits into so many bytes, without what may not stand at its end. */
export function firstBytes(name: string, bytes: number): string {
  // In streaming mode the decoder keeps back a character that was cut in two.
  const beginning = new TextDecoder().decode(Buffer.from(name).subarray(0, bytes), { stream: true });
  return beginning.replace(/[. ]+$/, '');
}
