import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultScript } from '@security-reports/simulator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { saveReport } from '../../src/node/save-report.ts';
import { fetchPdfReport } from '../../src/spectra-analyze/pdf-report.ts';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { failureOf } from '../support/transport.ts';

const reason = new Error('canceled by the user');

/** Fetches a report to an empty directory, cancels as soon as `when` holds, and gives the failure and the files left. */
async function cancelWhen(
  { simulator, client }: Appliance,
  creationSeconds: number,
  when: (directory: string) => boolean | Promise<boolean>,
) {
  const directory = await mkdtemp(join(tmpdir(), 'cancel-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds, pdfBytes: 1_000_000 });
  const canceling = new AbortController();
  const result = fetchPdfReport(client, sha256, (report) => saveReport(report, directory, report.name), {
    signal: canceling.signal,
    deadline: client.clock.now() + 3_600_000,
  });
  const failure = failureOf(result);
  await expect.poll(() => when(directory), { interval: 5 }).toBe(true);
  canceling.abort(reason);
  return { failure: await failure, files: await readdir(directory) };
}

const stages: [stage: string, fault: FaultScript['fault'], route: FaultScript['route']][] = [
  ['the create hangs', { kind: 'hang' }, 'spectra-analyze.pdf.create'],
  ['the answer to the create stalls', { kind: 'stall', bytes: 5 }, 'spectra-analyze.pdf.create'],
  ['a status hangs', { kind: 'hang' }, 'spectra-analyze.pdf.status'],
  [
    'the body of an error stalls',
    { kind: 'huge-body', status: 500, bytes: 'endless' },
    'spectra-analyze.pdf.status',
  ],
  ['the download hangs', { kind: 'hang' }, 'spectra-analyze.pdf.download'],
  ['the download stalls before its body', { kind: 'stall', bytes: 0 }, 'spectra-analyze.pdf.download'],
];

describe('canceling', () => {
  test.each(stages)(
    'while %s ends with the signal’s reason and leaves no file',
    async (_stage, fault, route) => {
      const appliance = await startAppliance();
      appliance.simulator.faults.script({ route, times: 'always', fault });
      const { failure, files } = await cancelWhen(
        appliance,
        0,
        () => appliance.simulator.journal.list({ route }).length > 0,
      );
      expect(failure).toBe(reason);
      expect(files).toEqual([]);
    },
  );

  test('between two looks ends with the signal’s reason, and asks no more', async () => {
    const appliance = await startAppliance();
    const { failure, files } = await cancelWhen(
      appliance,
      3600,
      () => appliance.simulator.journal.list({ route: 'spectra-analyze.pdf.status' }).length >= 3,
    );
    expect(failure).toBe(reason);
    expect(files).toEqual([]);
    // What was already on its way may still arrive.
    await appliance.clock.sleep(3000, new AbortController().signal);
    const asked = appliance.simulator.journal.list().length;
    await appliance.clock.sleep(3000, new AbortController().signal);
    expect(appliance.simulator.journal.list()).toHaveLength(asked);
  });

  test('while a call backs off ends with the signal’s reason', async () => {
    const appliance = await startAppliance();
    const route = 'spectra-analyze.pdf.create';
    const fault = { kind: 'status', status: 503, headers: { 'retry-after': '3000' } } as const;
    appliance.simulator.faults.script({ route, times: 'always', fault });
    const { failure } = await cancelWhen(
      appliance,
      0,
      () => appliance.simulator.journal.list({ route }).length === 1,
    );
    expect(failure).toBe(reason);
  });

  test('in the middle of the download ends with the signal’s reason and removes the partial file', async () => {
    const appliance = await startAppliance();
    appliance.simulator.faults.script({
      route: 'spectra-analyze.pdf.download',
      fault: { kind: 'stall', bytes: 500_000 },
    });
    const { failure, files } = await cancelWhen(appliance, 0, async (directory) =>
      (await readdir(directory)).some((name) => name.endsWith('.part')),
    );
    expect(failure).toBe(reason);
    expect(files).toEqual([]);
    await expect
      .poll(() => appliance.simulator.journal.list({ route: 'spectra-analyze.pdf.download' }))
      .toMatchObject([{ aborted: true }]);
  });

  test('before the beginning sends nothing', async () => {
    const { simulator, client } = await startAppliance();
    const { md5 } = simulator.spectraAnalyze.addSample();
    const options = { signal: AbortSignal.abort(reason), deadline: client.clock.now() + 60_000 };
    expect(await failureOf(fetchPdfReport(client, md5, () => Promise.resolve(), options))).toBe(reason);
    expect(await failureOf(client.testConnection(options))).toBe(reason);
    expect(simulator.journal.list()).toEqual([]);
  });
});
