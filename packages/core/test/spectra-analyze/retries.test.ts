import type { Fault } from '@security-reports/simulator';
import { describe, expect, test } from 'vitest';
import { inMemory, startAppliance } from '../support/appliance.ts';
import { failureOf } from '../support/transport.ts';

const create = 'spectra-analyze.pdf.create';
const download = 'spectra-analyze.pdf.download';

/** A sample whose PDF is there. */
async function startWithReport(options?: Parameters<typeof startAppliance>[0]) {
  const appliance = await startAppliance(options);
  const { sha256 } = appliance.simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 100_000 });
  await appliance.client.createPdfReport(sha256);
  return { ...appliance, hash: sha256 };
}

describe('a call', () => {
  test.each<Fault>([
    { kind: 'status', status: 408 },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 429, json: { detail: 'Request was throttled.' } },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502, text: '<html><title>Bad gateway</title></html>', mediaType: 'text/html' },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 504 },
    { kind: 'reset' },
    { kind: 'reset', handled: true },
    { kind: 'reset-mid-body', bytes: 10 },
    { kind: 'truncate', bytes: 10 },
    { kind: 'short', bytes: 10 },
    { kind: 'short', bytes: 0 },
    { kind: 'garbage-json' },
  ])('that fails with %j is made again', async (fault) => {
    const { simulator, client } = await startAppliance();
    const { md5 } = simulator.spectraAnalyze.addSample();
    simulator.faults.script({ route: create, times: 2, fault });
    await client.createPdfReport(md5);
    expect(simulator.journal.list()).toHaveLength(3);
  });

  test.each([400, 401, 403, 404, 405, 410, 418, 422, 501, 505, 507])(
    'that is refused with %i is not made again',
    async (status) => {
      const { simulator, client } = await startAppliance();
      const { md5 } = simulator.spectraAnalyze.addSample();
      simulator.faults.script({ route: create, fault: { kind: 'status', status, json: { detail: 'No.' } } });
      expect(await failureOf(client.createPdfReport(md5))).toMatchObject({
        status,
        vendorMessage: 'No.',
        retryable: false,
      });
      expect(simulator.journal.list()).toHaveLength(1);
    },
  );

  test('is made five times at most, and then tells the last failure', async () => {
    const { simulator, client } = await startAppliance();
    const { md5 } = simulator.spectraAnalyze.addSample();
    const fault: Fault = { kind: 'status', status: 503, json: { detail: 'Memory is over 90 %.' } };
    simulator.faults.script({ route: create, times: 'always', fault });
    expect(await failureOf(client.createPdfReport(md5))).toMatchObject({
      name: 'ServiceError',
      status: 503,
      vendorMessage: 'Memory is over 90 %.',
      retryable: true,
    });
    expect(simulator.journal.list()).toHaveLength(5);
  });

  test('whose connection fails in the end still says what the service answered', async () => {
    const { simulator, client } = await startAppliance();
    const { md5 } = simulator.spectraAnalyze.addSample();
    const json = { code: 'busy', detail: 'Memory is over 90 %.' };
    simulator.faults.script({ route: create, times: 4, fault: { kind: 'status', status: 503, json } });
    simulator.faults.script({ route: create, fault: { kind: 'reset' } });
    expect(await failureOf(client.createPdfReport(md5))).toMatchObject({
      name: 'ConnectionError',
      what: expect.stringMatching(/; the last answer: the service cannot answer for now$/) as string,
      status: 503,
      vendorCode: 'busy',
      vendorMessage: 'Memory is over 90 %.',
    });
  });

  test.each([429, 503])(
    'that is refused with %i waits for as long as Retry-After says, in seconds',
    async (status) => {
      const { simulator, client, clock } = await startAppliance();
      const { md5 } = simulator.spectraAnalyze.addSample();
      const fault: Fault = { kind: 'status', status, headers: { 'retry-after': '12' } };
      simulator.faults.script({ route: create, fault });
      const started = clock.now();
      await client.createPdfReport(md5);
      expect(clock.now() - started).toBeGreaterThanOrEqual(12_000);
    },
  );

  test.each([429, 503])(
    'that is refused with %i waits until the date that Retry-After says',
    async (status) => {
      const { simulator, client, clock } = await startAppliance();
      const { md5 } = simulator.spectraAnalyze.addSample();
      const until = Math.ceil(clock.now() / 1000) * 1000 + 15_000;
      const fault: Fault = {
        kind: 'status',
        status,
        headers: { 'retry-after': new Date(until).toUTCString() },
      };
      simulator.faults.script({ route: create, fault });
      await client.createPdfReport(md5);
      expect(clock.now()).toBeGreaterThanOrEqual(until - 1);
    },
  );

  test('does not wait for a Retry-After that lies beyond its deadline', async () => {
    const { simulator, client, clock } = await startAppliance();
    const { md5 } = simulator.spectraAnalyze.addSample();
    const fault: Fault = { kind: 'status', status: 503, headers: { 'retry-after': '3600' } };
    simulator.faults.script({ route: create, fault });
    const failure = await failureOf(client.createPdfReport(md5, { deadline: clock.now() + 60_000 }));
    expect(failure).toMatchObject({ name: 'ServiceError', status: 503, retryAfterMs: 3_600_000 });
  });

  test('that is met by silence is made again', async () => {
    const { simulator, client } = await startAppliance({
      timeouts: { connect: 60_000, headers: 1000, body: 1000 },
    });
    const { md5 } = simulator.spectraAnalyze.addSample();
    simulator.faults.script({ route: create, fault: { kind: 'hang' } });
    simulator.faults.script({ route: create, fault: { kind: 'stall', bytes: 5 } });
    await client.createPdfReport(md5);
    expect(simulator.journal.list()).toHaveLength(3);
  });
});

