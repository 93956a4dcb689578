import { InvalidInputError, SecurityReportsError, UncertainSubmissionError } from './errors.ts';

/**
 * Whether the service may have acted on a request all the same that failed so: there was no answer, a failing one, or a
 * successful one that does not say what was asked.
 */
export function isFateUnknown(error: unknown): error is SecurityReportsError {
  if (!(error instanceof SecurityReportsError) || error instanceof InvalidInputError) return false;
  const { status, maybeTaken } = error;
  return maybeTaken && (status === undefined || status < 300 || status >= 500);
}

/**
 * The error for such a failure.
 *
 * @param maybe what may have happened, as a clause.
 * @param remedy how to find out whether it has.
 */
export function uncertainSubmission(
  error: SecurityReportsError,
  maybe: string,
  remedy: string,
): UncertainSubmissionError {
  return new UncertainSubmissionError({
    service: error.service,
    operation: error.operation,
    subject: error.subject,
    what: `${error.what}; ${maybe}`,
    remedy,
    status: error.status,
    vendorCode: error.vendorCode,
    vendorMessage: error.vendorMessage,
  });
}
