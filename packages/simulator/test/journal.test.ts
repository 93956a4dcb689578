import type { Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, begin } from './client.ts';

let simulator: Simulator;
let hash: string;
beforeEach(async () => {
  simulator = await startSimulator();
  hash = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 60_000_000 }).sha1;
});
afterEach(() => simulator.close());

test('a request is listed with what it was and what it got', async () => {
  simulator.advance(3600);
  const before = simulator.now();
  await fetch(`${simulator.url}/api/pdf/${hash}/status?x=1`, {
    headers: { authorization: `Token ${simulator.spectraAnalyze.token}`, 'user-agent': 'probe/1' },
  });
  const [entry, ...others] = simulator.journal.list();
  expect(others).toEqual([]);
  expect(entry).toEqual({
    sequence: 1,
    time: expect.any(Number) as number,
    route: 'spectra-analyze.pdf.status',
    method: 'GET',
    path: `/api/pdf/${hash}/status?x=1`,
    subjects: [hash],
    credential: 'right',
    status: 200,
    aborted: false,
    userAgent: 'probe/1',
  });
  expect(entry?.time).toBeGreaterThanOrEqual(before);
  expect(entry?.time).toBeLessThanOrEqual(simulator.now());
});

test('requests are listed in order, and by route and subject', async () => {
  const other = simulator.spectraAnalyze.addSample().md5;
  await ask(simulator, `/api/pdf/${hash}/create`);
  await ask(simulator, `/api/pdf/${hash}/status`);
  await ask(simulator, `/api/pdf/${other.toUpperCase()}/status`);
  const sequences = (...filter: Parameters<Simulator['journal']['list']>) =>
    simulator.journal.list(...filter).map(({ sequence }) => sequence);
  expect(sequences()).toEqual([1, 2, 3]);
  expect(sequences({ route: 'spectra-analyze.pdf.status' })).toEqual([2, 3]);
  expect(sequences({ subject: hash.toUpperCase() })).toEqual([1, 2]);
  expect(sequences({ route: 'spectra-analyze.pdf.status', subject: other })).toEqual([3]);
  expect(sequences({ route: 'spectra-analyze.pdf.create', subject: other })).toEqual([]);
});

test('a request with several hashes is about all of them', async () => {
  const form = new URLSearchParams([
    ['hash_values', hash],
    ['hash_values', '0'.repeat(40)],
  ]);
  await ask(simulator, '/api/samples/status/', { method: 'POST', form });
  expect(simulator.journal.list()).toMatchObject([
    { route: 'spectra-analyze.samples.status', method: 'POST', subjects: [hash, '0'.repeat(40)] },
  ]);
});

test('a path that no service has is listed without a route', async () => {
  await ask(simulator, '/elsewhere?a=b', { authorization: 'Token stray' });
  const [entry] = simulator.journal.list();
  expect(entry).toMatchObject({ path: '/elsewhere?a=b', credential: 'wrong', status: 404, subjects: [] });
  expect(entry).not.toHaveProperty('route');
});

test('a path that cannot be decoded is listed as well', async () => {
  expect((await ask(simulator, '/api/pdf/%zz/create')).status).toBe(400);
  expect(simulator.journal.list()).toMatchObject([{ path: '/api/pdf/%zz/create', status: 400 }]);
});

test('a credential is right, wrong or absent, and its value is nowhere kept', async () => {
  const { token } = simulator.spectraAnalyze;
  const route = 'spectra-analyze.pdf.status';
  const path = `/api/pdf/${hash}/status`;
  await ask(simulator, path);
  await ask(simulator, path, { authorization: 'Token of-somebody-else' });
  await ask(simulator, path, { authorization: null });
  simulator.faults.script({ route, fault: { kind: 'echo-credential', status: 500 } });
  await ask(simulator, path);
  const entries = simulator.journal.list();
  expect(entries.map(({ credential }) => credential)).toEqual(['right', 'wrong', 'none', 'right']);
  expect(JSON.stringify(entries)).not.toContain(token);
  expect(JSON.stringify(entries)).not.toContain('of-somebody-else');
});

test('a fault is listed, with the status if one was sent', async () => {
  const route = 'spectra-analyze.pdf.status';
  simulator.faults.script({ route, fault: { kind: 'status', status: 503 } });
  simulator.faults.script({ route, fault: { kind: 'reset' } });
  simulator.faults.script({ route, fault: { kind: 'truncate', bytes: 1 } });
  for (let i = 0; i < 3; i += 1) await ask(simulator, `/api/pdf/${hash}/status`);
  expect(simulator.journal.list()).toMatchObject([
    { fault: 'status', status: 503, aborted: false },
    { fault: 'reset', aborted: false },
    { fault: 'truncate', status: 200, aborted: false },
  ]);
  expect(simulator.journal.list()[1]).not.toHaveProperty('status');
});

test('a client that goes away in the middle of an answer has aborted', async () => {
  await ask(simulator, `/api/pdf/${hash}/create`);
  const leaving = begin(simulator, `/api/pdf/${hash}/download`);
  await leaving.received(1);
  leaving.abort();
  await expect.poll(() => simulator.journal.list().at(-1)).toMatchObject({ status: 200, aborted: true });
});

test('a client that gives up waiting has aborted', async () => {
  const route = 'spectra-analyze.pdf.status';
  simulator.faults.script({ route, fault: { kind: 'hang' } });
  const leaving = begin(simulator, `/api/pdf/${hash}/status`);
  await expect.poll(() => simulator.journal.list()).toMatchObject([{ fault: 'hang', aborted: false }]);
  leaving.abort();
  await expect.poll(() => simulator.journal.list()).toMatchObject([{ fault: 'hang', aborted: true }]);
});

test('a client that gives up during a delay keeps the request from the service', async () => {
  simulator.faults.script({ route: 'spectra-analyze.pdf.create', fault: { kind: 'delay', ms: 60_000 } });
  const leaving = begin(simulator, `/api/pdf/${hash}/create`);
  await expect.poll(() => simulator.journal.list()).toHaveLength(1);
  leaving.abort();
  await expect.poll(() => simulator.journal.list()).toMatchObject([{ fault: 'delay', aborted: true }]);
  const { body } = await ask(simulator, `/api/pdf/${hash}/status`);
  expect(JSON.parse(body.toString())).toMatchObject({ status: 1 });
});
