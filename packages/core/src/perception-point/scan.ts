import { reportsError } from '../reported-error.ts';
import { readVendorId } from '../vendor-id.ts';
import type { Verdict } from '../verdict.ts';

/** What the service says about a scan. */
export interface Scan {
  /** Whether it has come to a verdict. */
  readonly finished: boolean;
  /** `unknown` for a code that nobody documents, and as long as there is none. */
  readonly verdict: Verdict;
  /** The service's own code, such as `MAL`; empty as long as there is none. */
  readonly verdictCode: string;
  /** Whether the service reports an error or a failed status beside the verdict, which then is never a harmless one. */
  readonly reportsError: boolean;
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
  /** The channel that it arrived by, such as `api`. */
  readonly origin: string | undefined;
  /** Whether `finished_at` is a text that is not empty (vendor code), beside a `verbose_verdict` or an error. */
  readonly finished: boolean;
  /** When it finished, in milliseconds since the epoch, where it says so in a readable form. */
  readonly finishedAt: number | undefined;
  /** Of the scanned file, in lower-case hex; `undefined` where the row has none, or only zeros. */
  readonly sampleSha256: string | undefined;
  /** What it tells about the scan that it is a part of, with an empty code while that goes on; `undefined` for nothing. */
  readonly root: Pick<Scan, 'verdict' | 'verdictCode' | 'reportsError'> | undefined;
}

/** doc: the page "List scans"; `restricted` is the service's word for a blocked file. */
const verdictByCode: Readonly<Record<string, Verdict>> = {
  CLN: 'clean',
  SPM: 'spam',
  SUS: 'suspicious',
  BLK: 'restricted',
  MAL: 'malicious',
};

/** An unknown code is shown as far as this. */
const mostCharactersOfCode = 32;

/**
 * Reads a verdict, which has an empty code as long as there is none. A code that nobody documents is not clean: it is
 * `unknown`, and whoever asks sees the code itself.
 *
 * @param clean makes a text of the service fit to be shown.
 */
export function readVerdict(
  value: unknown,
  clean: (text: string) => string,
): Pick<Scan, 'verdict' | 'verdictCode'> {
  const code = typeof value === 'string' ? value.trim() : '';
  const verdict = verdictByCode[code.toUpperCase()];
  if (verdict !== undefined) return { verdict, verdictCode: code };
  const shown = clean(code);
  const isLong = shown.length > mostCharactersOfCode;
  return {
    verdict: 'unknown',
    verdictCode: isLong ? `${shown.slice(0, mostCharactersOfCode).toWellFormed()}…` : shown,
  };
}

/** A verdict beside which an error is reported does not clear the file: a harmless one becomes `unknown`. */
export function judge(
  answer: Readonly<Record<string, unknown>>,
  read: Pick<Scan, 'verdict' | 'verdictCode'>,
): Pick<Scan, 'verdict' | 'verdictCode' | 'reportsError'> {
  const hasError = reportsError(answer);
  const isHarmless = read.verdict === 'clean' || read.verdict === 'spam';
  return { ...read, verdict: hasError && isHarmless ? 'unknown' : read.verdict, reportsError: hasError };
}

/**
 * Reads a member of `results`, or gives `undefined` for what is not a scan. The fields are known by third parties.
 *
 * @param clean makes a text of the service fit to be shown.
 */
export function readScanRow(value: unknown, clean: (text: string) => string): ScanRow | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const answer = value as Readonly<Record<string, unknown>>;
  const verdict = judge(answer, readVerdict(answer['verbose_verdict'], clean));
  const rootSummary = (answer['root_scan_summary'] ?? {}) as Readonly<Record<string, unknown>>;
  const root = judge(rootSummary, readVerdict(rootSummary['verbose_verdict'], clean));
  const speaksOfRoot = rootSummary['verbose_verdict'] !== undefined || root.reportsError;
  const sample = (answer['sample'] ?? {}) as Readonly<Record<string, unknown>>;
  const fileName = [sample['file_name'], sample['name'], answer['name']].find(isText);
  return {
    id: readVendorId(answer['id']),
    fullScanId: readVendorId(answer['full_scan_id']),
    rootScanId: readVendorId(answer['root_scan_id']),
    origin: typeof answer['origin'] === 'string' ? answer['origin'] : undefined,
    finished: isText(answer['finished_at']) && (verdict.verdictCode !== '' || verdict.reportsError),
    finishedAt: readTime(answer['finished_at']),
    sampleSha256: readSha256(sample['sha256']),
    ...verdict,
    root: speaksOfRoot ? root : undefined,
    fileName: fileName === undefined ? undefined : clean(fileName),
    answer,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Zeros stand for a digest that the service does not have. */
function readSha256(value: unknown): string | undefined {
  const digest = isText(value) ? value.trim().toLowerCase() : '';
  return /^0*$/.test(digest) ? undefined : digest;
}
