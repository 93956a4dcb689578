import { createHash } from 'node:crypto';
import type { Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, askJson } from './client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ spectraAnalyze: { samples: [{ name: 'first', content: 'a' }] } });
});
afterEach(() => simulator.close());

const sha1 = (content: string | Buffer) => createHash('sha1').update(content).digest('hex');
const control = (path: string, method = 'GET', json?: unknown) =>
  ask(simulator, `/_simulator/${path}`, { method, json, authorization: null });
const controlJson = async (path: string, method = 'GET', json?: unknown) =>
  JSON.parse((await control(path, method, json)).body.toString()) as Record<string, unknown>;
const statusOf = async (hash: string) =>
  ((await askJson(simulator, `/api/pdf/${hash}/status`)) as { status: number }).status;

test('tells the token and the time', async () => {
  const answer = await controlJson('');
  expect(answer['spectraAnalyze']).toEqual({ token: simulator.spectraAnalyze.token });
  expect(Math.abs(Number(answer['now']) - simulator.now())).toBeLessThan(5000);
});

test('adds a sample and answers its hashes', async () => {
  const added = await control('spectra-analyze/samples', 'POST', {
    name: 'second',
    content: 'b',
    creationSeconds: 0,
    classification: 'malicious',
  });
  expect(added.status).toBe(201);
  expect(JSON.parse(added.body.toString())).toMatchObject({ sha1: sha1('b') });
  await ask(simulator, `/api/pdf/${sha1('b')}/create`);
  expect(await statusOf(sha1('b'))).toBe(2);
});

test('takes content that is not text as base64', async () => {
  const content = Buffer.from([0, 255, 128]);
  expect(
    await controlJson('spectra-analyze/samples', 'POST', { contentBase64: content.toString('base64') }),
  ).toMatchObject({ sha1: sha1(content) });
});

test('lists the samples', async () => {
  simulator.spectraAnalyze.addSample({ name: 'second' });
  expect(await controlJson('spectra-analyze/samples')).toMatchObject({
    samples: [{ name: 'first', hashes: { sha1: sha1('a') } }, { name: 'second' }],
  });
});

test('moves the clock', async () => {
  await ask(simulator, `/api/pdf/${sha1('a')}/create`);
  const before = simulator.now();
  const answer = await controlJson('advance', 'POST', { seconds: 2.5 });
  expect(answer['now']).toBeGreaterThanOrEqual(before + 2500);
  expect(await statusOf(sha1('a'))).toBe(2);
});

test('scripts and clears faults', async () => {
  const script = {
    route: 'spectra-analyze.pdf.status',
    subject: sha1('a'),
    times: 'always',
    after: 1,
    fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' }, json: { detail: 'Throttled' } },
  };
  expect((await control('faults', 'POST', script)).status).toBe(204);
  const path = `/api/pdf/${sha1('a')}/status`;
  expect((await ask(simulator, path)).status).toBe(200);
  for (let i = 0; i < 2; i += 1) {
    const answer = await ask(simulator, path);
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(answer.body.toString()).toBe('{"detail":"Throttled"}');
  }
  expect((await control('faults', 'DELETE')).status).toBe(204);
  expect((await ask(simulator, path)).status).toBe(200);
});

test.each([
  { kind: 'delay', ms: 0 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 500, text: 'x', mediaType: 'text/html' },
  { kind: 'reset' },
  { kind: 'reset', handled: true },
  { kind: 'reset-mid-request', bytes: 0 },
  { kind: 'reset-mid-body', bytes: 0 },
  { kind: 'truncate', bytes: 1 },
  { kind: 'short', bytes: 1 },
  { kind: 'hang' },
  { kind: 'stall', bytes: 1 },
  { kind: 'login-page' },
  { kind: 'redirect', status: 302, location: '/' },
  { kind: 'garbage-json' },
  { kind: 'wrong-json', json: null },
  { kind: 'huge-body', bytes: 'endless' },
  { kind: 'huge-body', bytes: 100, status: 500 },
  { kind: 'echo-credential', status: 401 },
  { kind: 'drip', bytes: 1, pauseMs: 1 },
])('takes the fault $kind', async (fault) => {
  const answer = await control('faults', 'POST', { route: 'spectra-analyze.pdf.download', fault });
  expect(answer.body.toString()).toBe('');
  expect(answer.status).toBe(204);
});

test.each([
  ['an unknown route', { route: 'nowhere', fault: { kind: 'hang' } }],
  ['an unknown kind', { route: 'spectra-analyze.pdf.create', fault: { kind: 'explode' } }],
  ['a missing detail', { route: 'spectra-analyze.pdf.create', fault: { kind: 'delay' } }],
  ['an unknown detail', { route: 'spectra-analyze.pdf.create', fault: { kind: 'hang', ms: 1 } }],
  ['a number as text', { route: 'spectra-analyze.pdf.create', fault: { kind: 'delay', ms: '1' } }],
  ['no times', { route: 'spectra-analyze.pdf.create', times: 0, fault: { kind: 'hang' } }],
])('refuses a script with %s', async (_what, script) => {
  const answer = await control('faults', 'POST', script);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body.toString())).toHaveProperty('message');
  await ask(simulator, `/api/pdf/${sha1('a')}/create`);
  expect(simulator.journal.list()).toMatchObject([{ status: 200 }]);
});

test.each([
  ['a misspelt option', { creationSecond: 1 }],
  ['an unknown classification', { classification: 'bad' }],
  ['a negative time', { creationSeconds: -1 }],
])('refuses a sample with %s', async (_what, sample) => {
  expect((await control('spectra-analyze/samples', 'POST', sample)).status).toBe(400);
  expect(simulator.spectraAnalyze.listSamples()).toHaveLength(1);
});

test('refuses to turn the clock back', async () => {
  expect((await control('advance', 'POST', { seconds: -1 })).status).toBe(400);
  expect(() => {
    simulator.advance(-1);
  }).toThrow(RangeError);
});

test('lists the requests to the services, not those to itself', async () => {
  await ask(simulator, `/api/pdf/${sha1('a')}/create`);
  await ask(simulator, `/api/pdf/${sha1('a')}/status`);
  await control('');
  await control('nowhere');
  expect(await controlJson('requests')).toEqual({ requests: simulator.journal.list() });
  expect(await controlJson(`requests?route=spectra-analyze.pdf.status&subject=${sha1('a')}`)).toMatchObject({
    requests: [{ sequence: 2, credential: 'right' }],
  });
  expect(simulator.journal.list()).toHaveLength(2);
  expect((await control('requests?route=nowhere')).status).toBe(400);
});

test('puts everything back as it was', async () => {
  await ask(simulator, `/api/pdf/${sha1('a')}/create`);
  simulator.spectraAnalyze.addSample({ name: 'second' });
  simulator.faults.script({
    route: 'spectra-analyze.pdf.status',
    times: 'always',
    fault: { kind: 'status', status: 500 },
  });
  simulator.advance(1e6);
  expect((await control('reset', 'POST')).status).toBe(204);
  expect(simulator.journal.list()).toEqual([]);
  expect(simulator.spectraAnalyze.listSamples()).toMatchObject([{ name: 'first' }]);
  expect(Math.abs(simulator.now() - Date.now())).toBeLessThan(5000);
  expect(await statusOf(sha1('a'))).toBe(1);
  expect(simulator.journal.list()).toMatchObject([{ sequence: 1 }]);
});
