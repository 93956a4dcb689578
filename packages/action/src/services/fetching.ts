import type { Clock } from '@security-reports/core';
import type { ClosableTransport } from '@security-reports/core/node';
import pLimit from 'p-limit';
import type { PaceInputs } from '../inputs/inputs.ts';
import type { Log } from '../log.ts';
import { seconds } from '../quantities.ts';

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

/** Lets as many pieces of work run at a time as the user allows, in the order they come, and none once the job is canceled. */
export function takingTurns({ pace, signal }: Fetching): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(pace.concurrency);
  return (work) =>
    limit(() => {
      signal.throwIfAborted();
      return work();
    });
}

/** All results. When one fails, the others still come to their end first, so that they leave nothing behind. */
export async function allSettled<T>(running: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}

/** A line of the log about one subject, with the time since `started`. */
export function tellAbout(subject: string, { log, clock }: Fetching): (what: string) => void {
  const started = clock.now();
  return (what) => {
    log.info(`${subject}  ${what}  (after ${seconds(clock.now() - started)})`);
  };
}
