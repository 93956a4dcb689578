import { type FailureState, failureState, SecurityReportsError } from '@security-reports/core';

/** The state and the words for a report that could not be had. */
export function failedReport(error: unknown): {
  readonly state: FailureState;
  readonly message: string;
} {
  return { state: failureState(error), message: error instanceof Error ? error.message : String(error) };
}

/** What went wrong without the words that the subject's line in the log repeats. */
export function whatFailed(error: unknown): string {
  return error instanceof SecurityReportsError
    ? error.what
    : error instanceof Error
      ? error.message
      : String(error);
}
