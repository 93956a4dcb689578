import { type Verdict, worstVerdict } from '../verdict.ts';
import { ownNamesOf } from './scan-names.ts';
import type { Scan, ScanRow } from './scan.ts';

/** What one check showed of a scan. */
export interface Sighting {
  readonly scan: Scan;
  /** Whether the scan has a row of its own in the list. Without one, further parts may still have to be listed. */
  readonly isWhole: boolean;
  /** Equal for two checks that showed the same rows in the same state. */
  readonly fingerprint: string;
}

/** The rows that have to do with a scan, by what they are of it. */
interface Related {
  readonly own: readonly ScanRow[];
  readonly parts: readonly ScanRow[];
}

/** What is said about a scan, by itself or by a part. */
type Statement = Pick<Scan, 'finished' | 'verdict' | 'verdictCode' | 'reportsError'>;

/**
 * What all rows of the list that have to do with a scan say about it together, whatever their order; `undefined` when
 * there is none. The worst verdict counts: of its own row, of its parts, and of what a part says about the whole
 * (third party: the keys that say what is a part of what).
 *
 * The scan has finished when all of them have, or when one says `malicious`, since no other can make it worse.
 *
 * @param names all that the scan is known by.
 * @param sha256 of what was sent, in lower-case hex. A row of its own with another digest is about another file: when
 * no other is left, nothing is known about this one.
 */
export function scanOfRows(
  names: ReadonlySet<string>,
  rows: readonly ScanRow[],
  sha256?: string,
): Sighting | undefined {
  const { own: named, parts } = relate(names, rows);
  const own = named.filter((row) => isOf(row, sha256));
  if (own.length === 0 && (named.length > 0 || parts.length === 0)) return undefined;
  const related = [...own, ...parts];
  const statements = [...related, ...whatPartsSay(related, own.length > 0)];
  return {
    scan: scanOf(related, statements),
    isWhole: own.length > 0,
    fingerprint: related.map(fingerprintOf).sort().join('\n'),
  };
}

/** Whether a row is not about another file, as far as both digests are known. */
export function isOf({ sampleSha256 }: ScanRow, sha256: string | undefined): boolean {
  return sha256 === undefined || sampleSha256 === undefined || sampleSha256 === sha256;
}

/** The rows that are the scan itself. */
export function ownRowsOf(names: ReadonlySet<string>, rows: readonly ScanRow[]): readonly ScanRow[] {
  return relate(names, rows).own;
}

/**
 * - The rows with the scan's `id` are the scan.
 * - Without one, the rows that share its `full_scan_id` are, as far as they are parts of nothing else.
 */
function relate(names: ReadonlySet<string>, rows: readonly ScanRow[]): Related {
  const isNamed = (name: string | undefined): boolean => name !== undefined && names.has(name);
  const byId = rows.filter(({ id }) => isNamed(id));
  const sharing = rows.filter((row) => !byId.includes(row) && ownNamesOf(row).some(isNamed));
  const wholes = sharing.filter(
    ({ id, rootScanId }) => rootScanId === undefined || rootScanId === id || isNamed(rootScanId),
  );
  const own = byId.length > 0 ? byId : wholes;
  const parts = rows.filter(
    (row) => !own.includes(row) && (sharing.includes(row) || isNamed(row.rootScanId)),
  );
  return { own, parts };
}

/** A part may say that the whole is still being scanned, which only counts where the whole does not speak for itself. */
function whatPartsSay(related: readonly ScanRow[], hasOwnRow: boolean): readonly Statement[] {
  const said = related.flatMap(({ root }) =>
    root === undefined ? [] : [{ ...root, finished: root.verdictCode !== '' || root.reportsError }],
  );
  const verdicts = said.filter(({ finished }) => finished);
  return hasOwnRow || verdicts.length > 0 ? verdicts : said;
}

/** The scan about which all of this is said; its answer is that of the row that speaks worst of it. */
function scanOf(rows: readonly ScanRow[], statements: readonly Statement[]): Scan {
  const verdicts = statements.filter((statement) => statement.finished);
  const worstOne = worst(verdicts);
  const finished = verdicts.length === statements.length || worstOne?.verdict === 'malicious';
  const { verdict, verdictCode, reportsError } = (finished ? worstOne : undefined) ?? undecided;
  const row = worst(rows.filter((some) => some.finished)) ?? rows[0];
  return {
    finished,
    verdict,
    verdictCode,
    reportsError,
    fileName: row?.fileName,
    answer: row?.answer ?? {},
  };
}

const undecided = { verdict: 'unknown', verdictCode: '', reportsError: false } as const;

function worst<T extends { readonly verdict: Verdict }>(members: readonly T[]): T | undefined {
  const verdict = worstVerdict(members.map((member) => member.verdict));
  return members.find((member) => member.verdict === verdict);
}

function fingerprintOf({ id, fullScanId, rootScanId, finished, verdictCode, root }: ScanRow): string {
  return JSON.stringify([
    id,
    fullScanId,
    rootScanId,
    finished,
    verdictCode,
    root?.verdictCode,
    root?.reportsError,
  ]);
}
