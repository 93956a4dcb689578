import type { Fault, RouteName, Simulator } from '@security-reports/simulator';
import { routeNames, startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ask } from './client.ts';
import { begin } from './client.ts';
import { askReport, withKey } from './digicert-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({
    digicert: {
      rateLimit: false,
      reports: [{ identifier: 'report', runs: [{ runIdentifier: 'run', rows: 400 }] }],
    },
  });
});
afterEach(() => simulator.close());

const calls: readonly (readonly [RouteName, string, Ask, readonly string[]])[] = [
  ['digicert.report.history', '/history', {}, []],
  ['digicert.report.details', '/report', {}, ['report']],
  ['digicert.report.run', '/report/run', { method: 'POST', json: {} }, ['report']],
  ['digicert.report.download', '/report/run/download?report_format=CSV', {}, ['report', 'run']],
];

test('every call of the service has a name', () => {
  expect(calls.map(([route]) => route)).toEqual(routeNames.filter((name) => name.startsWith('digicert.')));
});

describe.each(calls)('%s', (route, path, options, subjects) => {
  const usual = () => askReport(simulator, path, options);
  const withFault = (fault: Fault) => {
    simulator.faults.script({ route, fault });
    return usual();
  };

  test('is listed with its route and what it is about, and without the key', async () => {
    await usual();
    await askReport(simulator, path, { ...options, ...withKey(simulator, 'of-somebody-else') });
    await askReport(simulator, path, { ...options, ...withKey(simulator, null) });
    const entries = simulator.journal.list({ route });
    expect(entries).toMatchObject([
      { subjects, credential: 'right', status: 200, path: `/reports/v1/report${path}` },
      { subjects, credential: 'wrong', status: 401 },
      { subjects, credential: 'none', status: 401 },
    ]);
    expect(JSON.stringify(entries)).not.toContain(simulator.digicert.apiKey);
    expect(JSON.stringify(entries)).not.toContain('of-somebody-else');
  });

  test.each<[Fault, object]>([
    [
      { kind: 'delay', ms: 5 },
      { status: 200, error: undefined },
    ],
    [
      { kind: 'status', status: 503, headers: { 'Retry-After': '1' } },
      { status: 503, headers: { 'retry-after': '1' } },
    ],
    [{ kind: 'reset' }, { status: undefined, error: 'ECONNRESET' }],
    [
      { kind: 'reset', handled: true },
      { status: undefined, error: 'ECONNRESET' },
    ],
    [
      { kind: 'reset-mid-request', bytes: 1 },
      { status: undefined, error: 'ECONNRESET' },
    ],
    [{ kind: 'reset-mid-body', bytes: 1 }, { error: 'ECONNRESET' }],
    [
      { kind: 'truncate', bytes: 1 },
      { status: 200, error: 'ECONNRESET' },
    ],
    [
      { kind: 'short', bytes: 1 },
      { status: 200, headers: { 'content-length': '1' }, error: undefined },
    ],
    [{ kind: 'login-page' }, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } }],
    [
      { kind: 'redirect', status: 302, location: '/elsewhere' },
      { status: 302, headers: { location: '/elsewhere' } },
    ],
    [{ kind: 'garbage-json' }, { status: 200, headers: { 'content-type': 'application/json' } }],
    [
      { kind: 'wrong-json', json: [] },
      { status: 200, body: Buffer.from('[]') },
    ],
    [
      { kind: 'huge-body', bytes: 100_000 },
      { status: 200, headers: { 'content-length': '100000' } },
    ],
    [
      { kind: 'drip', bytes: 20_000, pauseMs: 1 },
      { status: 200, error: undefined },
    ],
  ])('meets %j', async (fault, expected) => {
    expect(await withFault(fault)).toMatchObject(expected);
    expect(simulator.journal.list({ route })).toMatchObject([{ fault: fault.kind, subjects }]);
    expect((await usual()).status).toBe(200);
  });

  test('meets an echo of its key', async () => {
    const answer = await withFault({ kind: 'echo-credential', status: 401 });
    expect(answer.body.toString()).toContain(simulator.digicert.apiKey);
    expect(JSON.stringify(simulator.journal.list())).not.toContain(simulator.digicert.apiKey);
  });

  test.each<Fault>([{ kind: 'hang' }, { kind: 'stall', bytes: 1 }])('meets $kind', async (fault) => {
    simulator.faults.script({ route, fault });
    const hanging = begin(simulator, `/reports/v1/report${path}`, { ...withKey(simulator), ...options });
    await expect.poll(() => simulator.journal.list().at(-1)?.fault).toBe(fault.kind);
    expect((await usual()).status).toBe(200);
    expect(hanging.settled()).toBe(false);
    hanging.abort();
  });
});

test.each(['REPORT', 'run'])('a fault hits a download about its subject only: %s', async (subject) => {
  simulator.digicert.addReport({ identifier: 'other', runs: [{ runIdentifier: 'another' }] });
  const fault = { kind: 'status', status: 503 } as const;
  simulator.faults.script({ route: 'digicert.report.download', subject, fault });
  const status = async (path: string) => (await askReport(simulator, `/${path}?report_format=CSV`)).status;
  expect(await status('other/another/download')).toBe(200);
  expect(await status('report/run/download')).toBe(503);
});

test('a reset keeps a run from being started, unless it is to be handled', async () => {
  const runs = () => simulator.digicert.listReports()[0]?.runIdentifiers.length;
  const route = 'digicert.report.run';
  simulator.faults.script({ route, fault: { kind: 'reset' } });
  await askReport(simulator, '/report/run', { method: 'POST', json: {} });
  expect(runs()).toBe(1);
  simulator.faults.script({ route, fault: { kind: 'reset', handled: true } });
  await askReport(simulator, '/report/run', { method: 'POST', json: {} });
  expect(runs()).toBe(2);
});

test('a large archive that is made while it is sent can be cut, with and without its length', async () => {
  const route = 'digicert.report.download';
  for (const compression of ['stored', 'deflated'] as const) {
    const { runIdentifier } = simulator.digicert.addRun('report', { bytes: 20_000_000, compression });
    const path = `/report/${runIdentifier}/download?report_format=CSV`;
    simulator.faults.script({ route, fault: { kind: 'truncate', bytes: 1_000_000 } });
    const cut = await askReport(simulator, path);
    expect(cut.body).toHaveLength(1_000_000);
    expect(cut.error).toBe('ECONNRESET');
    expect(cut.headers['content-length'] === undefined).toBe(compression === 'deflated');
    simulator.faults.script({ route, fault: { kind: 'reset-mid-body', bytes: 1_000_000 } });
    expect((await askReport(simulator, path)).error).toBe('ECONNRESET');
  }
});

test('a client that goes away from a large archive has aborted', async () => {
  const { runIdentifier } = simulator.digicert.addRun('report', { bytes: 60_000_000, compression: 'stored' });
  const path = `/reports/v1/report/report/${runIdentifier}/download?report_format=CSV`;
  const leaving = begin(simulator, path, withKey(simulator));
  await leaving.received(1);
  leaving.abort();
  await expect.poll(() => simulator.journal.list().at(-1)).toMatchObject({ status: 200, aborted: true });
});

test('a path that the service does not have is listed without a route', async () => {
  expect((await askReport(simulator, '/report/run/json')).status).toBe(404);
  const [entry] = simulator.journal.list();
  expect(entry).toMatchObject({ credential: 'right', status: 404, subjects: [] });
  expect(entry).not.toHaveProperty('route');
});
