import type { JsonValue, Simulator } from '@security-reports/simulator';
import { describe, expect, test } from 'vitest';
import { PerceptionPointClient } from '../../src/perception-point/client.ts';
import { scanFile } from '../../src/perception-point/scan-file.ts';
import { patienceWithUnlistedMs, ScanWatch } from '../../src/perception-point/scan-watch.ts';
import { startServer } from '../support/servers.ts';
import { failureOf, openTransport } from '../support/transport.ts';
import { sha256Of, startXRay, textFile, within } from '../support/x-ray.ts';

const list = 'perception-point.scans.list';
const lookUp = 'perception-point.scans.get';
const zeros = '0'.repeat(64);

function asked(simulator: Simulator, route: typeof list | typeof lookUp): number {
  return simulator.journal.list({ route }).length;
}

function fileOf(content: string) {
  return { source: { type: 'data', file: textFile(content) } } as const;
}

describe('a scan is looked up by its id', () => {
  test('and the list is read once, for its parts, when that has finished', async () => {
    const { simulator, client } = await startXRay({ scanSeconds: 0.3 });
    const { verdict } = await scanFile(client, new ScanWatch(client), fileOf('hello'), within(client, 3_000));
    expect(verdict).toBe('clean');
    expect(asked(simulator, lookUp)).toBeGreaterThan(1);
    expect(asked(simulator, list)).toBe(1);
  });

  test.each<readonly [string, object]>([
    ['404', { kind: 'status', status: 404 }],
    ['405', { kind: 'status', status: 405 }],
    ['a web page', { kind: 'status', status: 200, text: '<html><title>Sign in</title></html>' }],
    ['another scan', { kind: 'wrong-json', json: { id: '1', finished_at: 'x', verbose_verdict: 'CLN' } }],
    ['a list', { kind: 'wrong-json', json: { results: [] } }],
    ['403', { kind: 'status', status: 403 }],
    ['500', { kind: 'status', status: 500 }],
  ])('once only where the service answers it with %s', async (_what, fault) => {
    const { simulator, client } = await startXRay({ scanSeconds: 3600 });
    simulator.faults.script({ route: lookUp, times: 'always', fault: fault as never });
    simulator.perceptionPoint.scriptScan({ scan: { verdict: 'MAL' } });
    const scanned = scanFile(client, new ScanWatch(client), fileOf('hello'), within(client, 9_000));
    await expect.poll(() => asked(simulator, list)).toBeGreaterThan(2);
    simulator.advance(3600);
    expect((await scanned).verdict).toBe('malicious');
    expect(asked(simulator, lookUp)).toBe(1);
  });

  test('only while few wait: one page of the list answers for all of many', async () => {
    const { simulator, client } = await startXRay();
    const ids = Array.from({ length: 12 }, () => simulator.perceptionPoint.addScan({ scanSeconds: 0 }));
    const watch = new ScanWatch(client);
    await Promise.all(ids.map((id) => watch.waitFor(id, within(client, 3_000))));
    expect(asked(simulator, lookUp)).toBeLessThan(4);
  });
});

