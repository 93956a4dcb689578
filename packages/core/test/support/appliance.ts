import { startSimulator, type Simulator } from '@security-reports/simulator';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { Transport, TransportTimeouts } from '../../src/transport.ts';
import { SpectraAnalyzeClient } from '../../src/spectra-analyze/client.ts';
import { fetchPdfReport, type FetchPdfReportOptions } from '../../src/spectra-analyze/pdf-report.ts';
import type { Progress } from '../../src/progress.ts';
import type { Report } from '../../src/report.ts';
import { acceleratedClock } from './accelerated-clock.ts';
import { openTransport, readBytes } from './transport.ts';

export interface Appliance {
  readonly simulator: Simulator;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly client: SpectraAnalyzeClient;
  /** Another client of it. */
  readonly connect: (options?: { token?: string; baseUrl?: string }) => SpectraAnalyzeClient;
}

const factor = 25;

/** A simulated appliance behind a real socket, and a client for whose clock a second is 40 ms. */
export async function startAppliance(options: { timeouts?: TransportTimeouts } = {}): Promise<Appliance> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const clock = acceleratedClock(factor);
  const transport = openTransport(options);
  const connect: Appliance['connect'] = ({ token, baseUrl } = {}) =>
    new SpectraAnalyzeClient({
      baseUrl: baseUrl ?? simulator.url,
      token: token ?? simulator.spectraAnalyze.token,
      transport,
      clock,
    });
  return { simulator, clock, transport, client: connect(), connect };
}

export function inMemory(report: Report): Promise<Buffer> {
  return readBytes(report);
}

/** Fetches within so many seconds of the accelerated clock, and keeps the states that were told. */
export function fetching(
  client: SpectraAnalyzeClient,
  hash: string,
  options: Partial<FetchPdfReportOptions> & { readonly withinSeconds?: number } = {},
) {
  const { withinSeconds = 600, ...others } = options;
  const progress: Progress[] = [];
  const result = fetchPdfReport(client, hash, inMemory, {
    deadline: client.clock.now() + withinSeconds * 1000,
    onProgress: (change) => progress.push(change),
    ...others,
  });
  return { result, progress };
}
