import type { JsonValue } from '@security-reports/simulator';
import { describe, expect, test } from 'vitest';
import { fetching, startAppliance } from '../support/appliance.ts';
import { failureOf } from '../support/transport.ts';

const create = 'spectra-analyze.pdf.create';
const status = 'spectra-analyze.pdf.status';
const download = 'spectra-analyze.pdf.download';

const absent: JsonValue = { status: 1, status_message: 'PDF does not exist and must be created.' };

describe('fetching a PDF report', () => {
  test.each(['md5', 'sha1', 'sha256'] as const)('by %s uses that hash in all three calls', async (type) => {
    const { simulator, client } = await startAppliance();
    const hash = simulator.spectraAnalyze.addSample({ creationSeconds: 0.1 })[type];
    const report = await fetching(client, hash.toUpperCase()).result;
    expect(report.delivered.subarray(0, 5).toString()).toBe('%PDF-');
    expect(report.name).toBe(`${hash}.pdf`);
    const paths = new Set(simulator.journal.list().map((entry) => entry.path));
    expect([...paths]).toEqual([
      `/api/pdf/${hash}/create`,
      `/api/pdf/${hash}/status`,
      `/api/pdf/${hash}/download`,
    ]);
  });

  test('tells each change of state', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0.2 });
    const { result, progress } = fetching(client, sha256);
    await result;
    expect(progress.map((change) => change.state)).toEqual([
      'requested',
      'being created',
      'ready, downloading',
    ]);
  });

  test('copes with a status that lags behind the create', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0.3, statusLagSeconds: 0.15 });
    const { result, progress } = fetching(client, sha256);
    await result;
    expect(progress.map((change) => change.state)).toEqual([
      'requested',
      'not begun yet',
      'being created',
      'ready, downloading',
    ]);
    expect(simulator.journal.list({ route: create })).toHaveLength(1);
  });

  test('goes on waiting at a status that nobody documents, and shows it', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({
      creationSeconds: 0.2,
      creatingStatus: 17,
      creatingMessage: 'Rendering\n page 3 of 9',
    });
    const { result, progress } = fetching(client, sha256);
    await result;
    expect(progress.map((change) => change.state)).toContain('status 17: "Rendering page 3 of 9"');
  });

  test('reads the message under the sister API’s key, too', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({
      creationFails: true,
      creationSeconds: 0,
      statusKey: 'message',
    });
    expect(await failureOf(fetching(client, sha256).result)).toMatchObject({
      vendorMessage: 'There was an error creating the PDF.',
    });
  });

  test.each([3, 0, -1, 99])(
    'ends when the creation failed, with whatever number (%i)',
    async (failedStatus) => {
      const { simulator, client } = await startAppliance();
      const { sha256 } = simulator.spectraAnalyze.addSample({
        creationSeconds: 0,
        creationFails: true,
        failedStatus,
      });
      expect(await failureOf(fetching(client, sha256).result)).toMatchObject({
        name: 'ServiceError',
        what: 'the appliance could not create the PDF',
        vendorMessage: 'There was an error creating the PDF.',
        subject: sha256,
      });
      expect(simulator.journal.list({ route: download })).toEqual([]);
    },
  );

  test('ends at once when the sample is not on the appliance', async () => {
    const { simulator, client } = await startAppliance();
    expect(await failureOf(fetching(client, 'b'.repeat(40)).result)).toMatchObject({
      name: 'NotFoundError',
      what: 'the sample is not on the appliance',
    });
    expect(simulator.journal.list()).toHaveLength(1);
  });

  test('survives failures that pass, however long they last', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    simulator.faults.script({ route: status, times: 12, fault: { kind: 'status', status: 503 } });
    const { result, progress } = fetching(client, sha256);
    await result;
    expect(progress.map((change) => change.state)).toEqual([
      'requested',
      'the service cannot answer for now',
      'ready, downloading',
    ]);
  });

  test('asks at a fixed interval when one is given', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 5 });
    await fetching(client, sha256, { pollIntervalMs: 5000 }).result;
    const times = simulator.journal.list({ route: status }).map((entry) => entry.time);
    const intervals = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // 5 s of the accelerated clock are 200 ms.
    for (const interval of intervals) expect(interval).toBeGreaterThanOrEqual(190);
    expect(intervals.length).toBeGreaterThanOrEqual(2);
  });
});

