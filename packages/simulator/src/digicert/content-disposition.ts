/**
 * The header that names a file (RFC 6266). A name that is not plain ASCII is sent in UTF-8 (RFC 8187), beside one in
 * which other characters stand as `_`.
 */
export function contentDisposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '_');
  const quoted = `attachment; filename="${plain.replace(/["\\]/g, '\\$&')}"`;
  return plain === name ? quoted : `${quoted}; filename*=UTF-8''${encode(name)}`;
}

/** What `encodeURIComponent` leaves alone and the header does not allow. */
function encode(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
