import { InvalidInputError, SecurityReportsError, UncertainSubmissionError } from './errors.ts';

/**
 * Whether the service may have acted on a request that failed so: there was no answer, a failing one, or a successful
 * one that does not say what was asked. The status of an error does not say it, since it may be that of an earlier try.
 */
export function isFateUnknown(error: unknown): error is SecurityReportsError {
  return error instanceof SecurityReportsError && !(error instanceof InvalidInputError) && error.maybeTaken;
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
