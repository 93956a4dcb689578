import type { Verdict } from '@security-reports/core';

/** The services, by the value of the input `service`. */
export const serviceNames = ['spectra-analyze', 'perception-point', 'digicert'] as const;

export type ServiceName = (typeof serviceNames)[number];

/**
 * - `ready`: the report is on disk
 * - `submitted`: the service has the file; its verdict was not waited for, or is not there yet
 * - `missing`: the service has nothing about the subject
 * - `failed`: something went wrong; `message` says what, and what to do
 * - `timeout`: the deadline passed; asking again later can succeed
 */
export type ReportState = 'ready' | 'submitted' | 'missing' | 'failed' | 'timeout';

/** One member of the output `reports`. A key without a value is left out. */
export interface ReportEntry {
  readonly service: ServiceName;
  /** What the report is about: a hash, a file, a link without its query, a scan, a report. */
  readonly subject: string;
  readonly state: ReportState;
  /** Relative to the workspace, with `/`. */
  readonly path?: string;
  readonly mediaType?: string;
  /** In bytes. */
  readonly size?: number;
  /** Of the file at `path`, in lower-case hex. */
  readonly sha256?: string;
  readonly verdict?: Verdict;
  /** The service's name of the threat, such as `Win32.Ransomware.Petya`. */
  readonly threatName?: string;
  /** Of Spectra Analyze: 0 (trusted) to 10 (malicious). */
  readonly riskScore?: number;
  /** Of the subject itself, in lower-case hex; `sha256` is the report's. */
  readonly subjectSha256?: string;
  /** Of Perception Point, by which the scan can be asked for again. */
  readonly scanId?: string;
  /** Of DigiCert. */
  readonly reportId?: string;
  /** Of DigiCert: which run of the report. */
  readonly runId?: string;
  /** What went wrong and what to do. */
  readonly message?: string;
}
