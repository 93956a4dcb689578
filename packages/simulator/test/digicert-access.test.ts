import type { DigicertOptions, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from './client.ts';
import { jsonOf } from './client.ts';
import { askReport, withKey } from './digicert-client.ts';

const running: Simulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close();
});

async function start(digicert: DigicertOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    digicert: { reports: [{ identifier: 'a', runs: [{ runIdentifier: 'b' }] }], ...digicert },
  });
  running.push(simulator);
  return simulator;
}

const calls = [
  ['GET', '/history'],
  ['GET', '/a'],
  ['POST', '/a/run'],
  ['GET', '/a/b/download?report_format=CSV'],
] as const;

const refusal = (answer: Outcome) => [answer.status, jsonOf(answer)];

describe.each(calls)('%s %s', (method, path) => {
  test('takes the right key', async () => {
    const simulator = await start();
    expect((await askReport(simulator, path, { method })).status).toBe(200);
  });

  test('takes the key that the simulator was given, and no other', async () => {
    const simulator = await start({ apiKey: 'given' });
    expect(simulator.digicert.apiKey).toBe('given');
    expect((await askReport(simulator, path, { method })).status).toBe(200);
    expect((await askReport(simulator, path, { method, ...withKey(simulator, 'GIVEN') })).status).toBe(401);
  });

  test.each([
    ['no key', null],
    ['an empty key', ''],
    ['an unknown key', 'unknown'],
  ])('refuses %s', async (_what, key) => {
    const simulator = await start();
    expect(refusal(await askReport(simulator, path, { method, ...withKey(simulator, key) }))).toEqual([
      401,
      { code: 'user_authentication_error', message: 'User is not authenticated.' },
    ]);
  });

  test('refuses it as the sister API does, if told to', async () => {
    const simulator = await start({ keyRefusal: 'access_denied' });
    expect(refusal(await askReport(simulator, path, { method, ...withKey(simulator, 'unknown') }))).toEqual([
      403,
      { code: 'access_denied|access_denied_invalid_key', message: expect.any(String) as string },
    ]);
  });

  test('refuses a key without the permission', async () => {
    const simulator = await start({ keyRole: 'without-permission' });
    expect(refusal(await askReport(simulator, path, { method }))).toEqual([
      403,
      { code: 'user_forbidden', message: 'User does not have the required permission.' },
    ]);
  });

  test('refuses an account without the feature', async () => {
    const simulator = await start({ featureEnabled: false });
    expect(refusal(await askReport(simulator, path, { method }))).toEqual([
      403,
      { code: 'custom_reports_not_enabled', message: 'Custom reports is not enabled' },
    ]);
  });
});

test('a refused run is not started', async () => {
  const simulator = await start({ keyRole: 'without-permission' });
  await askReport(simulator, '/a/run', { method: 'POST' });
  expect(simulator.digicert.listReports()[0]?.runIdentifiers).toEqual(['b']);
});

test.each([
  ['/history?limit=0', 400, 'invalid_limit'],
  ['/nowhere', 404, 'report_not_found'],
  ['/nowhere/b/download?report_format=CSV', 404, 'reports_not_found'],
  ['/a/b/download?report_format=JSON', 400, 'report_format_inapplicable'],
])('an error has either shape: %s', async (path, status, code) => {
  const message = expect.any(String) as string;
  expect(refusal(await askReport(await start(), path))).toEqual([status, { code, message }]);
  expect(refusal(await askReport(await start({ errorShape: 'errors-array' }), path))).toEqual([
    status,
    { errors: [{ code, message }] },
  ]);
});

