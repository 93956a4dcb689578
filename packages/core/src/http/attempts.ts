import { ConnectionError, type Problem, type SecurityReportsError, TimeoutError } from '../errors.ts';

/** What the attempts at one call have shown so far, for the error that ends them. */
export class Attempts {
  readonly #about: Pick<Problem, 'service' | 'operation' | 'subject'>;
  #lastError: SecurityReportsError | undefined;
  /** What the service said last, which a connection that failed after it must not hide. */
  #lastAnswer: SecurityReportsError | undefined;
  /** Of the last request that left: one that only waited for its turn was not sent. */
  #isMaybeTaken = false;

  constructor(about: Pick<Problem, 'service' | 'operation' | 'subject'>) {
    this.#about = about;
  }

  /** A request leaves. */
  sent(): void {
    this.#isMaybeTaken = true;
  }

  /** An attempt ended with this error. */
  failed(error: SecurityReportsError): void {
    this.#lastError = error;
    if (error.status !== undefined) this.#lastAnswer = error;
    this.#isMaybeTaken = error.maybeTaken;
  }

  /** The error for a deadline that passed. */
  timeout(): TimeoutError {
    const lastTry = this.#lastError === undefined ? '' : `; the last try: ${this.#lastError.what}`;
    const answer = this.#lastAnswer === this.#lastError ? '' : this.#saidBefore();
    return new TimeoutError({
      ...this.#about,
      ...this.#saidByService(),
      what: `there was no complete answer in time${lastTry}${answer}`,
      remedy: 'Allow more time, or try again later.',
      lastState: this.#lastError?.what,
      maybeTaken: this.#isMaybeTaken,
    });
  }

  /** The error that ended the last attempt, with what the service answered before when that was no answer. */
  withLastAnswer(error: unknown): unknown {
    if (!(error instanceof ConnectionError) || this.#lastAnswer === undefined) return error;
    const { what, remedy, retryable, maybeTaken } = error;
    return new ConnectionError({
      ...this.#about,
      ...this.#saidByService(),
      what: `${what}${this.#saidBefore()}`,
      remedy,
      retryable,
      maybeTaken,
    });
  }

  #saidBefore(): string {
    return this.#lastAnswer === undefined ? '' : `; the last answer: ${this.#lastAnswer.what}`;
  }

  #saidByService(): Pick<Problem, 'status' | 'vendorCode' | 'vendorMessage'> {
    const { status, vendorCode, vendorMessage } = this.#lastAnswer ?? {};
    return { status, vendorCode, vendorMessage };
  }
}
