import type { Service } from './service.ts';

/** What an error says besides its message. Texts of the vendor in it are cleaned of credentials and control characters. */
export interface Problem {
  readonly service: Service;
  /** The call or job, in the vendor's words: `create PDF report`. */
  readonly operation: string;
  /** What it was about: a hash, a file's name, a report. */
  readonly subject?: string | undefined;
  /** What happened, as a clause: `the sample is not on the appliance`. */
  readonly what: string;
  /** What the user can do about it, as a sentence. */
  readonly remedy: string;
  /** Whether the same call may succeed when it is simply made again. */
  readonly retryable?: boolean;
  /** How long the service asked to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the service may have acted on the request all the same. Only matters for what must not be done twice. */
  readonly maybeTaken?: boolean;
  /** The HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** The vendor's own code, such as `user_forbidden`. */
  readonly vendorCode?: string | undefined;
  /** The vendor's own words. */
  readonly vendorMessage?: string | undefined;
  /** The id by which the job can be taken up again, where it has one: of a scan, of a report run, a hash. */
  readonly resumeId?: string | undefined;
}

/**
 * The family that all errors of the core belong to, except a canceled signal's reason. None has a `cause`: what an
 * HTTP library attaches to its errors may be a piece of an answer, in which nobody has looked for credentials.
 */
export class SecurityReportsError extends Error {
  override readonly name: string = 'SecurityReportsError';
  readonly service: Service;
  readonly operation: string;
  readonly subject: string | undefined;
  readonly what: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly maybeTaken: boolean;
  readonly status: number | undefined;
  readonly vendorCode: string | undefined;
  readonly vendorMessage: string | undefined;
  readonly resumeId: string | undefined;

  constructor(problem: Problem) {
    super(messageOf(problem));
    this.service = problem.service;
    this.operation = problem.operation;
    this.subject = problem.subject;
    this.what = problem.what;
    this.remedy = problem.remedy;
    this.retryable = problem.retryable ?? false;
    this.retryAfterMs = problem.retryAfterMs;
    this.maybeTaken = problem.maybeTaken ?? true;
    this.status = problem.status;
    this.vendorCode = problem.vendorCode;
    this.vendorMessage = problem.vendorMessage;
    this.resumeId = problem.resumeId;
  }
}

/** What the caller gave cannot be used. Nothing was sent. */
export class InvalidInputError extends SecurityReportsError {
  override readonly name = 'InvalidInputError';
}

/** No complete answer came: the service cannot be reached, is not trusted, or the connection broke. */
export class ConnectionError extends SecurityReportsError {
  override readonly name = 'ConnectionError';
}

/** The service refused the credential, or what the credential may do. */
export class AccessError extends SecurityReportsError {
  override readonly name = 'AccessError';
}

/** The service has nothing about the subject. */
export class NotFoundError extends SecurityReportsError {
  override readonly name = 'NotFoundError';
}

/** The service answered, but not with what was asked for. */
export class ServiceError extends SecurityReportsError {
  override readonly name = 'ServiceError';
}

/** What arrived in place of a report is not one, or not all of it. Nothing of it may be delivered. */
export class InvalidReportError extends SecurityReportsError {
  override readonly name = 'InvalidReportError';
}

/** Whether the service took what was sent is not known. Sending it again blindly may do it twice. */
export class UncertainSubmissionError extends SecurityReportsError {
  override readonly name = 'UncertainSubmissionError';
}

/** The caller's deadline passed. `lastState` is how far things had come by then. */
export class TimeoutError extends SecurityReportsError {
  override readonly name = 'TimeoutError';
  /** The last state that the service was seen in, or what kept it from telling. */
  readonly lastState: string | undefined;

  constructor(problem: Problem & { readonly lastState?: string | undefined }) {
    super({ retryable: true, ...problem });
    this.lastState = problem.lastState;
  }
}

/** What became of a subject about which an error was thrown, in the words that all platforms say it in. */
export type FailureState = 'missing' | 'timeout' | 'failed';

export function failureState(error: unknown): FailureState {
  if (error instanceof NotFoundError) return 'missing';
  return error instanceof TimeoutError ? 'timeout' : 'failed';
}

function messageOf(problem: Problem): string {
  const about = problem.subject === undefined ? '' : ` ${problem.subject}`;
  const answer = [
    problem.status === undefined ? undefined : `HTTP ${problem.status}`,
    problem.vendorCode,
    problem.vendorMessage === undefined ? undefined : `"${problem.vendorMessage}"`,
  ].filter((part) => part !== undefined);
  const evidence = answer.length === 0 ? '' : ` (${answer.join(', ')})`;
  return `${problem.service.name}, ${problem.operation}${about}: ${problem.what}${evidence}. ${problem.remedy}`;
}
