import type { Verdict } from '../verdict.ts';

/** What the service says about a scan. */
export interface Scan {
  /** Whether it has come to a verdict. */
  readonly finished: boolean;
  /** `unknown` for a code that nobody documents, and as long as there is none. */
  readonly verdict: Verdict;
  /** The service's own code, such as `MAL`; empty as long as there is none. */
  readonly verdictCode: string;
  /** Of the scanned file, where the service says it. */
  readonly fileName: string | undefined;
  /** The service's own answer. Whole numbers beyond 2^53 are strings in it, so that they keep every digit. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/** A row of the list: a scan, or a part of one, as a file of an archive is. */
export interface ScanRow extends Scan {
  readonly id: string | undefined;
  readonly fullScanId: string | undefined;
  /** The scan that this one is a part of. */
  readonly rootScanId: string | undefined;
  /** Whether there is a `verbose_verdict` and, where the key is there, `finished_at` (inferred). */
  readonly finished: boolean;
  /** What it tells about the scan that it is a part of, with an empty code while that goes on; `undefined` for nothing. */
  readonly root: Pick<Scan, 'verdict' | 'verdictCode'> | undefined;
}

/** doc: the page "List scans"; `restricted` is the service's word for a blocked file. */
const verdictByCode: Readonly<Record<string, Verdict>> = {
  CLN: 'clean',
  SPM: 'spam',
  SUS: 'suspicious',
  BLK: 'restricted',
  MAL: 'malicious',
};

/** A code that nobody documents is not clean: it is `unknown`, and whoever asks sees the code itself. */
export function verdictOf(code: string): Verdict {
  return verdictByCode[code.toUpperCase()] ?? 'unknown';
}

/** Reads a member of `results`, or gives `undefined` for what is not a scan. The fields are known by third parties. */
export function readScanRow(value: unknown): ScanRow | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const answer = value as Readonly<Record<string, unknown>>;
  const verdictCode = textOf(answer['verbose_verdict']);
  const rootSummary = (answer['root_scan_summary'] ?? {}) as Readonly<Record<string, unknown>>;
  const rootVerdictCode = textOf(rootSummary['verbose_verdict']);
  const sample = (answer['sample'] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    id: readScanId(answer['id']),
    fullScanId: readScanId(answer['full_scan_id']),
    rootScanId: readScanId(answer['root_scan_id']),
    finished: verdictCode !== '' && answer['finished_at'] !== null && answer['finished_at'] !== '',
    verdict: verdictOf(verdictCode),
    verdictCode,
    root:
      rootSummary['verbose_verdict'] === undefined
        ? undefined
        : { verdict: verdictOf(rootVerdictCode), verdictCode: rootVerdictCode },
    fileName: textOf(sample['file_name']) || textOf(sample['name']) || textOf(answer['name']) || undefined,
    answer,
  };
}

/**
 * Reads the id of a scan, which is documented as a number and also seen as a string: it is opaque, and a string for
 * us. Gives `undefined` for anything else.
 */
export function readScanId(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
