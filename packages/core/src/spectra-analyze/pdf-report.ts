import { DeadlinePassed, withinLimits } from '../deadline.ts';
import { NotFoundError, ServiceError, TimeoutError } from '../errors.ts';
import { type Look, poll } from '../polling.ts';
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

/** For so long after a create, "PDF does not exist" means that the appliance has not got round to it (inferred). */
const statusLagMs = 10_000;

const nothingAskedYet = 'nothing asked yet';

/**
 * Creates the PDF report of a sample, waits until it is ready, downloads it and hands it to `deliver`.
 *
 * A report that the appliance forgets on the way (it expires after 30 minutes, doc) is created again, once.
 *
 * @throws {NotFoundError} when the sample is not on the appliance.
 * @throws {TimeoutError} at the deadline, with the last state. An appliance that took the create goes on, so asking
 *   again succeeds.
 * @throws {SecurityReportsError} of another kind as `SpectraAnalyzeClient` says; the signal's reason when it aborts.
 */
export async function fetchPdfReport<T>(
  client: SpectraAnalyzeClient,
  hash: string,
  deliver: Deliver<T>,
  options: FetchPdfReportOptions,
): Promise<DownloadedPdfReport<T>> {
  const { clock } = client;
  let lastState = nothingAskedYet;
  const tell = (state: string): void => {
    if (state === lastState) return;
    lastState = state;
    options.onProgress?.({ state });
  };
  try {
    return await withinLimits(clock, options, (signal) => {
      const limits = { signal, deadline: options.deadline };
      return createWaitDownload(client, hash, deliver, limits, options.pollIntervalMs, tell);
    });
  } catch (error) {
    if (!(error instanceof DeadlinePassed) && !(error instanceof TimeoutError)) throw error;
    const trouble = error instanceof TimeoutError ? error.lastState : undefined;
    const state = trouble === undefined || trouble === lastState ? lastState : `${lastState}; ${trouble}`;
    const asked = lastState !== nothingAskedYet;
    throw new TimeoutError({
      service: spectraAnalyze,
      operation: 'fetch PDF report',
      subject: hash,
      what: `it was not there in time; the last state: ${state}`,
      remedy: asked
        ? 'The appliance goes on creating it: ask again within 30 minutes and it will be ready, or allow more time.'
        : 'Allow more time, or look at the state of the appliance.',
      lastState: state,
      ...(asked && { resumeId: hash }),
    });
  }
}

async function createWaitDownload<T>(
  client: SpectraAnalyzeClient,
  hash: string,
  deliver: Deliver<T>,
  limits: { readonly signal: AbortSignal; readonly deadline: number },
  pollIntervalMs: number | undefined,
  tell: (state: string) => void,
): Promise<DownloadedPdfReport<T>> {
  const { clock } = client;
  let createdAt = 0;
  let creations = 0;
  const create = async (): Promise<void> => {
    await client.createPdfReport(hash, limits);
    createdAt = clock.now();
    creations += 1;
    tell(creations === 1 ? 'requested' : 'requested again');
  };

  const look = async (): Promise<Look<PdfReportStatus>> => {
    const status = await client.getPdfReportStatus(hash, limits);
    switch (status.state) {
      case 'ready':
      case 'failed':
        return { done: true, value: status };
      case 'creating':
        return { done: false, state: 'being created' };
      case 'other':
        return { done: false, state: `status ${status.number ?? 'without a number'}: "${status.message}"` };
      case 'absent':
        if (clock.now() - createdAt < statusLagMs) return { done: false, state: 'not begun yet' };
        if (creations > 1) return { done: true, value: status };
        await create();
        return { done: false, state: 'requested again' };
    }
  };

  await create();
  for (;;) {
    const status = await poll(look, { clock, ...limits, intervalMs: pollIntervalMs, onState: tell });
    if (status.state === 'failed') throw notCreated(hash, status.message);
    if (status.state === 'absent') throw forgotten(hash, status.message);
    tell('ready, downloading');
    try {
      return await client.downloadPdfReport(hash, deliver, limits);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      if (creations > 1) throw forgotten(hash, error.vendorMessage);
      await create();
    }
  }
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

function forgotten(hash: string, vendorMessage: string | undefined): ServiceError {
  return new ServiceError({
    service: spectraAnalyze,
    operation: 'fetch PDF report',
    subject: hash,
    what: 'the appliance has no PDF, although it was asked twice to create it',
    remedy: 'Try again; if it stays so, look at the state of the appliance.',
    retryable: true,
    vendorMessage,
  });
}
