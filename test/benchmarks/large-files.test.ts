import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ReportMember } from '../action/support/step.ts';
import { largePdf, largeZip, makeLargeFile, scanOfLargeFile } from './support/large-subjects.ts';
import { measureStep } from './support/measured-step.ts';
import { type SimulatorProcess, startSimulatorProcess } from './support/simulator-process.ts';

const fileBytes = 500_000_000;
const mostMemory = 150_000_000;

let simulator: SimulatorProcess;

beforeAll(async () => {
  simulator = await startSimulatorProcess();
  await simulator.setScanSeconds(0);
});

afterAll(async () => {
  await simulator[Symbol.asyncDispose]();
});

async function emptyWorkspace(): Promise<string> {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'security-reports-large-')));
  onTestFinished(() => rm(workspace, { recursive: true }));
  return workspace;
}

/** Runs the step, and gives its one report, once it is known that the process stayed small. */
async function reportOf(
  workspace: string,
  inputs: Readonly<Record<string, string>>,
): Promise<ReportMember | undefined> {
  const step = await measureStep(workspace, inputs);
  expect(step.exitCode, step.log).toBe(0);
  expect(step.peakMemory).toBeLessThan(mostMemory);
  // An empty Node has more than this: less would mean that nothing was measured.
  expect(step.peakMemory).toBeGreaterThan(20_000_000);
  const [report] = JSON.parse(step.outputs['reports'] ?? '[]') as ReportMember[];
  return report;
}

describe(
  '500 MB pass through the Action with the process under 150 MB of memory',
  { timeout: 120_000 },
  () => {
    test('when Perception Point scans a file', async () => {
      const workspace = await emptyWorkspace();
      await makeLargeFile(workspace, fileBytes);

      const report = await reportOf(workspace, scanOfLargeFile(simulator));

      expect(report).toMatchObject({ state: 'ready', verdict: 'clean' });
      const submissions = await simulator.listSubmissions();
      expect(submissions.map(({ file }) => file?.size)).toEqual([fileBytes]);
    });

    test('when a PDF of Spectra Analyze is saved', async () => {
      const workspace = await emptyWorkspace();

      const report = await reportOf(workspace, await largePdf(simulator, fileBytes));

      expect(report).toMatchObject({ state: 'ready', mediaType: 'application/pdf' });
      expect(report?.size).toBeGreaterThanOrEqual(fileBytes);
      expect((await stat(join(workspace, report?.path ?? ''))).size).toBe(report?.size);
    });

    test('when a ZIP of DigiCert is saved', async () => {
      const workspace = await emptyWorkspace();

      const report = await reportOf(workspace, await largeZip(simulator, fileBytes));

      expect(report).toMatchObject({ state: 'ready', mediaType: 'application/zip' });
      expect(report?.size).toBeGreaterThanOrEqual(fileBytes);
      expect((await stat(join(workspace, report?.path ?? ''))).size).toBe(report?.size);
    });
  },
);
