import { DeadlinePassed, withinLimits } from '../deadline.ts';
import { InvalidInputError, NotFoundError, type Problem, ServiceError, TimeoutError } from '../errors.ts';
import { answerIn, type LastAnswer, type Look, poll } from '../polling.ts';
import type { Progress } from '../progress.ts';
import type { Deliver } from '../report.ts';
import { cleanVendorText } from '../vendor-text.ts';
import type { DigicertClient, DownloadedReport } from './client.ts';
import { type ReportFormat, reportFormats } from './report-file.ts';
import type { ReportRun } from './report-history.ts';
import {
  isSameId,
  listRunsOf,
  notListed,
  type ReportListing,
  type ReportReference,
} from './report-lookup.ts';
import { chooseRun, type ReadyRun } from './run-choice.ts';
import { digicert } from './service.ts';

/** Which run of which report, and as what. */
export interface ReportRunRequest {
  readonly report: ReportReference;
  /** The id of a run, or `latest` for the newest one that is ready, unless a newer one is on its way. */
  readonly run: string;
  readonly format: ReportFormat;
  /** Starts a run, and takes that. It has no id yet, so `run` is `latest` then. */
  readonly startNewRun?: boolean | undefined;
}

export interface FetchReportRunOptions {
  readonly signal?: AbortSignal | undefined;
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** A fixed time between two looks, in milliseconds, instead of the adaptive one. */
  readonly pollIntervalMs?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called when the run is found, before any of it is downloaded. */
  readonly onRun?: ((run: ReadyRun) => void) | undefined;
}

export interface FetchedReportRun<T> {
  readonly reportId: string;
  readonly runId: string;
  readonly displayName: string;
  /** One file, or the parts of a split report in their order. */
  readonly parts: readonly DownloadedReport<T>[];
  /** What is out of the ordinary, as clauses: a ZIP that came in place of a CSV, a newer run that failed. */
  readonly notes: readonly string[];
}

const nothingAskedYet = 'nothing asked yet';

/**
 * Finds a run of a report, waits until it is ready, downloads it and hands it to `deliver`: once, or once for each
 * part of a split report, one after the other. When a part fails, those before it have been delivered.
 *
 * A new run is known by an id that the history did not have before it was started, so that the clocks of both sides
 * need not agree.
 *
 * @throws {InvalidInputError} for a new run that already has an id.
 * @throws {NotFoundError} when there is no such report or run, or it has no data.
 * @throws {ServiceError} when the run failed, the report does not come in this format, or several reports have the
 *   name, which are listed then.
 * @throws {UncertainSubmissionError} when nobody can tell whether the new run was started.
 * @throws {TimeoutError} at the deadline, with the last state, what the service said last where that was an error, and
 *   the id of the run where it is known.
 * @throws {SecurityReportsError} of another kind as `DigicertClient` says; the signal's reason when it aborts.
 */
export async function fetchReportRun<T>(
  client: DigicertClient,
  request: ReportRunRequest,
  deliver: Deliver<T>,
  options: FetchReportRunOptions,
): Promise<FetchedReportRun<T>> {
  if (request.startNewRun === true && request.run !== 'latest') {
    throw new InvalidInputError({
      ...about(request),
      what: 'a new run has no id yet',
      remedy: 'Ask for the latest run together with a new one, or for a run by its id without.',
    });
  }
  const { clock } = client;
  const known: Known = { lastState: nothingAskedYet };
  const tell = (state: string): void => {
    if (state === known.lastState) return;
    known.lastState = state;
    options.onProgress?.({ state });
  };
  try {
    return await withinLimits(clock, options, async (signal) => {
      const limits = { signal, deadline: options.deadline };
      const { run, notes } = await findRun(client, request, limits, options.pollIntervalMs, tell, known);
      options.onRun?.(run);
      checkFormat(request, run);
      const parts = await downloadParts(client, run, request.format, deliver, limits, tell);
      return {
        reportId: run.reportId,
        runId: run.runId,
        displayName: run.displayName,
        parts,
        notes: [...new Set([...notes, ...parts.flatMap(({ note }) => note ?? [])])],
      };
    });
  } catch (error) {
    if (!(error instanceof DeadlinePassed) && !(error instanceof TimeoutError)) throw error;
    throw timeoutError(request, known, error instanceof TimeoutError ? error : undefined);
  }
}

