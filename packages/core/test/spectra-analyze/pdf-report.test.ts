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
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0.5 });
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

  test('while it is waited for is created again, once, and told once', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    // For more than the ten seconds that a status may lag behind the create.
    simulator.faults.script({
      route: create,
      fault: { kind: 'wrong-json', json: { status_endpoint: '', download_endpoint: '' } },
    });
    const { result, progress } = fetching(client, sha256);
    expect((await result).size).toBeGreaterThan(0);
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
    expect(progress.map((change) => change.state)).toEqual([
      'requested',
      'not begun yet',
      'requested again',
      'ready, downloading',
    ]);
  });

  test('twice at the download is a failure that trying again may heal', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const fault = { kind: 'status', status: 404, json: { detail: 'PDF does not exist.' } } as const;
    simulator.faults.script({ route: download, times: 'always', fault });
    expect(await failureOf(fetching(client, sha256).result)).toMatchObject({
      name: 'ServiceError',
      what: 'the appliance has no PDF, although it was asked twice to create it',
      vendorMessage: 'PDF does not exist.',
      retryable: true,
    });
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
  });

  test('twice while it is waited for is a failure, too', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample();
    simulator.faults.script({ route: status, times: 'always', fault: { kind: 'wrong-json', json: absent } });
    expect(await failureOf(fetching(client, sha256).result)).toMatchObject({
      what: 'the appliance has no PDF, although it was asked twice to create it',
      vendorMessage: 'PDF does not exist and must be created.',
    });
    expect(simulator.journal.list({ route: create })).toHaveLength(2);
  });
});
