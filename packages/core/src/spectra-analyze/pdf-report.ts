import { DeadlinePassed, withinLimits } from '../deadline.ts';
import { NotFoundError, ServiceError, TimeoutError } from '../errors.ts';
import { answerIn, type LastAnswer, type Look, poll } from '../polling.ts';
import type { Progress } from '../progress.ts';
import type { Deliver } from '../report.ts';
import type { DownloadedPdfReport, SpectraAnalyzeClient } from './client.ts';
import type { PdfReportStatus } from './pdf-report-status.ts';
import { spectraAnalyze } from './service.ts';

export interface FetchPdfReportOptions {
  readonly signal?: AbortSignal | undefined;
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** A fixed time between two looks, in milliseconds, instead of the adaptive one. */
  readonly pollIntervalMs?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * An appliance that is busy says for a while after a create that the PDF does not exist (inferred). After so long, it is
 * asked once more, in case that it has forgotten.
 */
const askAgainAfterMs = 120_000;

const nothingAskedYet = 'nothing asked yet';
const notBegun = 'not begun yet';

/**
 * Creates the PDF report of a sample, waits until it is ready, downloads it and hands it to `deliver`.
 *
 * "Does not exist" after the create is a state to wait in. A report that the appliance forgets on the way (it expires
 * after 30 minutes, doc), or has not begun after 2 minutes, is created again, once.
 *
 * @throws {NotFoundError} when the sample is not on the appliance.
 * @throws {TimeoutError} at the deadline, with the last state, and what the appliance said last. An appliance that took
 *   the create goes on, so asking again succeeds.
 * @throws {SecurityReportsError} of another kind as `SpectraAnalyzeClient` says; the signal's reason when it aborts.
 */
export async function fetchPdfReport<T>(
  client: SpectraAnalyzeClient,
  hash: string,
  deliver: Deliver<T>,
  options: FetchPdfReportOptions,
): Promise<DownloadedPdfReport<T>> {
  const { clock } = client;
  const known: Known = { lastState: nothingAskedYet };
  const tell = (state: string): void => {
    if (state === known.lastState) return;
    known.lastState = state;
    options.onProgress?.({ state });
  };
  try {
    return await withinLimits(clock, options, (signal) => {
      const limits = { signal, deadline: options.deadline };
      return createWaitDownload(client, hash, deliver, limits, options.pollIntervalMs, tell, known);
    });
  } catch (error) {
    if (!(error instanceof DeadlinePassed) && !(error instanceof TimeoutError)) throw error;
    throw timeoutError(hash, known, error instanceof TimeoutError ? error : undefined);
  }
}

/** What a time-out says. */
interface Known {
  lastState: string;
  lastAnswer?: LastAnswer;
}

/** @param call the call during which the time was up, if it was one. */
function timeoutError(
  hash: string,
  { lastState, lastAnswer }: Known,
  call: TimeoutError | undefined,
): TimeoutError {
  const trouble = call?.lastState;
  const state = trouble === undefined || trouble === lastState ? lastState : `${lastState}; ${trouble}`;
  const asked = lastState !== nothingAskedYet;
  const remedy = !asked
    ? 'Allow more time, or look at the state of the appliance.'
    : lastState === notBegun
      ? 'The appliance took the request but has not begun: allow more time, or look at its state.'
      : 'The appliance goes on creating it: ask again within 30 minutes and it will be ready, or allow more time.';
  return new TimeoutError({
    service: spectraAnalyze,
    operation: 'fetch PDF report',
    subject: hash,
    ...lastAnswer,
    ...(call !== undefined && answerIn(call)),
    what: `it was not there in time; the last state: ${state}`,
    remedy,
    lastState: state,
    ...(asked && { resumeId: hash }),
  });
}

/** How the wait ended: with the report, with what the download failed with, or with a creation that failed. */
type Outcome<T> =
  | { readonly report: DownloadedPdfReport<T> }
  | { readonly failure: unknown }
  | { readonly notCreated: PdfReportStatus };

async function createWaitDownload<T>(
  client: SpectraAnalyzeClient,
  hash: string,
  deliver: Deliver<T>,
  limits: { readonly signal: AbortSignal; readonly deadline: number },
  pollIntervalMs: number | undefined,
  tell: (state: string) => void,
  known: Known,
): Promise<DownloadedPdfReport<T>> {
  const { clock } = client;
  let createdAt = 0;
  let creations = 0;
  /** Whether the appliance has said since the last create that it works on the PDF, or has it. */
  let isBegun = false;
  let isMissing = false;
  const create = async (): Promise<void> => {
    await client.createPdfReport(hash, limits);
    createdAt = clock.now();
    creations += 1;
    isBegun = false;
    tell(creations === 1 ? 'requested' : 'requested again');
  };
  const createAgain = async (answer: LastAnswer): Promise<Look<Outcome<T>>> => {
    await create();
    return { done: false, state: 'requested again', answer };
  };

  const look = async (): Promise<Look<Outcome<T>>> => {
    const status = await client.getPdfReportStatus(hash, limits);
    const answer: LastAnswer = { vendorMessage: status.message === '' ? undefined : status.message };
    switch (status.state) {
      case 'ready':
        return download();
      case 'failed':
        return { done: true, value: { notCreated: status } };
      case 'creating':
        isBegun = true;
        return { done: false, state: 'being created', answer };
      case 'other':
        return {
          done: false,
          state: `status ${status.number ?? 'without a number'}: "${status.message}"`,
          answer,
        };
      case 'absent':
        if (creations === 1 && (isBegun || clock.now() - createdAt >= askAgainAfterMs)) {
          return createAgain(answer);
        }
        return { done: false, state: notBegun, answer };
    }
  };

  const download = async (): Promise<Look<Outcome<T>>> => {
    isBegun = true;
    // Whoever follows the progress does not want both states again at every try.
    if (!isMissing) tell('ready, downloading');
    try {
      return { done: true, value: { report: await client.downloadPdfReport(hash, deliver, limits) } };
    } catch (error) {
      if (!(error instanceof NotFoundError)) return { done: true, value: { failure: error } };
      // It was never created with this hash, or has expired (doc); or it is not where the download looks for it yet.
      const answer = answerIn(error) ?? {};
      if (creations === 1) return createAgain(answer);
      isMissing = true;
      return { done: false, state: 'ready, but not there to download', answer };
    }
  };

  await create();
  const outcome = await poll(look, {
    clock,
    ...limits,
    intervalMs: pollIntervalMs,
    onState: tell,
    onAnswer: (answer) => {
      known.lastAnswer = answer;
    },
  });
  if ('failure' in outcome) throw outcome.failure;
  if ('notCreated' in outcome) throw notCreated(hash, outcome.notCreated.message);
  return outcome.report;
}

function notCreated(hash: string, vendorMessage: string): ServiceError {
  return new ServiceError({
    service: spectraAnalyze,
    operation: 'fetch PDF report',
    subject: hash,
    what: 'the appliance could not create the PDF',
    remedy:
      'Try the button "Create PDF" on the page of the sample; if that fails, too, look at the appliance.',
    vendorMessage,
  });
}