/** What is to be told when the time is up. */
interface Known {
  lastState: string;
  lastAnswer?: LastAnswer;
  pending?: ReportRun;
  isNewRunStarted?: boolean;
}

interface WaitLimits {
  readonly signal: AbortSignal;
  readonly deadline: number;
}

async function findRun(
  client: DigicertClient,
  request: ReportRunRequest,
  limits: WaitLimits,
  pollIntervalMs: number | undefined,
  tell: (state: string) => void,
  known: Known,
): Promise<{ readonly run: ReadyRun; readonly notes: readonly string[] }> {
  const readListing = listingReader(client, request);
  const earlier =
    request.startNewRun === true
      ? await startNewRun(client, request, await readListing(limits), limits, tell, known)
      : undefined;

  const look = async (): Promise<Look<{ run: ReadyRun; notes: readonly string[] }>> => {
    const { runs, otherNames } = await readListing(limits);
    // The service answered: what it said before is no longer the last.
    delete known.lastAnswer;
    const choice = chooseRun(earlier === undefined ? runs : runs.filter(isNewTo(earlier)));
    switch (choice.type) {
      case 'ready': {
        const { run, failed } = choice;
        const notes = failed === undefined ? [] : [`a newer one failed: ${shown(failed)}`];
        return { done: true, value: { run, notes } };
      }
      case 'pending':
        known.pending = choice.run;
        return { done: false, state: stateOf(choice.run) };
      case 'failed':
        throw new ServiceError({
          ...about(request),
          what: `the run failed (${shown(choice.run)})`,
          remedy: 'Start a new run; if that fails, too, look at the report in CertCentral.',
        });
      case 'none':
        if (known.isNewRunStarted === true) return { done: false, state: 'started, not in the history yet' };
        throw request.run === 'latest' || otherNames.length > 0
          ? notListed(request.report, otherNames)
          : runNotListed(request);
    }
  };
  return poll(look, {
    clock: client.clock,
    ...limits,
    intervalMs: pollIntervalMs,
    onState: tell,
    onAnswer: (answer) => {
      known.lastAnswer = answer;
    },
  });
}

function runNotListed(request: ReportRunRequest): NotFoundError {
  return new NotFoundError({
    ...about(request),
    what: `the report history does not list the run ${request.run}`,
    remedy:
      'Check the id of the run, and that it belongs to this report, in the Report Library in CertCentral, which keeps finished runs for 90 days.',
  });
}

/** Starts a run. Gives the ids of those that were there before. */
async function startNewRun(
  client: DigicertClient,
  request: ReportRunRequest,
  { runs, otherNames }: ReportListing,
  limits: WaitLimits,
  tell: (state: string) => void,
  known: Known,
): Promise<ReadonlySet<string | undefined>> {
  const reportId = runs[0]?.reportId ?? ('id' in request.report ? request.report.id.trim() : undefined);
  if (reportId === undefined) throw notListed(request.report, otherNames);
  await client.runReport(reportId, limits);
  known.isNewRunStarted = true;
  tell('new run started');
  return new Set(runs.map(({ runId }) => runId));
}

function isNewTo(earlier: ReadonlySet<string | undefined>): (run: ReportRun) => boolean {
  return ({ runId }) => runId !== undefined && !earlier.has(runId);
}

