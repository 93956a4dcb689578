import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from './run-built-action.ts';

/** How a part of the demo has to end. */
export interface Expectation {
  /** As a clause for people. */
  readonly inWords: string;
  readonly exitCode: number;
  /** In the order of the output `reports`. One that is ready has its file. */
  readonly reports: readonly Pick<Report, 'state' | 'verdict' | 'mediaType'>[];
}

interface Report {
  readonly state: string;
  readonly verdict?: string;
  readonly mediaType?: string;
  readonly path?: string;
  readonly size?: number;
}

/** Says in what a run did not end as it has to; nothing when it did. */
export async function whatDiffers(
  result: Pick<RunResult, 'exitCode' | 'outputs'> | undefined,
  expected: Expectation,
  workspace: string,
): Promise<readonly string[]> {
  if (result === undefined) return ['it did not run'];
  const reports = JSON.parse(result.outputs['reports'] ?? '[]') as readonly Report[];
  const come = reports.map(describe);
  const wanted = expected.reports.map(describe);
  const missingFiles = await Promise.all(
    reports.map(async ({ state, path = '', size }) =>
      state !== 'ready' || (await hasSize(join(workspace, path), size))
        ? []
        : [`${path} is not there as it was announced`],
    ),
  );
  return [
    ...(result.exitCode === expected.exitCode
      ? []
      : [`its exit code is ${String(result.exitCode)}, not ${expected.exitCode}`]),
    ...(come.join('; ') === wanted.join('; ')
      ? []
      : [`what came is "${come.join('; ')}", not "${wanted.join('; ')}"`]),
    ...missingFiles.flat(),
  ];
}

function describe({ state, verdict, mediaType }: Report): string {
  return [state, verdict, mediaType].filter((value) => value !== undefined).join(', ');
}

async function hasSize(path: string, size: number | undefined): Promise<boolean> {
  try {
    return (await stat(path)).size === size;
  } catch {
    return false;
  }
}
