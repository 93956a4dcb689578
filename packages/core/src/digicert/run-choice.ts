import { newestFirst, type ReportRun } from './report-history.ts';

/** A run that can be downloaded. */
export type ReadyRun = ReportRun & { readonly runId: string };

/** Which of the runs of a report is the one to take. */
export type RunChoice =
  /** This one, although a newer one failed, where there is such. */
  | { readonly type: 'ready'; readonly run: ReadyRun; readonly failed: ReportRun | undefined }
  /** The one that this one will become. */
  | { readonly type: 'pending'; readonly run: ReportRun }
  /** None: this one failed, and there is no other. */
  | { readonly type: 'failed'; readonly run: ReportRun }
  | { readonly type: 'none' };

/**
 * Chooses the newest run that is ready, unless a newer one is on its way.
 *
 * A run that only waits for the next week or month of its schedule is not on its way as long as there is another one.
 * Nor is one in a state that nobody documents.
 */
export function chooseRun(runs: readonly ReportRun[]): RunChoice {
  let failed: ReportRun | undefined;
  let idle: ReportRun | undefined;
  for (const run of newestFirst(runs)) {
    if (isReady(run)) return { type: 'ready', run, failed };
    if (isOnItsWay(run)) return { type: 'pending', run };
    if (run.status === 'FAILED') failed ??= run;
    else idle ??= run;
  }
  if (failed !== undefined) return { type: 'failed', run: failed };
  return idle === undefined ? { type: 'none' } : { type: 'pending', run: idle };
}

/** One without an id cannot be downloaded, nor told from another one. */
export function isReady(run: ReportRun): run is ReadyRun {
  return run.status === 'READY' && run.runId !== undefined;
}

function isOnItsWay({ status, schedule }: ReportRun): boolean {
  const isRecurring = schedule !== undefined && schedule !== 'ON_DEMAND';
  return status === 'GENERATING' || (status === 'SCHEDULED' && !isRecurring);
}
