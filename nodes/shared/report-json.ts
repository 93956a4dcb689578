import type { Verdict } from '@security-reports/core';
import type { IDataObject } from 'n8n-workflow';

/**
 * - `ready`: the report is there, or the verdict
 * - `submitted`: the service works on it
 * - `missing`: the service has nothing about the subject
 * - `failed`, `timeout`: it could not be had
 */
export type ReportState = 'ready' | 'submitted' | 'missing' | 'failed' | 'timeout';

/**
 * What every output says, in the same words as the output `reports` of the GitHub Action. It names all that matters,
 * since an AI agent sees nothing of a binary field.
 */
export interface ReportFields {
  /** `spectra-analyze`, `perception-point`, `digicert` */
  readonly service: string;
  /** What the report is about: a hash, a file, a report. */
  readonly subject: string;
  readonly state: ReportState;
  /** Of the file in the binary field. */
  readonly fileName?: string | undefined;
  readonly mediaType?: string | undefined;
  /** In bytes, and likewise of the file in the binary field. */
  readonly size?: number | undefined;
  /** Lower-case hex; likewise. */
  readonly sha256?: string | undefined;
  readonly verdict?: Verdict | undefined;
  readonly scanId?: string | undefined;
  readonly reportId?: string | undefined;
  readonly runId?: string | undefined;
  /** What is out of the ordinary, or what went wrong. */
  readonly message?: string | undefined;
}

/** Leaves out what has no value. `more` is what only one operation has to tell. */
export function reportJson(fields: ReportFields & Readonly<Record<string, unknown>>): IDataObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as IDataObject;
}
