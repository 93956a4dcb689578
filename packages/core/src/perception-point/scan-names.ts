import type { ScanRow } from './scan.ts';

/** `full_scan_id` is four hex digits before the short id, as in `001E94824_1_<uuid>_<date>` (third party, recorded). */
const fullId = /^[0-9A-F]{4}(?=\d)/i;
/** A short id has this form; another one, such as a plain number, may begin with four digits of its own. */
const longShortId = /^\d+_\d+_/;

/** All that a scan id is also known by. */
export function namesOf(scanId: string): readonly string[] {
  const short = scanId.replace(fullId, '');
  return longShortId.test(short) ? [scanId, short] : [scanId];
}

/** What a row calls itself: its `id`, its `full_scan_id`, and the short id within that. */
export function ownNamesOf({ id, fullScanId }: ScanRow): readonly string[] {
  const full = fullScanId === undefined ? [] : [fullScanId, ...shortIdIn(fullScanId, id)];
  return [...(id === undefined ? [] : [id]), ...full];
}

/** Of a numeric id, the four digits can only be told from the rest where the row has the short id, too. */
function shortIdIn(full: string, id: string | undefined): readonly string[] {
  const short = full.replace(fullId, '');
  return short === id || longShortId.test(short) ? [short] : [];
}
