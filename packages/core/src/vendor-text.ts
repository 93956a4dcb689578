const mostCharacters = 300;

/**
 * Makes text that a server sent fit for a log, an error or a summary: one line without control, invisible and
 * direction-changing characters, credentials replaced by `***`, URLs without their query (which may be a
 * signature), at most 300 characters.
 *
 * @param secrets what must not appear, neither as it is nor URL-encoded, JSON-escaped or in Base64.
 */
export function cleanVendorText(text: string, secrets: readonly string[]): string {
  const line = text
    .toWellFormed()
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const clean = redact(line, secrets).replace(/(\bhttps?:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1?…');
  // Cut last, so that no secret is cut in two before it is found.
  return clean.length > mostCharacters
    ? `${clean.slice(0, mostCharacters).trimEnd()}…`.toWellFormed()
    : clean;
}

function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
    ])
    .filter((form) => form !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((redacted, form) => redacted.replaceAll(form, '***'), text);
}
