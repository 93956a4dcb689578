import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
  ListedReport,
  ReportOptions,
  SampleHashes,
  SampleOptions,
  Submission,
} from '@security-reports/simulator';

const command = fileURLToPath(new URL('../../../packages/simulator/src/main.ts', import.meta.url));

/** A simulator in a process of its own, so that its memory is not counted as that of its client. */
export interface SimulatorProcess extends AsyncDisposable {
  readonly url: string;
  readonly spectraAnalyzeToken: string;
  readonly perceptionPointToken: string;
  readonly digicertApiKey: string;
  addSample(sample: SampleOptions): Promise<SampleHashes>;
  addReport(report: ReportOptions): Promise<ListedReport>;
  /** How long scans take from now on. */
  setScanSeconds(seconds: number): Promise<void>;
  /** What was submitted to Perception Point, oldest first. */
  listSubmissions(): Promise<readonly Submission[]>;
}

/** @throws Error when the command ends before it listens, or refuses what it is told. */
export async function startSimulatorProcess(): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let url: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    url = /listens on (http:\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error('The simulator did not start.');
  child.stdout.resume();
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_simulator/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The simulator answers ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const services = (await call('GET', '')) as {
    spectraAnalyze: { token: string };
    perceptionPoint: { token: string };
    digicert: { apiKey: string };
  };
  return {
    url,
    spectraAnalyzeToken: services.spectraAnalyze.token,
    perceptionPointToken: services.perceptionPoint.token,
    digicertApiKey: services.digicert.apiKey,
    addSample: async (sample) => (await call('POST', 'spectra-analyze/samples', sample)) as SampleHashes,
    addReport: async (report) => (await call('POST', 'digicert/reports', report)) as ListedReport,
    setScanSeconds: async (scanSeconds) => {
      await call('PATCH', 'perception-point/settings', { scanSeconds });
    },
    listSubmissions: async () => {
      const { submissions } = (await call('GET', 'perception-point/submissions')) as {
        submissions: Submission[];
      };
      return submissions;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}
