import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunResult, runBuiltAction } from '../../../packages/action/local/run-built-action.ts';
import type { Measurement } from './measurement.ts';
import { recordPeakMemory } from './peak-memory.ts';

export interface MeasuredStep extends RunResult, Measurement {
  readonly peakMemory: number;
}

/** Runs the built Action in a process of its own, attaches nothing, and measures the process. */
export async function measureStep(
  workspace: string,
  inputs: Readonly<Record<string, string>>,
): Promise<MeasuredStep> {
  const folder = await mkdtemp(join(tmpdir(), 'security-reports-measure-'));
  try {
    const memory = recordPeakMemory(folder);
    const started = performance.now();
    const result = await runBuiltAction({
      workspace,
      inputs: { 'upload-artifact': 'false', ...inputs },
      env: memory.env,
    });
    return { ...result, milliseconds: performance.now() - started, peakMemory: await memory.read() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As {@link measureStep}. @throws Error when the step fails. */
export async function measureSuccess(
  workspace: string,
  inputs: Readonly<Record<string, string>>,
): Promise<MeasuredStep> {
  const step = await measureStep(workspace, inputs);
  if (step.exitCode !== 0) throw new Error(`The Action failed:\n${step.log}${step.stderr}`);
  return step;
}