describe('a report that the appliance forgets', () => {
  test('as soon as it is ready is created again, once', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0.05, expiresOnce: true });
    const { result, progress } = fetching(client, sha256);
    expect((await result).size).toBeGreaterThan(0);
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
    expect(progress.map((change) => change.state).filter((state) => state !== 'being created')).toEqual([
      'requested',
      'ready, downloading',
      'requested again',
      'ready, downloading',
    ]);
  });

  test('after 30 minutes is created again, once', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    let expired = false;
    const { result } = fetching(client, sha256, {
      onProgress: ({ state }) => {
        if (expired || state !== 'ready, downloading') return;
        expired = true;
        simulator.advance(1801);
      },
    });
    expect((await result).size).toBeGreaterThan(0);
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
    expect(simulator.journal.list({ route: download }).map((entry) => entry.status)).toEqual([404, 200]);
  });

  test('while it is waited for is created again, once, after two minutes', async () => {
    const { simulator, client, clock } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    simulator.faults.script({
      route: create,
      fault: { kind: 'wrong-json', json: { status_endpoint: '', download_endpoint: '' } },
    });
    const started = clock.now();
    const { result, progress } = fetching(client, sha256);
    expect((await result).size).toBeGreaterThan(0);
    expect(clock.now() - started).toBeGreaterThanOrEqual(120_000);
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
    expect(progress.map((change) => change.state)).toEqual([
      'requested',
      'not begun yet',
      'requested again',
      'ready, downloading',
    ]);
  });

  test('after it was seen being created is created again at once', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0.1 });
    simulator.faults.script({
      route: status,
      fault: { kind: 'wrong-json', json: { status: 0, status_message: 'PDF is being created.' } },
    });
    simulator.faults.script({ route: status, fault: { kind: 'wrong-json', json: absent } });
    await fetching(client, sha256).result;
    const routes = simulator.journal.list().map((entry) => entry.route);
    expect(routes.slice(0, 4)).toEqual([create, status, status, create]);
  });

  test('is waited for until the deadline where an appliance is slow to begin', async () => {
    const { simulator, client } = await startAppliance();
    // 300 s of the accelerated clock, more than anything but the deadline.
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, statusLagSeconds: 12 });
    const { result } = fetching(client, sha256);
    expect((await result).size).toBeGreaterThan(0);
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
  });

  test('again and again at the download is waited for until the deadline', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const fault = { kind: 'status', status: 404, json: { detail: 'PDF does not exist.' } } as const;
    simulator.faults.script({ route: download, times: 'always', fault });
    const { result, progress } = fetching(client, sha256, { withinSeconds: 200 });
    expect(await failureOf(result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'ready, but not there to download',
      status: 404,
      vendorMessage: 'PDF does not exist.',
      resumeId: sha256,
    });
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
    expect(progress.map((change) => change.state)).toEqual([
      'requested',
      'ready, downloading',
      'requested again',
      'ready, downloading',
      'ready, but not there to download',
    ]);
  });

  test('at two downloads is taken from the third', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const fault = { kind: 'status', status: 404, json: { detail: 'PDF does not exist.' } } as const;
    simulator.faults.script({ route: download, times: 2, fault });
    expect((await fetching(client, sha256).result).size).toBeGreaterThan(0);
  });

  test('while it is waited for is a time-out with the words of the appliance', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample();
    simulator.faults.script({ route: status, times: 'always', fault: { kind: 'wrong-json', json: absent } });
    expect(await failureOf(fetching(client, sha256, { withinSeconds: 200 }).result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'not begun yet',
      remedy: expect.stringContaining('has not begun') as string,
      vendorMessage: 'PDF does not exist and must be created.',
    });
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
  });
});

describe('a status that is an error', () => {
  test('of an appliance without room ends the wait, since it does not pass by itself', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample();
    const json = { message: 'No room to build the report' };
    simulator.faults.script({ route: status, times: 'always', fault: { kind: 'status', status: 507, json } });
    expect(await failureOf(fetching(client, sha256).result)).toMatchObject({
      name: 'ServiceError',
      status: 507,
      vendorMessage: 'No room to build the report',
      retryable: false,
    });
    expect(simulator.journal.list({ route: status })).toHaveLength(1);
  });

  test('that passes is in the time-out when it was the last answer, with status and words', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 600 });
    const json = { code: 'busy', message: 'Memory is over 90 %.' };
    simulator.faults.script({ route: status, times: 5, fault: { kind: 'status', status: 503, json } });
    simulator.faults.script({ route: status, times: 'always', fault: { kind: 'hang' } });
    expect(await failureOf(fetching(client, sha256, { withinSeconds: 60 }).result)).toMatchObject({
      name: 'TimeoutError',
      status: 503,
      vendorCode: 'busy',
      vendorMessage: 'Memory is over 90 %.',
    });
  });

  test('is no longer in the time-out when the appliance has answered since', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 600 });
    simulator.faults.script({ route: status, times: 6, fault: { kind: 'status', status: 503 } });
    expect(await failureOf(fetching(client, sha256, { withinSeconds: 120 }).result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'being created',
      status: undefined,
      vendorMessage: 'PDF is being created. Please wait.',
    });
  });
});