describe('a scan that the list knows by another id', () => {
  test('is found by the content of the file', async () => {
    const { simulator, client } = await startXRay();
    const sent = fileOf('hello');
    // The same content from before, and by another channel, is another scan.
    for (const other of [{ createdSecondsAgo: 3_000 }, { origin: 'email', createdSecondsAgo: 0 }]) {
      simulator.perceptionPoint.addScan({ ...other, content: 'hello', verdict: 'CLN', scanSeconds: 0 });
    }
    simulator.perceptionPoint.scriptScan({
      scan: { listedAs: 'sha256', verdict: 'CLN', parts: [{ verdict: 'MAL' }] },
    });
    const result = await scanFile(client, new ScanWatch(client), sent, within(client, 3_000));
    expect(result.verdict).toBe('malicious');
  });

  test('is the worst of several with its content', async () => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.scriptScan({ scan: { listedAs: 'sha256', verdict: 'CLN', scanSeconds: 0 } });
    simulator.perceptionPoint.scriptScan({ scan: { listedAs: 'sha256', verdict: 'SUS', scanSeconds: 0 } });
    const first = await client.submitFile(fileOf('hello'));
    await client.submitFile(fileOf('hello'));
    const watch = new ScanWatch(client);
    const scan = await watch.waitFor(first.scanId, { ...first, ...within(client, 3_000) });
    expect(scan.verdict).toBe('suspicious');
  });

  test('is not an earlier one of the same content', async () => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.addScan({ content: 'hello', createdSecondsAgo: 600, scanSeconds: 0 });
    simulator.perceptionPoint.scriptScan({ scan: { listLagSeconds: 1_000 } });
    const error = await failureOf(
      scanFile(client, new ScanWatch(client), fileOf('hello'), within(client, 20)),
    );
    expect(error).toMatchObject({ name: 'TimeoutError', lastState: 'not listed yet' });
  });
});

describe('a row with the SHA-256 of another file', () => {
  test('is no verdict on the file that was sent', async () => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.scriptScan({ scan: { sampleSha256: sha256Of('another') } });
    const error = await failureOf(
      scanFile(client, new ScanWatch(client), fileOf('hello'), within(client, 30)),
    );
    expect(error).toMatchObject({ name: 'TimeoutError', lastState: 'not listed yet' });
  });

  test.each([zeros, sha256Of('hello').toUpperCase(), ''])('is not one that says %j', async (sampleSha256) => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.scriptScan({ scan: { sampleSha256 } });
    const { verdict } = await scanFile(client, new ScanWatch(client), fileOf('hello'), within(client, 3_000));
    expect(verdict).toBe('clean');
  });
});

