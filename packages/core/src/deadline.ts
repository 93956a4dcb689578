import type { Clock } from './clock.ts';

/** What a caller can say about how long a call may take. */
export interface Limits {
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** When the call gives up, in milliseconds since the epoch of the clock in use. Without it, never. */
  readonly deadline?: number | undefined;
}

/** The reason of a signal that aborted because the deadline passed. Callers see it as a `TimeoutError`. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/**
 * Runs `work` with a signal that aborts when the caller's does, or, with a `DeadlinePassed`, at the deadline.
 * Whatever `work` started must end with that signal, so nothing outlives the call.
 */
export async function withinLimits<T>(
  clock: Clock,
  limits: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  limits.signal?.throwIfAborted();
  if (limits.deadline !== undefined && clock.now() >= limits.deadline)
    throw new DeadlinePassed('the deadline passed');
  const ending = new AbortController();
  const onAbort = (): void => {
    ending.abort(limits.signal?.reason);
  };
  limits.signal?.addEventListener('abort', onAbort, { once: true });
  const alarm = new AbortController();
  if (limits.deadline !== undefined) {
    clock.sleep(Math.max(0, limits.deadline - clock.now()), alarm.signal).then(
      () => {
        ending.abort(new DeadlinePassed('the deadline passed'));
      },
      () => undefined,
    );
  }
  try {
    return await work(ending.signal);
  } finally {
    alarm.abort();
    limits.signal?.removeEventListener('abort', onAbort);
  }
}
