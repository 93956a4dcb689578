import { type Verdict, worstVerdict } from '../verdict.ts';
import type { Scan, ScanRow } from './scan.ts';

/**
 * What all rows of the list that have to do with a scan tell about it together, whatever their order; `undefined` when
 * there is none. A part never speaks for the whole (third party: the keys that say what is a part of what).
 *
 * - The row with the scan's `id` is the scan.
 * - Otherwise, the rows that share its `full_scan_id` are, as far as they are parts of nothing else.
 * - Otherwise, a `root_scan_summary` of a part tells the verdict on the whole.
 * - Otherwise, the worst verdict on a part counts, once all parts have finished and none says that the whole has not.
 */
export function scanOfRows(scanId: string, rows: readonly ScanRow[]): Scan | undefined {
  const own = rows.filter(({ id }) => id === scanId);
  if (own.length > 0) return scanOf(own, own);
  const sharing = rows.filter(({ fullScanId }) => fullScanId === scanId);
  const wholes = sharing.filter(({ id, rootScanId = id }) => rootScanId === id || rootScanId === scanId);
  if (wholes.length > 0) return scanOf(wholes, wholes);

  const related = rows.filter((row) => row.rootScanId === scanId || sharing.includes(row));
  const told = related.flatMap(({ root }) => (root === undefined ? [] : [root]));
  const toldVerdicts = told.filter(({ verdictCode }) => verdictCode !== '');
  if (toldVerdicts.length > 0) {
    return scanOf(related, [...toldVerdicts.map((root) => ({ ...root, finished: true })), ...sharing]);
  }
  return scanOf(related, [...related, ...told.map((root) => ({ ...root, finished: false }))]);
}

/** What is said about a scan, by itself or by a part. */
type Statement = Pick<Scan, 'finished' | 'verdict' | 'verdictCode'>;

/** The scan about which all of this is said; its answer is that of the row that speaks worst of it. */
function scanOf(rows: readonly ScanRow[], statements: readonly Statement[]): Scan | undefined {
  const row = worst(rows.filter(({ finished }) => finished)) ?? rows[0];
  if (row === undefined) return undefined;
  const { fileName, answer } = row;
  const finished = statements.every((statement) => statement.finished);
  const { verdict, verdictCode } = (finished ? worst(statements) : undefined) ?? undecided;
  return { finished, verdict, verdictCode, fileName, answer };
}

const undecided = { verdict: 'unknown', verdictCode: '' } as const;

function worst<T extends { readonly verdict: Verdict }>(members: readonly T[]): T | undefined {
  const verdict = worstVerdict(members.map((member) => member.verdict));
  return members.find((member) => member.verdict === verdict);
}
