import { type Fault, type RouteName, startSimulator, type Simulator } from '@security-reports/simulator';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { DigicertClient } from '../../src/digicert/client.ts';
import {
  fetchReportRun,
  type FetchReportRunOptions,
  type ReportRunRequest,
} from '../../src/digicert/report-run.ts';
import type { ReportRun } from '../../src/digicert/report-history.ts';
import type { Progress } from '../../src/progress.ts';
import type { TransportTimeouts } from '../../src/transport.ts';
import { acceleratedClock } from '../support/accelerated-clock.ts';
import { openTransport, readBytes } from '../support/transport.ts';

export interface CertCentral {
  readonly simulator: Simulator;
  readonly clock: Clock;
  readonly client: DigicertClient;
  /** Another client of it. */
  readonly connect: (options?: { apiKey?: string; baseUrl?: string; clock?: Clock }) => DigicertClient;
  /** Lets a fault hit the next requests, or so many of them. */
  readonly script: (route: 'history' | 'run' | 'download', fault: Fault, times?: number) => void;
  /** The paths of all requests so far, or of those of one route. */
  readonly paths: (route?: RouteName) => readonly string[];
}

const factor = 25;

/** A simulated CertCentral behind a real socket, and a client for whose clock a second is 40 ms. */
export async function startCertCentral(options: { timeouts?: TransportTimeouts } = {}): Promise<CertCentral> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const clock = acceleratedClock(factor);
  const transport = openTransport(options);
  const connect: CertCentral['connect'] = (other = {}) =>
    new DigicertClient({
      baseUrl: other.baseUrl ?? simulator.url,
      apiKey: other.apiKey ?? simulator.digicert.apiKey,
      transport,
      clock: other.clock ?? clock,
    });
  return {
    simulator,
    clock,
    client: connect(),
    connect,
    script: (route, fault, times = 1) => {
      simulator.faults.script({ route: `digicert.report.${route}`, fault, times });
    },
    paths: (route) => simulator.journal.list(route === undefined ? {} : { route }).map(({ path }) => path),
  };
}

/** Fetches within so many seconds of the accelerated clock, and keeps the states that were told. */
export function fetching(
  { client }: Pick<CertCentral, 'client'>,
  request: Partial<ReportRunRequest> & Pick<ReportRunRequest, 'report'>,
  options: Partial<FetchReportRunOptions> & { readonly withinSeconds?: number } = {},
) {
  const { withinSeconds = 600, ...others } = options;
  const progress: Progress[] = [];
  const result = fetchReportRun(client, { run: 'latest', format: 'CSV', ...request }, readBytes, {
    deadline: client.clock.now() + withinSeconds * 1000,
    onProgress: (change) => progress.push(change),
    ...others,
  });
  return { result, states: () => progress.map(({ state }) => state) };
}

/** All rows of a history. */
export async function listed(runs: AsyncIterable<ReportRun>): Promise<ReportRun[]> {
  const all: ReportRun[] = [];
  for await (const run of runs) all.push(run);
  return all;
}

/** The one value there is. */
export function only<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Error(`there are ${values.length}, not one`);
  return value;
}