describe('a scan that is asked for once', () => {
  test('is being scanned when only the list of running scans has it', async () => {
    const { simulator, client } = await startXRay({ listsRunning: false, offersLookUp: false });
    const id = simulator.perceptionPoint.addScan({ scanSeconds: 'never' });
    expect(await client.getScan(id)).toMatchObject({ finished: false, verdict: 'unknown' });
    expect([...(await client.checkScans([id, 'none'])).keys()]).toEqual([id]);
  });

  test('is missing when no list has it, and where there is no list of running scans', async () => {
    const { simulator, client } = await startXRay();
    await expect(client.getScan('none')).rejects.toMatchObject({ name: 'NotFoundError', resumeId: 'none' });
    simulator.perceptionPoint.configure({ offersRunningList: false });
    await expect(client.getScan('none')).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});

describe('a wait for an id that may be wrong', () => {
  const giveUpUnlistedAfterMs = patienceWithUnlistedMs;

  test('ends after two minutes without a trace of it, with the reasons', async () => {
    const { client } = await startXRay();
    const watch = new ScanWatch(client);
    const error = await failureOf(watch.waitFor('4711', { ...within(client, 9_000), giveUpUnlistedAfterMs }));
    expect(error).toMatchObject({
      name: 'NotFoundError',
      resumeId: '4711',
      what: expect.stringContaining('has not listed it for 120 seconds') as string,
      remedy: expect.stringMatching(/^Check the id, and that region and token .* last 30 days/) as string,
    });
  });

  test('goes on for a scan that is running and therefore not listed', async () => {
    const { simulator, client } = await startXRay({ listsRunning: false, offersLookUp: false });
    const id = simulator.perceptionPoint.addScan({ createdSecondsAgo: 0, scanSeconds: 3600 });
    const states: string[] = [];
    const waiting = new ScanWatch(client).waitFor(id, {
      ...within(client, 90_000),
      giveUpUnlistedAfterMs,
      onProgress: ({ state }) => states.push(state),
    });
    await expect.poll(() => states).toContain('being scanned');
    simulator.advance(3600);
    expect((await waiting).verdict).toBe('clean');
  });
});

test('one scan id for two submissions is an error on both', async () => {
  const { simulator, client } = await startXRay({ scanSeconds: 3600 });
  simulator.perceptionPoint.scriptScan({ times: 2, scan: { id: 'twice' } });
  const watch = new ScanWatch(client);
  const first = failureOf(scanFile(client, watch, fileOf('one'), within(client, 3_000)));
  await expect.poll(() => simulator.perceptionPoint.listSubmissions().length).toBe(1);
  const second = failureOf(scanFile(client, watch, fileOf('two'), within(client, 3_000)));
  for (const error of await Promise.all([first, second])) {
    expect(error).toMatchObject({
      name: 'ServiceError',
      resumeId: 'twice',
      what: expect.stringContaining('to two submissions') as string,
    });
  }
});

test.each([-6, 6])('a clock that is %i hours off does not hide a scan', async (hours) => {
  const { simulator, client } = await startXRay();
  const { clock } = client;
  const skewed = new PerceptionPointClient({
    baseUrl: simulator.url,
    token: simulator.perceptionPoint.token,
    transport: openTransport(),
    clock: {
      now: () => clock.now() + hours * 3_600_000,
      sleep: (ms, signal) => clock.sleep(ms, signal),
    },
  });
  simulator.perceptionPoint.configure({ offersLookUp: false });
  const submitted = await skewed.submitFile(fileOf('hello'));
  expect(Math.abs(submitted.submittedAt - Date.now())).toBeLessThan(3_600_000);
  const scan = await new ScanWatch(skewed).waitFor(submitted.scanId, {
    ...submitted,
    ...within(skewed, 3_000),
  });
  expect(scan.verdict).toBe('clean');
});

test('a time-out says what the service last answered', async () => {
  const { simulator, client } = await startXRay({ offersLookUp: false });
  const json: JsonValue = { code: 'overloaded', message: 'Come back later.' };
  simulator.faults.script({ route: list, times: 'always', fault: { kind: 'status', status: 503, json } });
  const error = await failureOf(new ScanWatch(client).waitFor('4711', within(client, 60)));
  expect(error).toMatchObject({
    name: 'TimeoutError',
    status: 503,
    vendorCode: 'overloaded',
    vendorMessage: 'Come back later.',
  });
});

test('an answer that arrives before all of the file was sent is no submission', async () => {
  const server = await startServer((request, response) => {
    request.once('data', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ scan_id: 123 }));
    });
  });
  const { client: other } = await startXRay();
  const client = new PerceptionPointClient({
    baseUrl: server.url,
    token: 'the-token-of-the-test',
    transport: openTransport(),
    clock: other.clock,
  });
  const answered = Promise.withResolvers<undefined>();
  const file = {
    name: 'large.bin',
    size: 200_000,
    async *open() {
      yield Buffer.alloc(100_000);
      await answered.promise;
      yield Buffer.alloc(100_000);
    },
  };
  const error = await failureOf(client.submitFile({ source: { type: 'data', file } }));
  answered.resolve(undefined);
  expect(error).toMatchObject({
    name: 'UncertainSubmissionError',
    what: expect.stringContaining('before all of the file was sent') as string,
  });
  expect((error as Error).message).not.toMatch(/SHA-256|[0-9a-f]{64}/);
});

test('a look-up that the service refuses says nothing about the token', async () => {
  const { simulator, client } = await startXRay();
  const scanId = simulator.perceptionPoint.addScan({ verdict: 'MAL', scanSeconds: 0 });
  for (const route of ['perception-point.scans.get', 'perception-point.scans.running'] as const) {
    simulator.faults.script({ route, times: 'always', fault: { kind: 'status', status: 403 } });
  }
  const found = await client.checkScans([scanId, '4711'], within(client, 3_000));
  expect(found.get(scanId)).toMatchObject({ verdict: 'malicious' });
  expect(found.has('4711')).toBe(false);
});
