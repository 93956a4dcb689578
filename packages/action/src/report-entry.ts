import type { Verdict } from '@security-reports/core';

export type ServiceName = 'spectra-analyze';

/**
 * - `ready`: the report is on disk
 * - `missing`: the service has nothing about the subject
 * - `failed`: something went wrong; `message` says what, and what to do
 * - `timeout`: the deadline passed; asking again later can succeed
 */
export type ReportState = 'ready' | 'missing' | 'failed' | 'timeout';

/** One member of the output `reports`. A key without a value is left out. */
export interface ReportEntry {
  readonly service: ServiceName;
  /** What the report is about: a hash, or the path of a file. */
  readonly subject: string;
  readonly state: ReportState;
  /** Relative to the workspace, with `/`. */
  readonly path?: string;
  readonly mediaType?: string;
  /** In bytes. */
  readonly size?: number;
  readonly sha256?: string;
  readonly verdict?: Verdict;
  /** For an entry that is not `ready`: what happened and what to do. */
  readonly message?: string;
}
