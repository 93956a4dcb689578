import type { Clock } from '../clock.ts';
import { SecurityReportsError } from '../errors.ts';

const mostAttempts = 5;
const backOffBaseMs = 500;
const backOffCapMs = 20_000;

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. No attempt is waited for that would start after it. */
  readonly deadline?: number | undefined;
  /** Whether doing it twice does no harm, as with a GET. Otherwise only what was certainly not taken is sent again. */
  readonly repeatable: boolean;
}

/**
 * The one place that decides what is sent again: what may pass, at most five times in all, after an exponential
 * back-off with full jitter or as late as the service asks for.
 *
 * @throws the error of the last attempt.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (options.signal.aborted || attempts === mostAttempts) throw error;
      if (!(error instanceof SecurityReportsError) || !error.retryable) throw error;
      if (!options.repeatable && error.maybeTaken) throw error;
      const wait = Math.max(error.retryAfterMs ?? 0, backOff(attempts));
      if (options.deadline !== undefined && options.clock.now() + wait >= options.deadline) throw error;
      await options.clock.sleep(wait, options.signal);
    }
  }
}

function backOff(attempts: number): number {
  return Math.random() * Math.min(backOffCapMs, backOffBaseMs * 2 ** attempts);
}
