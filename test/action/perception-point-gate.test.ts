import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { test, writeFiles } from './support/step.ts';

const service = 'perception-point';

describe('a verdict of Perception Point', { concurrent: true }, () => {
  test('is the worst of a scan and its parts, also where the clean row is the first', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'a.zip': 'an archive' });
    simulator.perceptionPoint.configure({ listOrder: 'oldest-first', pageSize: 1, scanSeconds: 0.2 });
    const parts = [{ verdict: 'CLN' }, { verdict: 'MAL' }];
    simulator.perceptionPoint.scriptScan({ scan: { verdict: 'CLN', parts, scanSeconds: 0.2 } });
    const step = await runStep({ service, files: 'a.zip' });
    expect(step.exitCode).toBe(1);
    expect(step.reports).toMatchObject([{ state: 'ready', verdict: 'malicious' }]);
  });

  test('is unknown where the service reports an error beside a clean one', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'a.txt': 'hello' });
    const rowFields = { status: 'FAILED' };
    simulator.perceptionPoint.scriptScan({ scan: { verdict: 'CLN', rowFields, scanSeconds: 0.2 } });
    const step = await runStep({ service, files: 'a.txt' });
    expect(step.exitCode).toBe(1);
    expect(step.reports).toMatchObject([{ state: 'ready', verdict: 'unknown' }]);
    expect(step.log).toContain('the verdict is unknown (CLN, the service reports an error beside it)');
  });

  test('is that of the file by its content where the list knows the scan by another id', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'a.txt': 'hello', 'b.txt': 'other' });
    const name = 'a.txt';
    simulator.perceptionPoint.scriptScan({ name, scan: { listedAs: 'sha256', verdict: 'MAL' } });
    const step = await runStep({ service, files: '*.txt' });
    expect(step.reports.map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ['a.txt', 'malicious'],
      ['b.txt', 'clean'],
    ]);
  });

  test('is none for two submissions that were given one scan id', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'a.txt': 'hello', 'b.txt': 'other', 'c.txt': 'third' });
    for (const name of ['a.txt', 'b.txt']) {
      simulator.perceptionPoint.scriptScan({ name, scan: { id: 'twice', scanSeconds: 0 } });
    }
    const step = await runStep({ service, files: '*.txt', concurrency: '1' });
    expect(step.exitCode).toBe(1);
    expect(step.reports).toMatchObject([
      { subject: 'a.txt', state: 'failed', scanId: 'twice' },
      { subject: 'b.txt', state: 'failed', scanId: 'twice' },
      { subject: 'c.txt', state: 'ready', verdict: 'clean' },
    ]);
    for (const { verdict, path, message } of step.reports.slice(0, 2)) {
      expect([verdict, path]).toEqual([undefined, undefined]);
      expect(message).toContain('the service gave this scan id to two submissions');
    }
    expect(
      (await readdir(join(workspace, 'security-reports'))).filter((name) => name.includes('twice')),
    ).toEqual([]);
  });

  test('outlives its file, which cannot be saved', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { 'a.txt': 'hello' });
    await mkdir(join(workspace, 'security-reports/a.txt-mine.json/in-the-way'), { recursive: true });
    simulator.perceptionPoint.scriptScan({ scan: { id: 'mine', verdict: 'MAL', scanSeconds: 0.1 } });
    const step = await runStep({ service, files: 'a.txt' });
    expect(step.exitCode).toBe(1);
    expect(step.reports).toMatchObject([{ state: 'failed', verdict: 'malicious', scanId: 'mine' }]);
    expect(step.outputs['verdict']).toBe('malicious');
  });
});

describe('a scan of earlier', { concurrent: true }, () => {
  test('is being scanned when only the list of running scans has it', async ({ simulator, runStep }) => {
    simulator.perceptionPoint.configure({ listsRunning: false, offersLookUp: false });
    const id = simulator.perceptionPoint.addScan({ scanSeconds: 'never' });
    const step = await runStep({ service, 'scan-ids': `${id}\nnobody`, wait: 'false' });
    expect(step.reports).toMatchObject([
      { subject: id, state: 'submitted', scanId: id },
      { subject: 'nobody', state: 'missing', scanId: 'nobody' },
    ]);
  });
});

test('a recorded list, whose next is always set, is asked for once per check', async ({
  simulator,
  workspace,
  runStep,
}) => {
  await writeFiles(workspace, { 'a.txt': 'hello' });
  simulator.perceptionPoint.scriptScan({ scan: { scanSeconds: 1 } });
  const step = await runStep({ service, files: 'a.txt', 'poll-interval': '1s' });
  expect(step.reports).toMatchObject([{ state: 'ready', verdict: 'clean' }]);
  expect(simulator.journal.list({ route: 'perception-point.scans.list' }).length).toBeLessThan(100);
});

test.for(['1234', 'a', 'infected'])(
  'a short file password, %s, alters no key, id, code or digest of the document',
  async (password, { simulator, workspace, runStep }) => {
    await writeFiles(workspace, { 'a.txt': 'hello' });
    const evidence = [{ digest: 'ab1234cd', note: `opened with ${password} at once` }];
    const scan = { id: '55_1_1234a', verdict: 'CLN', evidence, scanSeconds: 0.1 };
    simulator.perceptionPoint.scriptScan({ scan });
    const step = await runStep({ service, files: 'a.txt', 'file-password': password });
    const [report] = step.reports;
    expect(report).toMatchObject({ state: 'ready', verdict: 'clean' });
    const document = JSON.parse(await readFile(join(workspace, report?.path ?? ''), 'utf8')) as unknown;
    expect(document).toMatchObject({
      id: '55_1_1234a',
      verbose_verdict: 'CLN',
      sample: { sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' },
      evidence: [{ digest: 'ab1234cd', note: 'opened with *** at once' }],
    });
  },
);