describe('a download', () => {
  test.each<Fault>([
    { kind: 'truncate', bytes: 50_000 },
    { kind: 'truncate', bytes: 0 },
    { kind: 'reset-mid-body', bytes: 50_000 },
    { kind: 'short', bytes: 99_990 },
    { kind: 'short', bytes: 3 },
    { kind: 'garbage-json' },
    { kind: 'wrong-json', json: { status: 0 } },
    { kind: 'status', status: 503 },
  ])('that ends with %j begins anew and delivers the whole report', async (fault) => {
    const { simulator, client, hash } = await startWithReport();
    simulator.faults.script({ route: download, fault });
    const report = await client.downloadPdfReport(hash, inMemory);
    expect(report.size).toBeGreaterThanOrEqual(100_000);
    expect(report.delivered.byteLength).toBe(report.size);
    expect(report.delivered.subarray(-6).toString()).toBe('%%EOF\n');
  });

  test('that stays too short is never delivered', async () => {
    const { simulator, client, hash } = await startWithReport();
    simulator.faults.script({ route: download, times: 'always', fault: { kind: 'short', bytes: 5000 } });
    expect(await failureOf(client.downloadPdfReport(hash, inMemory))).toMatchObject({
      name: 'InvalidReportError',
      what: 'the PDF ends too early, after 5000 bytes',
    });
    expect(simulator.journal.list({ route: download })).toHaveLength(5);
  });

  test('that is no PDF and has no end is given up, with its connection', async () => {
    const { simulator, client, hash } = await startWithReport();
    const fault: Fault = { kind: 'huge-body', bytes: 'endless' };
    simulator.faults.script({ route: download, times: 'always', fault });
    expect(await failureOf(client.downloadPdfReport(hash, inMemory))).toMatchObject({
      name: 'InvalidReportError',
      what: expect.stringMatching(/^no PDF came, but data that begin with: \{"detail":"a+…$/) as string,
    });
    await expect
      .poll(() => simulator.journal.list({ route: download }).map((entry) => entry.aborted))
      .toEqual([true, true, true, true, true]);
  });

  test('arrives in one piece when it comes in many', async () => {
    const { simulator, client, hash } = await startWithReport();
    simulator.faults.script({ route: download, fault: { kind: 'drip', bytes: 9000, pauseMs: 1 } });
    expect((await client.downloadPdfReport(hash, inMemory)).size).toBeGreaterThanOrEqual(100_000);
  });

  test('is not repeated when it is the receiver that fails', async () => {
    const { simulator, client, hash } = await startWithReport();
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    expect(await failureOf(client.downloadPdfReport(hash, () => Promise.reject(full)))).toBe(full);
    expect(simulator.journal.list({ route: download })).toHaveLength(1);
  });

  test('whose failure the receiver wraps into its own is repeated all the same', async () => {
    const { simulator, client, hash } = await startWithReport();
    simulator.faults.script({ route: download, fault: { kind: 'short', bytes: 5000 } });
    const report = await client.downloadPdfReport(hash, (stream) =>
      inMemory(stream).catch((cause: unknown) => {
        throw new Error('the binary store is unhappy', { cause });
      }),
    );
    expect(report.delivered.byteLength).toBe(report.size);
  });
});
