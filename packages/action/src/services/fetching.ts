import type { Clock } from '@security-reports/core';
import type { ClosableTransport } from '@security-reports/core/node';
import pLimit from 'p-limit';
import type { PaceInputs } from '../inputs.ts';
import type { Log } from '../log.ts';

/** What every service needs to fetch its reports. */
export interface Fetching {
  readonly transport: ClosableTransport;
  readonly clock: Clock;
  /** Aborts when the job is canceled. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly pace: PaceInputs;
  /** Absolute. */
  readonly workspace: string;
  /** Where the reports are saved; absolute. */
  readonly outputDirectory: string;
  readonly log: Log;
}

/**
 * Does `work` for each item, as many at a time as the user allows, and gives the results in the order of the items.
 * When one fails, or the job is canceled, the others still come to their end first, so that they leave nothing behind.
 */
export async function severalAtATime<T, U>(
  items: readonly T[],
  { pace, signal }: Fetching,
  work: (item: T) => Promise<U>,
): Promise<readonly U[]> {
  const limit = pLimit(pace.concurrency);
  const running = items.map((item) =>
    limit(() => {
      signal.throwIfAborted();
      return work(item);
    }),
  );
  await Promise.allSettled(running);
  return Promise.all(running);
}
