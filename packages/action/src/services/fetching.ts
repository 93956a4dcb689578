import type { Clock, Report } from '@security-reports/core';
import type { ClosableTransport } from '@security-reports/core/node';
import pLimit from 'p-limit';
import type { PaceInputs } from '../inputs/inputs.ts';
import type { Log } from '../log.ts';
import { seconds } from '../quantities.ts';
import type { FileNames } from './file-names.ts';
import type { Waiting } from './waiting.ts';

/** What every service needs to fetch its reports. */
export interface Fetching {
  readonly transport: ClosableTransport;
  readonly clock: Clock;
  /** Aborts when the job is canceled. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** The largest report to download. */
  readonly maxReportBytes: number;
  readonly pace: PaceInputs;
  /** Absolute. */
  readonly workspace: string;
  /** Where the reports are saved; absolute. */
  readonly outputDirectory: string;
  /** Of the files in there that this step writes. */
  readonly names: FileNames;
  readonly log: Log;
  readonly waiting: Waiting;
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

/** Logs lines about one subject. */
export interface SubjectLog {
  /** A line with the time since the subject began. */
  (what: string): void;
  /** The subject is done: the step no longer waits for it. */
  readonly end: () => void;
}

/** Begins a subject: from now on, the step waits for it. */
export function tellAbout(subject: string, { log, clock, waiting }: Fetching): SubjectLog {
  const started = clock.now();
  const awaited = waiting.begin(subject);
  const tell = (what: string): void => {
    awaited.note(what);
    log.info(`${subject}  ${what}  (after ${seconds(clock.now() - started)})`);
  };
  return Object.assign(tell, {
    end: () => {
      awaited.end();
    },
  });
}

/** For the log: where a report came from when the service redirected its download to another origin. */
export function fromElsewhere({ redirectedTo }: Pick<Report, 'redirectedTo'>): string {
  return redirectedTo === undefined
    ? ''
    : `, downloaded from ${redirectedTo}, where the service redirects to`;
}
