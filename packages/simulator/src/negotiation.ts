/**
 * Whether an Accept header (RFC 9110, 12.5.1) takes a media type. The most precise range that fits decides; without the
 * header, anything is taken.
 */
export function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined) return true;
  const [kind = ''] = mediaType.split('/');
  const ranges = header.split(',').map((range) => {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
    return { name, isTaken: Number(quality ?? '1') > 0 };
  });
  for (const name of [mediaType.toLowerCase(), `${kind.toLowerCase()}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.name === name);
    if (range !== undefined) return range.isTaken;
  }
  return false;
}
