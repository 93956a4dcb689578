import { NotFoundError, SecurityReportsError, TimeoutError } from '@security-reports/core';
import type { ReportState } from '../report-entry.ts';

/** The state and the words for a report that could not be had. */
export function failedReport(error: unknown): { readonly state: ReportState; readonly message: string } {
  return { state: stateFor(error), message: error instanceof Error ? error.message : String(error) };
}

function stateFor(error: unknown): ReportState {
  if (error instanceof NotFoundError) return 'missing';
  return error instanceof TimeoutError ? 'timeout' : 'failed';
}

/** What went wrong without the words that the subject's line in the log repeats. */
export function whatFailed(error: unknown): string {
  return error instanceof SecurityReportsError
    ? error.what
    : error instanceof Error
      ? error.message
      : String(error);
}
