import { describe, expect, test } from 'vitest';
import { PerceptionPointClient } from '../../src/perception-point/client.ts';
import { acceleratedClock } from '../support/accelerated-clock.ts';
import { startAppliance } from '../support/appliance.ts';
import { failureOf, openTransport } from '../support/transport.ts';
import { startXRay, textFile } from '../support/x-ray.ts';

const hashes = Array.from({ length: 30 }, (_, index) => index.toString(16).padStart(64, '0'));
const create = 'spectra-analyze.pdf.create';

describe('a refused credential', () => {
  test('is found out by one request of thirty, and the others say so', async () => {
    const { simulator, connect } = await startAppliance();
    const client = connect({ token: 'wrong' });
    const failures = await Promise.all(hashes.map((hash) => failureOf(client.createPdfReport(hash))));
    expect(simulator.journal.list()).toHaveLength(1);
    expect(failures[0]).toMatchObject({ name: 'AccessError', what: 'the appliance refuses the token' });
    for (const [index, failure] of failures.slice(1).entries()) {
      expect(failure).toMatchObject({
        name: 'AccessError',
        message:
          `Spectra Analyze, create PDF report ${hashes[index + 1] ?? ''}: not asked, because the service refused access ` +
          'before: the appliance refuses the token (HTTP 403). See the first error.',
        retryable: false,
        maybeTaken: false,
      });
    }
    expect(await failureOf(client.testConnection())).toMatchObject({ name: 'AccessError' });
    expect(simulator.journal.list()).toHaveLength(1);
  });

  test('is found out anew by another client', async () => {
    const { simulator, client, connect } = await startAppliance();
    await failureOf(connect({ token: 'wrong' }).testConnection());
    await client.testConnection();
    expect(simulator.journal.list()).toMatchObject([{ credential: 'wrong' }, { credential: 'right' }]);
  });

  test('of one call stands for that call alone once the service has accepted the credential', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample();
    expect(await failureOf(client.createPdfReport('f'.repeat(64)))).toMatchObject({ name: 'NotFoundError' });
    simulator.faults.script({ route: create, fault: { kind: 'status', status: 403 } });
    expect(await failureOf(client.createPdfReport(sha256))).toMatchObject({ name: 'AccessError' });
    await client.createPdfReport(sha256);
  });

  test('does not start uploads, although those before it did not wait for each other', async () => {
    const { simulator } = await startXRay();
    const client = new PerceptionPointClient({
      baseUrl: simulator.url,
      token: 'wrong',
      transport: openTransport(),
      clock: acceleratedClock(25),
    });
    const submit = () => failureOf(client.submitFile({ source: { type: 'data', file: textFile('hello') } }));
    expect(await Promise.all([submit(), submit()])).toMatchObject([
      { name: 'AccessError' },
      { name: 'AccessError' },
    ]);
    expect(simulator.journal.list()).toHaveLength(2);
    expect(await submit()).toMatchObject({
      name: 'AccessError',
      what: expect.stringMatching(/^not asked/) as string,
    });
    expect(simulator.journal.list()).toHaveLength(2);
  });
});

describe('a first request', () => {
  test('is waited for by the others, which then all go on', async () => {
    const { simulator, client } = await startAppliance();
    for (const hash of hashes.slice(0, 5)) {
      simulator.faults.script({
        route: create,
        subject: hash,
        fault: { kind: 'status', status: 200, json: {} },
      });
    }
    simulator.faults.script({ route: create, fault: { kind: 'hang' } });
    const ending = new AbortController();
    const first = failureOf(client.createPdfReport('f'.repeat(64), { signal: ending.signal }));
    const others = hashes.slice(0, 5).map((hash) => client.createPdfReport(hash));
    await expect.poll(() => simulator.journal.list().length).toBe(1);
    ending.abort(new Error('enough'));
    expect(await first).toMatchObject({ message: 'enough' });
    await Promise.all(others);
    expect(simulator.journal.list()).toHaveLength(6);
  });

  test('that fails without an answer about the credential holds up nobody', async () => {
    const { simulator, client } = await startAppliance();
    for (const fault of [{ kind: 'reset' }, { kind: 'status', status: 503 }] as const) {
      simulator.faults.script({ route: create, fault });
    }
    const failures = await Promise.all(hashes.map((hash) => failureOf(client.createPdfReport(hash))));
    expect(new Set(failures.map((failure) => (failure as Error).name))).toEqual(new Set(['NotFoundError']));
    expect(simulator.journal.list()).toHaveLength(32);
  });

  test('is not waited for beyond the deadline of another', async () => {
    const { simulator, client, clock } = await startAppliance();
    simulator.faults.script({ route: create, fault: { kind: 'hang' } });
    const ending = new AbortController();
    const first = failureOf(client.createPdfReport(hashes[0] ?? '', { signal: ending.signal }));
    await expect.poll(() => simulator.journal.list().length).toBe(1);
    const second = client.createPdfReport(hashes[1] ?? '', { deadline: clock.now() + 3000 });
    expect(await failureOf(second)).toMatchObject({ name: 'TimeoutError', maybeTaken: false });
    ending.abort(new Error('enough'));
    await first;
    expect(simulator.journal.list()).toHaveLength(1);
  });
});