/** Gives a way to read the rows of the history that a request is about. */
function listingReader(
  client: DigicertClient,
  { report, run }: ReportRunRequest,
): (limits: WaitLimits) => Promise<ReportListing> {
  let displayName = 'displayName' in report ? report.displayName : undefined;
  const isWanted = ({ runId }: ReportRun): boolean => run === 'latest' || isSameId(runId, run);
  return async (limits) => {
    const listing = await listRunsOf(client, report, displayName, limits, isWanted);
    // From now on, only the runs of this name have to be read.
    displayName ??= listing.runs[0]?.displayName;
    return listing;
  };
}

async function downloadParts<T>(
  client: DigicertClient,
  run: ReadyRun,
  format: ReportFormat,
  deliver: Deliver<T>,
  limits: WaitLimits,
  tell: (state: string) => void,
): Promise<readonly DownloadedReport<T>[]> {
  const { reportId, runId, displayName, splitCount: count } = run;
  const download = {
    reportId,
    runId,
    format,
    displayName: displayName === '' ? reportId : displayName,
  };
  if (count === 0) {
    tell('ready, downloading');
    return [await client.downloadReport(download, deliver, limits)];
  }
  const parts: DownloadedReport<T>[] = [];
  for (let index = 0; index < count; index += 1) {
    tell(`ready, downloading part ${index + 1} of ${count}`);
    parts.push(await client.downloadReport({ ...download, part: { index, count } }, deliver, limits));
  }
  return parts;
}

/**
 * Says that a format is not applicable before the service has to. Only where the history names formats, and all of
 * them are known; and not of ZIP, in which the service packs any of them.
 */
function checkFormat(request: ReportRunRequest, { formats }: ReportRun): void {
  const known: readonly string[] = reportFormats;
  const areKnown = formats.length > 0 && formats.every((format) => known.includes(format));
  if (!areKnown || request.format === 'ZIP' || formats.includes(request.format)) return;
  throw new ServiceError({
    ...about(request),
    what: `the report does not come as ${request.format}, only as ${formats.join(', ')}`,
    remedy: `Ask for ${formats.join(' or ')}, which was chosen when the report was created.`,
  });
}

/** @param call the call during which the time was up, if it was one. */
function timeoutError(request: ReportRunRequest, known: Known, call: TimeoutError | undefined): TimeoutError {
  const trouble = call?.lastState;
  const state = trouble === undefined ? known.lastState : `${known.lastState}; ${trouble}`;
  return new TimeoutError({
    ...about(request),
    ...known.lastAnswer,
    ...(call !== undefined && answerIn(call)),
    what: `it was not there in time; the last state: ${state}`,
    remedy: remedyFor(known),
    lastState: state,
    resumeId: known.pending?.runId,
  });
}

function remedyFor({ pending, isNewRunStarted }: Known): string {
  if (isNewRunStarted === true) {
    return 'The service goes on with the new run, which can take more than an hour: do not start another one, but fetch the latest run later, or allow more time.';
  }
  if (pending === undefined) return 'Allow more time, or look at the state of the service.';
  return pending.status === 'SCHEDULED'
    ? 'Start a new run if nobody else will, or allow more time.'
    : 'The service goes on with it, which can take more than an hour: fetch it later, or allow more time.';
}

function stateOf(run: ReportRun): string {
  switch (run.status) {
    case 'GENERATING':
      return `being generated (${shown(run)})`;
    case 'SCHEDULED':
      return `scheduled (${shown(run)})`;
    default:
      return `status "${clean(run.status)}" (${shown(run)})`;
  }
}

function shown({ runId }: ReportRun): string {
  return runId === undefined ? 'a run without an id' : `run ${clean(runId)}`;
}

/** These texts of the service never held a credential; they are made fit for one line. */
function clean(text: string): string {
  return cleanVendorText(text, []);
}

function subjectOf({ report }: Pick<ReportRunRequest, 'report'>): string {
  return 'id' in report ? report.id : report.displayName;
}

function about(
  request: Pick<ReportRunRequest, 'report'>,
): Pick<Problem, 'service' | 'operation' | 'subject'> {
  return { service: digicert, operation: 'fetch report run', subject: subjectOf(request) };
}
