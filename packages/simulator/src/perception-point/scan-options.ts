import type { JsonValue } from '../faults.ts';

/** The codes that a verdict has (doc: the page "List scans"). A script may use any other. */
export const verdictCodes = ['CLN', 'SPM', 'SUS', 'BLK', 'MAL'] as const;

/**
 * Which of a row's keys holds the id that the submission was answered with (third party: the keys); with `sha256` none
 * does, and only the digest of the content shows which scan it is (inferred: POST and list may name a scan differently).
 */
export const idKeys = ['id', 'root_scan_id', 'full_scan_id', 'sha256'] as const;

/** One of {@link idKeys}. */
export type IdKey = (typeof idKeys)[number];

/** A file in an archive. */
export interface ScanPart {
  /** As that of a scan. */
  readonly verdict: string;
  /** How long its own scan takes; as long as that of the archive unless given. */
  readonly scanSeconds?: number | 'never';
}

/** How one scan goes. All times are in seconds on the simulator's clock. */
export interface ScanOptions {
  /** How long the scan takes; 2 unless given, or set otherwise for all. */
  readonly scanSeconds?: number | 'never';
  /**
   * One of {@link verdictCodes}, or any other code. Left out, it is `MAL` for content with {@link malwareMarker} in it
   * and `CLN` for any other.
   */
  readonly verdict?: string;
  /** What the submission is answered with; the next id unless given. */
  readonly id?: string | number;
  /** `sample.sha256` of its own row, in place of the content's: another one, or zeros. */
  readonly sampleSha256?: string;
  /** More members of its own row, such as `{ "status": "FAILED" }`, or others in place of its own. */
  readonly rowFields?: Readonly<Record<string, JsonValue>>;
  /** What speaks for the verdict; items of any shape (doc: of uneven shape). One that fits the verdict unless given. */
  readonly evidence?: readonly JsonValue[];
  /** For so long after the submission the scan is not listed; 0 unless given (inferred). */
  readonly listLagSeconds?: number;
  /** For so long the verdict is there and `finished_at` still null; 0 unless given (inferred). */
  readonly finishedAtLagSeconds?: number;
  /**
   * `id` unless given. Under another key the scan has no row of its own: with `root_scan_id` only its parts are listed,
   * one that is like itself unless `parts` says more.
   */
  readonly listedAs?: IdKey;
  /** The files in an archive: each has a row with the archive's id as `root_scan_id`, and the verdict given here. */
  readonly parts?: readonly ScanPart[];
  /** Whether the rows of the parts have a `root_scan_summary`; true unless given (third party: the key). */
  readonly rootSummary?: boolean;
  /** How often the callback is sent, one after another; 1 unless given, 0 for never (unknown whether it is repeated). */
  readonly callbackTimes?: number;
  /** How long after the end of the scan the callback is sent; 0 unless given. */
  readonly callbackDelaySeconds?: number;
}

/** Text whose presence in a file makes its scan end in `MAL`, unless a script says otherwise. */
export const malwareMarker = 'SIMULATED-MALWARE';
