import { AccessError, type Problem } from '../errors.ts';
import { unlessAborted } from '../unless-aborted.ts';

/** What a request that passed the gate finds out about the credential. */
export interface Passage {
  /** The service answered, and did not refuse the credential. */
  accepted(): void;
  /** The service refused the credential, or what it may do. */
  refused(error: AccessError): void;
  /** The request is over, whatever it found out. */
  over(): void;
}

/**
 * Lets one request find out whether the service accepts the credential, so that a wrong one is refused once and not as
 * often as there are subjects. Until the first request is over, the others wait for it.
 *
 * A refusal stands for all later requests only as long as the service has accepted the credential in none: after
 * that, it is about the one request.
 */
export class CredentialGate {
  #first: PromiseWithResolvers<undefined> | undefined;
  #isAccepted = false;
  #refusal: AccessError | undefined;

  /**
   * @param waits `false` for a request that would take others too much time to wait for: an upload.
   * @throws {AccessError} when the service has refused the credential before.
   * @throws the signal's reason when that aborts before.
   */
  async enter(
    about: Pick<Problem, 'service' | 'operation' | 'subject'>,
    signal: AbortSignal,
    waits: boolean,
  ): Promise<Passage> {
    if (waits && this.#first !== undefined) await unlessAborted(this.#first.promise, signal);
    if (this.#refusal !== undefined) throw refusedBefore(about, this.#refusal);
    const first = waits ? (this.#first ??= Promise.withResolvers()) : undefined;
    return {
      accepted: () => {
        this.#isAccepted = true;
        this.#first ??= Promise.withResolvers();
        this.#first.resolve(undefined);
      },
      refused: (error) => {
        if (!this.#isAccepted) this.#refusal ??= error;
      },
      over: () => {
        first?.resolve(undefined);
      },
    };
  }
}

/** Short, since there may be as many as there are subjects. */
function refusedBefore(
  about: Pick<Problem, 'service' | 'operation' | 'subject'>,
  { what, status, vendorCode }: AccessError,
): AccessError {
  return new AccessError({
    ...about,
    what: `not asked, because the service refused access before: ${what}`,
    remedy: 'See the first error.',
    status,
    vendorCode,
    maybeTaken: false,
  });
}