test('the settings can be changed, each by itself, and come back with a reset', async () => {
  const simulator = await start({ errorShape: 'errors-array' });
  simulator.digicert.configure({ keyRole: 'without-permission' });
  expect(refusal(await askReport(simulator, '/a'))).toMatchObject([
    403,
    { errors: [{ code: 'user_forbidden' }] },
  ]);
  simulator.digicert.configure({ errorShape: 'bare' });
  expect(refusal(await askReport(simulator, '/a'))).toMatchObject([403, { code: 'user_forbidden' }]);
  simulator.reset();
  expect(refusal(await askReport(simulator, '/x'))).toMatchObject([
    404,
    { errors: [{ code: 'report_not_found' }] },
  ]);
});

describe('the rate limit', () => {
  /** Asks so many times, and tells the statuses in the order in which they were asked for. */
  const statuses = async (simulator: Simulator, count: number, key?: string) => {
    const all: (number | undefined)[] = [];
    for (let left = count; left > 0; left -= 1)
      all.push(
        (await askReport(simulator, '/history?limit=1', key === undefined ? {} : withKey(simulator, key)))
          .status,
      );
    return all;
  };
  const of = (count: number, status: number) => Array<number>(count).fill(status);

  test('lets 100 requests in 5 seconds pass, of all calls together', async () => {
    const simulator = await start();
    const all = [];
    for (let round = 0; round < 25; round += 1)
      for (const [method, path] of calls) all.push((await askReport(simulator, path, { method })).status);
    expect(all).toEqual(of(100, 200));
    const answer = await askReport(simulator, '/a');
    expect(refusal(answer)).toEqual([
      429,
      { code: 'request_limit_exceeded', message: expect.any(String) as string },
    ]);
    expect(answer.headers).not.toHaveProperty('retry-after');
  });

  test('rolls: each request makes room 5 seconds after it came', async () => {
    const simulator = await start();
    await statuses(simulator, 50);
    simulator.advance(3);
    await statuses(simulator, 50);
    expect(await statuses(simulator, 2)).toEqual([429, 429]);
    simulator.advance(2);
    expect(await statuses(simulator, 51)).toEqual([...of(50, 200), 429]);
  });

  test('lets 1000 requests in 3 minutes pass', async () => {
    const simulator = await start();
    for (let hundred = 0; hundred < 10; hundred += 1) {
      expect(await statuses(simulator, 100)).toEqual(of(100, 200));
      simulator.advance(10);
    }
    expect(await statuses(simulator, 1)).toEqual([429]);
    simulator.advance(60);
    expect(await statuses(simulator, 1)).toEqual([429]);
    simulator.advance(20);
    expect(await statuses(simulator, 101)).toEqual([...of(100, 200), 429]);
  });

  test('counts neither wrong keys nor the requests that it refuses', async () => {
    const simulator = await start();
    expect(await statuses(simulator, 101, 'wrong')).toEqual(of(101, 401));
    await statuses(simulator, 150);
    simulator.advance(5);
    expect(await statuses(simulator, 100)).toEqual(of(100, 200));
  });

  test('can be turned off', async () => {
    expect(await statuses(await start({ rateLimit: false }), 120)).toEqual(of(120, 200));
  });

  test('ends with a reset', async () => {
    const simulator = await start();
    await statuses(simulator, 101);
    simulator.reset();
    expect(await statuses(simulator, 1)).toEqual([200]);
  });

  test('can say when to come back, in seconds', async () => {
    const simulator = await start({ retryAfter: 'seconds' });
    await statuses(simulator, 100);
    const { headers } = await askReport(simulator, '/a');
    const wait = Number(headers['retry-after']);
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(5);
    simulator.advance(wait);
    expect(await statuses(simulator, 1)).toEqual([200]);
  });

  test('can say when to come back, as a date', async () => {
    const simulator = await start({ retryAfter: 'date' });
    await statuses(simulator, 100);
    const value = (await askReport(simulator, '/a')).headers['retry-after'] ?? '';
    expect(new Date(value).toUTCString()).toBe(value);
    const wait = (Date.parse(value) - simulator.now()) / 1000;
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(6);
    simulator.advance(wait);
    expect(await statuses(simulator, 1)).toEqual([200]);
  });
});
