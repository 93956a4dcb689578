import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulator, startSimulator } from '@security-reports/simulator';
import { test as base } from 'vitest';
import {
  type RunOptions,
  type RunResult,
  runBuiltAction,
} from '../../../packages/action/local/run-built-action.ts';
import { type ArtifactService, startArtifactService } from '../../artifact-service/artifact-service.ts';

/** A member of the output `reports`, as a later step reads it. */
export interface ReportMember {
  readonly service: string;
  readonly subject: string;
  readonly state: string;
  readonly path?: string;
  readonly mediaType?: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly verdict?: string;
  readonly threatName?: string;
  readonly riskScore?: number;
  readonly subjectSha256?: string;
  readonly scanId?: string;
  readonly reportId?: string;
  readonly runId?: string;
  readonly message?: string;
}

export interface StepResult extends RunResult {
  readonly reports: readonly ReportMember[];
}

export interface StepOptions extends Omit<Partial<RunOptions>, 'inputs'> {
  /** Ends the time of the step, whatever its time-out, as soon as this holds. */
  readonly timeUpWhen?: () => boolean;
}

export interface StepFixtures {
  /** A simulator over plain http on loopback. */
  readonly simulator: Simulator;
  /** An empty folder, by its real path. */
  readonly workspace: string;
  readonly artifacts: ArtifactService;
  /**
   * Runs the built Action against the simulator, with the credential of the service and nothing attached unless the
   * inputs say so. The service is Spectra Analyze unless they say that.
   */
  readonly runStep: (inputs: Readonly<Record<string, string>>, options?: StepOptions) => Promise<StepResult>;
}

export const test = base.extend<StepFixtures>({
  // eslint-disable-next-line no-empty-pattern -- Vitest reads the names of fixtures off this pattern.
  simulator: async ({}, use) => {
    await using simulator = await startSimulator();
    await use(simulator);
  },
  // eslint-disable-next-line no-empty-pattern -- as above
  workspace: async ({}, use) => {
    const workspace = await realpath(await mkdtemp(join(tmpdir(), 'security-reports-step-')));
    await use(workspace);
    await rm(workspace, { recursive: true, force: true });
  },
  // eslint-disable-next-line no-empty-pattern -- as above
  artifacts: async ({}, use) => {
    const artifacts = await startArtifactService();
    await use(artifacts);
    await artifacts.close();
  },
  runStep: async ({ simulator, workspace }, use) => {
    const tokens: Readonly<Record<string, string>> = {
      'spectra-analyze': simulator.spectraAnalyze.token,
      'perception-point': simulator.perceptionPoint.token,
      digicert: simulator.digicert.apiKey,
    };
    await use(async (inputs, { timeUpWhen, ...options } = {}) => {
      const { service = 'spectra-analyze' } = inputs;
      const run = timeUpWhen === undefined ? runBuiltAction : runUntil(timeUpWhen);
      const result = await run({
        workspace,
        ...options,
        inputs: {
          service,
          'base-url': simulator.url,
          token: tokens[service] ?? '',
          'upload-artifact': 'false',
          ...inputs,
        },
      });
      return { ...result, reports: JSON.parse(result.outputs['reports'] ?? '[]') as ReportMember[] };
    });
  },
});

const jumpingClock = new URL('./jumping-clock.ts', import.meta.url).href;

/** Runs the Action on a clock that jumps beyond every deadline when `isTimeUp` holds. */
function runUntil(isTimeUp: () => boolean): (options: RunOptions) => Promise<RunResult> {
  return async (options) => {
    const folder = await mkdtemp(join(tmpdir(), 'security-reports-clock-'));
    const sign = join(folder, 'time-is-up');
    const env = { ...options.env, NODE_OPTIONS: `--import=${jumpingClock}`, JUMP_WHEN_EXISTS: sign };
    let hasEnded = false;
    const sayWhen = async () => {
      while (!hasEnded && !isTimeUp()) await sleep(5);
      await writeFile(sign, '');
    };
    try {
      const running = runBuiltAction({ ...options, env }).finally(() => {
        hasEnded = true;
      });
      const [result] = await Promise.all([running, sayWhen()]);
      return result;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** Every file below a folder but the list of reports that each step writes; hidden ones too, as `allFilesIn` gives them. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const isListOfReports =
    /(?:^|\/)reports-(?:spectra-analyze|perception-point|digicert)-security-reports\.json$/;
  return (await allFilesIn(folder)).filter((file) => !isListOfReports.test(file));
}

/** Every file below a folder by its path relative to the folder, with `/`. */
export async function allFilesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** Writes files below a folder, by their paths relative to it, with `/`. */
export async function writeFiles(folder: string, contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

/** The failures that the log announces to the runner. */
export function errorsIn(log: string): readonly string[] {
  return log.split('\n').filter((line) => line.startsWith('::error'));
}
