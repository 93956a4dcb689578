import type { HttpResponse } from '../transport.ts';

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

/** Whether an error answer is a web page: its media type says so, too, where it is only a piece of one. */
export function isWebPageOf(response: Pick<HttpResponse, 'headers'>, text: string): boolean {
  const mediaType = response.headers['content-type'] ?? '';
  return (
    isWebPage(text) || (/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(mediaType) && /^\s*</.test(text))
  );
}

/** `a web page titled 'Sign in'`. */
export function describeWebPage(html: string): string {
  const title = /<title[^<>]*>([^<]*)</i.exec(html)?.[1]?.trim();
  return title === undefined || title === '' ? 'a web page' : `a web page titled '${title}'`;
}
