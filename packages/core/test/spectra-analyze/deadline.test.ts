import { describe, expect, test } from 'vitest';
import { fetching, startAppliance } from '../support/appliance.ts';
import { failureOf } from '../support/transport.ts';

const create = 'spectra-analyze.pdf.create';
const status = 'spectra-analyze.pdf.status';
const download = 'spectra-analyze.pdf.download';

const goesOn = expect.stringContaining('ask again within 30 minutes and it will be ready') as string;

describe('a report that is not there in time', () => {
  test('fails with the last state and the advice to ask again', async () => {
    const { simulator, client, clock } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 3600 });
    const deadline = clock.now() + 20_000;
    const { result, progress } = fetching(client, sha256, { deadline });
    expect(await failureOf(result)).toMatchObject({
      name: 'TimeoutError',
      subject: sha256,
      what: 'it was not there in time; the last state: being created',
      lastState: 'being created',
      remedy: goesOn,
      retryable: true,
    });
    expect(progress.at(-1)?.state).toBe('being created');
  });

  test('is ready for who asks again', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 900 });
    await failureOf(fetching(client, sha256, { withinSeconds: 20 }).result);
    simulator.advance(900);
    expect((await fetching(client, sha256, { withinSeconds: 600 }).result).size).toBeGreaterThan(0);
  });

  test('quotes a state that nobody documents', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({
      creationSeconds: 3600,
      creatingStatus: 42,
      creatingMessage: 'Pondering',
    });
    expect(await failureOf(fetching(client, sha256, { withinSeconds: 20 }).result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'status 42: "Pondering"',
    });
  });

  test('says once what kept the appliance from telling', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 3600 });
    // The five tries of a first look, and the first try of a second one.
    simulator.faults.script({ route: status, times: 6, fault: { kind: 'status', status: 503 } });
    simulator.faults.script({ route: status, times: 'always', fault: { kind: 'hang' } });
    expect(await failureOf(fetching(client, sha256, { withinSeconds: 120 }).result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'the service cannot answer for now',
    });
  });

  test.each([
    [status, 'requested', goesOn],
    [download, 'ready, downloading', goesOn],
    [create, 'nothing asked yet', 'Allow more time, or look at the state of the appliance.'],
  ] as const)('since %s hangs fails at its deadline', async (route, lastState, remedy) => {
    const { simulator, client, clock } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    simulator.faults.script({ route, times: 'always', fault: { kind: 'hang' } });
    const deadline = clock.now() + 20_000;
    expect(await failureOf(fetching(client, sha256, { deadline }).result)).toMatchObject({
      name: 'TimeoutError',
      lastState,
      remedy,
    });
    expect(clock.now()).toBeGreaterThanOrEqual(deadline);
    await expect.poll(() => simulator.journal.list({ route })).toMatchObject([{ aborted: true }]);
  });

  test('since its download stalls fails at its deadline', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    simulator.faults.script({ route: download, times: 'always', fault: { kind: 'stall', bytes: 1500 } });
    expect(await failureOf(fetching(client, sha256, { withinSeconds: 20 }).result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'ready, downloading',
    });
  });

  test('whose downloads were all cut says so', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 10_000 });
    simulator.faults.script({ route: download, times: 2, fault: { kind: 'short', bytes: 5000 } });
    simulator.faults.script({ route: download, times: 'always', fault: { kind: 'hang' } });
    expect(await failureOf(fetching(client, sha256, { withinSeconds: 60 }).result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'ready, downloading; the PDF ends too early, after 5000 bytes',
    });
  });

  test('since the deadline had passed before sends nothing', async () => {
    const { simulator, client, clock } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample();
    const limits = { deadline: clock.now() - 1 };
    expect(await failureOf(fetching(client, sha256, limits).result)).toMatchObject({ name: 'TimeoutError' });
    expect(await failureOf(client.createPdfReport(sha256, limits))).toMatchObject({ name: 'TimeoutError' });
    expect(simulator.journal.list()).toEqual([]);
  });
});

describe('a single call', () => {
  test('that hangs fails at its deadline', async () => {
    const { simulator, client, clock } = await startAppliance();
    simulator.faults.script({ route: 'spectra-analyze.samples.status', fault: { kind: 'hang' } });
    expect(await failureOf(client.testConnection({ deadline: clock.now() + 3000 }))).toMatchObject({
      name: 'TimeoutError',
      operation: 'test connection',
      what: 'there was no complete answer in time',
    });
  });

  test('says at its deadline what the last try failed with', async () => {
    const { simulator, client, clock } = await startAppliance();
    simulator.faults.script({
      route: 'spectra-analyze.samples.status',
      fault: { kind: 'status', status: 503, json: { code: 'busy', detail: 'Memory is over 90 %.' } },
    });
    simulator.faults.script({ route: 'spectra-analyze.samples.status', fault: { kind: 'hang' } });
    expect(await failureOf(client.testConnection({ deadline: clock.now() + 20_000 }))).toMatchObject({
      name: 'TimeoutError',
      what: 'there was no complete answer in time; the last try: the service cannot answer for now',
      lastState: 'the service cannot answer for now',
      status: 503,
      vendorCode: 'busy',
      vendorMessage: 'Memory is over 90 %.',
    });
  });

  test('says at its deadline what the service answered before the connections failed', async () => {
    const { simulator, client, clock } = await startAppliance();
    const route = 'spectra-analyze.samples.status';
    simulator.faults.script({
      route,
      fault: { kind: 'status', status: 502, json: { detail: 'No worker.' } },
    });
    simulator.faults.script({ route, fault: { kind: 'reset' } });
    simulator.faults.script({ route, fault: { kind: 'hang' } });
    expect(await failureOf(client.testConnection({ deadline: clock.now() + 20_000 }))).toMatchObject({
      name: 'TimeoutError',
      what: expect.stringMatching(
        /; the last try: 127\.0\.0\.1.* broke .*; the last answer: the service cannot answer for now$/,
      ) as string,
      status: 502,
      vendorMessage: 'No worker.',
    });
  });
});
