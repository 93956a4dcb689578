/** The bytes as a Buffer, without copying them. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether data begins with these bytes, one for each character. */
export function startsWith(bytes: Uint8Array, beginning: string): boolean {
  return asBuffer(bytes).toString('latin1', 0, beginning.length) === beginning;
}

/** Which UTF-16 the byte-order mark announces; `undefined` for none. */
export function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (startsWith(bytes, '\xff\xfe')) return 'utf-16le';
  return startsWith(bytes, '\xfe\xff') ? 'utf-16be' : undefined;
}

/** So many control characters, or one in so many, are in no text: what has more is data. */
const maxControls = 4;
const charactersPerControl = 20;

/**
 * The text without byte-order mark and blanks around it, or `undefined` for data that no text contains. A cell of a
 * table may hold a control character, but never a zero. A text that is not Unicode is still one: a few characters are
 * wrong then, and none of them matters here.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const utf16 = utf16Of(bytes);
  if (utf16 === undefined && isData(bytes)) return undefined;
  return new TextDecoder(utf16).decode(bytes).trim();
}

function isData(bytes: Uint8Array): boolean {
  const text = asBuffer(bytes).toString('latin1');
  // eslint-disable-next-line no-control-regex
  const controls = text.match(/[\x01-\x08\x0e-\x1b]/g)?.length ?? 0;
  return (
    // eslint-disable-next-line no-control-regex
    /^(?:[\x01-\x08\x0e-\x1b]|\x89PNG|PK[\x01-\x08])|\0/.test(text) ||
    (controls > maxControls && controls * charactersPerControl > text.length)
  );
}
