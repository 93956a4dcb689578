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
 * Nor is one in a state that nobody documents. A row that is SCHEDULED without the id of a run may be the report itself,
 * which the history lists beside its runs (doc): it is on its way only when its date is later than the start of the
 * newest run that is finished.
 */
export function chooseRun(runs: readonly ReportRun[]): RunChoice {
  let failed: ReportRun | undefined;
  let idle: ReportRun | undefined;
  let listed: ReportRun | undefined;
  for (const run of newestFirst(runs)) {
    const isFinished = isReady(run) || run.status === 'FAILED';
    if (isFinished && failed === undefined && listed !== undefined && isLater(listed, run)) {
      return { type: 'pending', run: listed };
    }
    if (isReady(run)) return { type: 'ready', run, failed };
    if (run.status === 'FAILED') failed ??= run;
    else if (!isOnItsWay(run)) idle ??= run;
    else if (run.status === 'SCHEDULED' && run.runId === undefined) listed ??= run;
    else return { type: 'pending', run };
  }
  if (failed !== undefined) return { type: 'failed', run: failed };
  const waiting = listed ?? idle;
  return waiting === undefined ? { type: 'none' } : { type: 'pending', run: waiting };
}

function isLater(listed: ReportRun, finished: ReportRun): boolean {
  const of = (run: ReportRun): number | undefined => run.startedAt ?? run.createdAt;
  return (of(listed) ?? 0) > (of(finished) ?? 0);
}

/** One without an id cannot be downloaded, nor told from another one. */
export function isReady(run: ReportRun): run is ReadyRun {
  return run.status === 'READY' && run.runId !== undefined;
}

function isOnItsWay({ status, schedule }: ReportRun): boolean {
  const isRecurring = schedule !== undefined && schedule !== 'ON_DEMAND';
  return status === 'GENERATING' || (status === 'SCHEDULED' && !isRecurring);
}
