/**
 * A link as it may be shown: without what may be a signature or a password in it. Gives `undefined` for what is no
 * http(s) link.
 */
export function shownLink(link: string): string | undefined {
  const url = URL.parse(link);
  return url !== null && /^https?:$/.test(url.protocol) ? `${url.origin}${url.pathname}` : undefined;
}
