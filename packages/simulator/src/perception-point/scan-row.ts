import { objectText } from '../json-text.ts';
import { summarize } from './content-digest.ts';
import type { ContentSummary } from './content-digest.ts';
import type { IdStyle, ScanId, ScanIds } from './scan-id.ts';
import { givenId } from './scan-id.ts';
import type { ScanPart } from './scan-options.ts';
import type { Scan } from './scan.ts';

/** A row of the list: a scan, or one part of it. */
export interface ScanRow {
  readonly scan: Scan;
  readonly id: ScanId;
  readonly fullId: ScanId;
  readonly content: ContentSummary;
  /** Only for a part, as is the other: the scan that it is a part of. */
  readonly rootId?: ScanId | undefined;
  readonly part?: ScanPart;
}

/** `full_scan_id` is four hex digits and the short id (third party, recorded). */
function withFullId(id: ScanId): Pick<ScanRow, 'id' | 'fullId'> {
  return { id, fullId: givenId(`001E${id.text}`) };
}

/** The rows that a scan has in the list. */
export function rowsOf(scan: Scan, ids: ScanIds, style: IdStyle): ScanRow[] {
  const { listedAs = 'id', parts = listedAs === 'root_scan_id' ? [{ verdict: scan.verdict }] : [] } =
    scan.options;
  const other = (otherStyle: IdStyle): ScanId => ids.next(otherStyle, scan.createdAt);
  const own: Readonly<Record<typeof listedAs, () => Pick<ScanRow, 'id' | 'fullId'>[]>> = {
    id: () => [withFullId(scan.id)],
    full_scan_id: () => [{ id: other('number'), fullId: scan.id }],
    root_scan_id: () => [],
    sha256: () => [withFullId(other('string'))],
  };
  const whole = own[listedAs]();
  return [
    ...whole.map((named) => ({ ...named, scan, content: scan.content })),
    ...parts.map((part, index) => ({
      scan,
      ...withFullId(other(style)),
      rootId: listedAs === 'sha256' ? whole[0]?.id : scan.id,
      content: summarize(`Part ${index} of ${scan.content.sha256}`),
      part,
    })),
  ];
}

/**
 * The row as it stands in the list (third party: the keys, and that the root of a whole scan is its own short id; inferred: `verbose_action`,
 * and that what is not known yet is null).
 *
 * @param now milliseconds since 1970
 */
export function rowText({ scan, id, fullId, content, rootId = id, part }: ScanRow, now: number): string {
  const hasVerdict = now >= scan.verdictAt(part);
  const finishedAt = scan.finishedAt(part);
  const verdict = part?.verdict ?? scan.verdict;
  const summary = {
    verbose_verdict: now >= scan.verdictAt() ? scan.verdict : null,
    sub_verdict: hasVerdict ? verdict : null,
  };
  const hasSummary = part !== undefined && scan.options.rootSummary !== false;
  const sha256 = (part === undefined ? scan.options.sampleSha256 : undefined) ?? content.sha256;
  const more = part === undefined ? Object.entries(scan.options.rowFields ?? {}) : [];
  return objectText({
    id: id.json,
    root_scan_id: rootId.json,
    full_scan_id: fullId.json,
    origin: JSON.stringify(scan.origin),
    finished_at: JSON.stringify(now >= finishedAt ? new Date(finishedAt).toISOString() : null),
    verbose_verdict: JSON.stringify(hasVerdict ? verdict : null),
    confidence: JSON.stringify(hasVerdict ? 100 : null),
    verbose_action: JSON.stringify(hasVerdict ? (verdict === 'CLN' ? 'Allowed' : 'Blocked') : null),
    sample: JSON.stringify({ sha1: content.sha1, sha256, file_size: content.size }),
    evidence: JSON.stringify(hasVerdict ? scan.evidenceFor(verdict) : []),
    root_scan_summary: hasSummary ? JSON.stringify(summary) : 'null',
    ...Object.fromEntries(more.map(([key, value]) => [key, JSON.stringify(value)])),
  });
}
