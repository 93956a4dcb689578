import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { filesIn, test, writeFiles } from './support/step.ts';

// On Windows a process cannot be sent an interrupt.
describe.skipIf(process.platform === 'win32')('a canceled job', () => {
  test('stops at once and leaves no partial file', async ({ simulator, workspace, runStep }) => {
    const complete = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const stalled = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 5_000_000 });
    const waiting = simulator.spectraAnalyze.addSample({ creationSeconds: 3600 });
    simulator.faults.script({
      route: 'spectra-analyze.pdf.download',
      subject: stalled.sha1,
      fault: { kind: 'stall', bytes: 1_000_000 },
    });
    const cancellation = new AbortController();

    const running = runStep(
      { hashes: `${complete.sha1} ${stalled.sha1} ${waiting.sha1}`, 'upload-artifact': 'true' },
      { signal: cancellation.signal },
    );
    await vi.waitFor(
      async () => {
        const names = await filesIn(workspace);
        expect(names).toContain(`security-reports/${complete.sha1}.pdf`);
        expect(names.filter((name) => name.endsWith('.part'))).toHaveLength(1);
      },
      { timeout: 120_000 },
    );
    cancellation.abort();
    const step = await running;

    expect(step.exitCode).toBe(1);
    expect(step.signal).toBeNull();
    expect(step.log).toContain('::error::The step was canceled.');
    expect(await filesIn(workspace)).toEqual([`security-reports/${complete.sha1}.pdf`]);
  });

  test('stops at once while it hashes a file', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { 'huge.bin': '' });
    // Zeros that take no room on the disk.
    await truncate(join(workspace, 'huge.bin'), 100_000_000_000);
    const cancellation = new AbortController();

    const step = await runStep(
      { files: 'huge.bin' },
      {
        signal: cancellation.signal,
        onLog: (line) => {
          if (line.startsWith('::group::Hash')) cancellation.abort();
        },
      },
    );

    expect(step.exitCode).toBe(1);
    expect(step.signal).toBeNull();
    expect(step.log).toContain('::error::The step was canceled.');
    expect(simulator.journal.list()).toEqual([]);
  });

  test('stops at once in the middle of an upload', async ({ simulator, artifacts, runStep }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    // The client would go on trying for about half a minute.
    artifacts.fail('CreateArtifact', 503, 99);
    const cancellation = new AbortController();

    const running = runStep(
      { hashes: sample.sha1, 'upload-artifact': 'true' },
      { env: artifacts.env, signal: cancellation.signal },
    );
    await vi.waitFor(
      () => {
        expect(artifacts.requests.map(({ route }) => route)).toContain('CreateArtifact');
      },
      { timeout: 120_000 },
    );
    cancellation.abort();
    const step = await running;

    expect(step.exitCode).toBe(1);
    expect(step.signal).toBeNull();
    expect(step.log).toContain('::error::The step was canceled.');
  });
});
