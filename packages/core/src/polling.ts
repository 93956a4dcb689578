import type { Clock } from './clock.ts';
import { DeadlinePassed } from './deadline.ts';
import { type Problem, SecurityReportsError, TimeoutError } from './errors.ts';

/** What the service said last: the status and the vendor's code and words of an error, or the words of a state. */
export type LastAnswer = Pick<Problem, 'status' | 'vendorCode' | 'vendorMessage'>;

/** What one look at the service showed: the end of the wait, or the state it is in. */
export type Look<T> =
  | { readonly done: true; readonly value: T }
  | {
      readonly done: false;
      readonly state: string;
      /** The service asked not to be bothered for so many milliseconds. */
      readonly restMs?: number | undefined;
      /** What it answered; `undefined` when there was no answer. */
      readonly answer?: LastAnswer | undefined;
    };

export interface PollOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** A fixed time between two looks, in milliseconds, instead of the adaptive one. */
  readonly intervalMs?: number | undefined;
  /** Called with every state that differs from the one before. */
  readonly onState: (state: string) => void;
  /** Called with every answer, so that a time-out can say what the last one was. */
  readonly onAnswer?: ((answer: LastAnswer) => void) | undefined;
}

/** Between two looks, in milliseconds. */
export const shortestIntervalMs = 500;
const longestIntervalMs = 30_000;
/** With the mean stretch of 1.25 below, an interval is 16 % of the time waited, so the mean lag is 8 % of it. */
const shareOfTimeWaited = 0.128;
/** The last look comes this long before the deadline, so that its answer can still be used. */
const lastLookMarginMs = 1_000;

/**
 * Looks at once, then at growing intervals, until `look` is done.
 *
 * A look that fails in a way that may pass does not end the wait: its error is the state until the next look. Only a
 * `TimeoutError` does, since the deadline of a look is that of the wait.
 *
 * @throws {DeadlinePassed} when no look is left before the deadline, also since the service asks for a longer rest.
 * @throws whatever `look` throws, and the signal's reason when that aborts.
 */
export async function poll<T>(look: () => Promise<Look<T>>, options: PollOptions): Promise<T> {
  const { clock, signal, deadline, onState } = options;
  const started = clock.now();
  const lastLookAt = deadline - lastLookMarginMs;
  let lastState: string | undefined;
  for (;;) {
    const seen = await look().catch(asPassingState);
    if (seen.done) return seen.value;
    if (seen.answer !== undefined) options.onAnswer?.(seen.answer);
    if (seen.state !== lastState) onState(seen.state);
    lastState = seen.state;
    const now = clock.now();
    const left = lastLookAt - now;
    const rest = seen.restMs ?? 0;
    if (left < shortestIntervalMs || left < rest) {
      throw new DeadlinePassed('no look is left before the deadline');
    }
    const interval = Math.max(options.intervalMs ?? adaptiveInterval(now - started), rest);
    // An interval that leaves no room for a further one ends with the last look.
    await clock.sleep(left - interval < shortestIntervalMs ? left : interval, signal);
  }
}

/**
 * How long to rest after a look when so much time was waited already, both in milliseconds.
 * Stretched at random by 1 to 1.5, so that subjects that are waited for at once do not ask in step.
 */
export function adaptiveInterval(waitedMs: number): number {
  const interval = Math.max(shortestIntervalMs, waitedMs * shareOfTimeWaited) * (1 + Math.random() / 2);
  return Math.min(interval, longestIntervalMs);
}

function asPassingState(error: unknown): Look<never> {
  if (!(error instanceof SecurityReportsError) || error instanceof TimeoutError || !error.retryable)
    throw error;
  return {
    done: false,
    state: error.what,
    restMs: error.retryAfterMs,
    answer: answerIn(error),
  };
}

/** What the service said in an error; `undefined` when there was no answer. */
export function answerIn({
  status,
  vendorCode,
  vendorMessage,
}: SecurityReportsError): LastAnswer | undefined {
  return status === undefined ? undefined : { status, vendorCode, vendorMessage };
}
