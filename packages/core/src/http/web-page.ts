/**
 * Whether a text is a web page, as a login form or a proxy sends it in place of an answer.
 *
 * Here and below, a repetition never runs past what may follow it, so that no text makes the search slow.
 */
export function isWebPage(text: string): boolean {
  return /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b/is.test(
    text.slice(0, 4096),
  );
}

/** `a web page titled 'Sign in'`. */
export function describeWebPage(html: string): string {
  const title = /<title[^<>]*>([^<]*)</i.exec(html)?.[1]?.trim();
  return title === undefined || title === '' ? 'a web page' : `a web page titled '${title}'`;
}
