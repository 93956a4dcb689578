import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, begin, jsonOf } from './client.ts';
import {
  credential,
  list,
  megabytes,
  multipart,
  stream,
  submit,
  submitted,
} from './perception-point-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const route = 'perception-point.files.submit';
const file = { name: 'x.doc', content: 'content' };
/** Only once a connection has ended, and the simulator has seen it, is it certain how. */
const connectionsEnded = async () => {
  await simulator.close();
  await sleep(50);
};
const submissions = () => simulator.perceptionPoint.listSubmissions().length;

describe('on a submission', () => {
  /** Sends a file of 200 MB, as long as there is no answer. */
  const upload = (fault: Fault) => {
    simulator.faults.script({ route, fault });
    return stream(simulator, multipart(megabytes(200)), credential(simulator));
  };

  test.each<[string, Fault, object]>([
    [
      'the page of a proxy for what is too large',
      { kind: 'status', status: 413, text: '<h1>413 Request Entity Too Large</h1>', mediaType: 'text/html' },
      {
        status: 413,
        text: '<h1>413 Request Entity Too Large</h1>',
        headers: { 'content-type': 'text/html' },
      },
    ],
    [
      'a 429 that says when to come again',
      { kind: 'status', status: 429, headers: { 'retry-after': '7' }, json: { detail: 'Throttled' } },
      { status: 429, headers: { 'retry-after': '7' }, text: '{"detail":"Throttled"}' },
    ],
    ['a bare 503', { kind: 'status', status: 503 }, { status: 503, text: '' }],
    [
      'a redirect',
      { kind: 'redirect', status: 307, location: 'https://elsewhere.example/' },
      { status: 307, headers: { location: 'https://elsewhere.example/' } },
    ],
    ['a login page', { kind: 'login-page' }, { status: 200 }],
    ['garbage', { kind: 'garbage-json' }, { status: 200 }],
    ['other JSON', { kind: 'wrong-json', json: { id: 1 } }, { status: 200, text: '{"id":1}' }],
    ['a large error', { kind: 'huge-body', bytes: 100_000, status: 500 }, { status: 500 }],
  ])('an answer that needs no upload does not wait for it: %s', async (_what, fault, answer) => {
    const received = await upload(fault);
    expect(received).toMatchObject({ ...answer, error: undefined });
    expect(received.headers.connection).toBe('close');
    expect(received.sent).toBeLessThan(100_000_000);
    expect(submissions()).toBe(0);
    await connectionsEnded();
    expect(simulator.journal.list()).toMatchObject([
      { route, subjects: [], fault: fault.kind, aborted: false },
    ]);
  });

  test('an early answer reaches also those who send everything before they look', async () => {
    simulator.faults.script({ route, fault: { kind: 'status', status: 503, text: 'later' } });
    const bytes = 30_000_000;
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1').pause();
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    socket.write(`POST /api/v1/files/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`);
    await new Promise((done) => socket.write(Buffer.alloc(bytes), done));
    let received = '';
    for await (const chunk of socket) received += String(chunk);
    expect(errors).toEqual([]);
    expect(received).toMatch(/^HTTP\/1\.1 503 [^]*\r\n\r\nlater$/);
    expect(submissions()).toBe(0);
  });

  test('an early refusal by the service does not wait either', async () => {
    const received = await stream(simulator, multipart(megabytes(200)));
    expect(received).toMatchObject({ status: 401, error: undefined });
    expect(received.headers.connection).toBe('close');
    expect(received.sent).toBeLessThan(100_000_000);
  });

  test('a connection is kept when the upload was read', async () => {
    const answer = await submit(simulator, {}, file);
    expect(answer.headers.get('connection')).not.toBe('close');
    simulator.faults.script({ route, fault: { kind: 'status', status: 503 } });
    expect((await submit(simulator, { path: 'x' })).headers.get('connection')).not.toBe('close');
  });

  test('reset keeps the submission from the service', async () => {
    const received = await upload({ kind: 'reset' });
    expect(received.status).toBeUndefined();
    expect(received.error).toMatch(/^ECONNRESET|EPIPE$/);
    expect(submissions()).toBe(0);
    expect(await list(simulator)).toMatchObject({ count: 0 });
  });

  test('reset, but handled: the submission was taken', async () => {
    simulator.faults.script({ route, fault: { kind: 'reset', handled: true } });
    const received = await stream(simulator, multipart(megabytes(3)), credential(simulator));
    expect(received).toMatchObject({ status: undefined, error: 'ECONNRESET' });
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([{ file: { size: 3_000_000 } }]);
    expect(await list(simulator)).toMatchObject({ count: 1 });
    await connectionsEnded();
    expect(simulator.journal.list()[0]).toMatchObject({ fault: 'reset', aborted: false });
  });

  test('reset-mid-request resets while the upload is received', async () => {
    const received = await upload({ kind: 'reset-mid-request', bytes: 20_000_000 });
    expect(received.status).toBeUndefined();
    expect(received.error).toMatch(/^ECONNRESET|EPIPE$/);
    expect(received.sent).toBeGreaterThanOrEqual(19_000_000);
    expect(received.sent).toBeLessThan(150_000_000);
    expect(submissions()).toBe(0);
    await connectionsEnded();
    const [entry] = simulator.journal.list();
    expect(entry).toMatchObject({ fault: 'reset-mid-request', aborted: false });
    expect(entry).not.toHaveProperty('status');
  });

  test('reset-mid-request resets at the end of what has fewer bytes', async () => {
    simulator.faults.script({ route, fault: { kind: 'reset-mid-request', bytes: 1e9 } });
    const received = await stream(simulator, multipart(megabytes(1)), credential(simulator));
    expect(received).toMatchObject({ status: undefined, error: 'ECONNRESET' });
    expect(received.sent).toBeGreaterThan(1_000_000);
    simulator.faults.script({ route, fault: { kind: 'reset-mid-request', bytes: 1 } });
    await expect(submit(simulator, { path: 'x' })).rejects.toThrow('fetch failed');
    expect(submissions()).toBe(0);
  });

  test('reset-mid-request outlives a client that goes away first', async () => {
    simulator.faults.script({ route, fault: { kind: 'reset-mid-request', bytes: 1e9 } });
    await stream(simulator, multipart(megabytes(5)), { ...credential(simulator), stopAfter: 2_000_000 });
    expect((await submit(simulator, {}, file)).status).toBe(200);
  });

  test.each<Fault>([
    { kind: 'reset-mid-body', bytes: 5 },
    { kind: 'truncate', bytes: 5 },
    { kind: 'short', bytes: 5 },
  ])('an answer that is cut tells of a submission that was taken: $kind', async (fault) => {
    simulator.faults.script({ route, fault });
    const received = await stream(simulator, multipart(megabytes(1)), credential(simulator));
    expect(received.status).toBe(200);
    expect(() => JSON.parse(received.text) as unknown).toThrow(SyntaxError);
    expect(submissions()).toBe(1);
  });

  test('delay and drip change nothing but the time', async () => {
    for (const fault of [
      { kind: 'delay', ms: 100 },
      { kind: 'drip', bytes: 4, pauseMs: 20 },
    ] as const) {
      const began = performance.now();
      simulator.faults.script({ route, fault });
      expect(await submitted(simulator, {}, file)).toMatch(/^\d+$/);
      expect(performance.now() - began).toBeGreaterThan(75);
    }
    expect(submissions()).toBe(2);
  });

  test.each<Fault>([{ kind: 'hang' }, { kind: 'stall', bytes: 3 }])(
    '$kind lasts until the end',
    async (fault) => {
      simulator.faults.script({ route, fault });
      const waiting = submit(simulator, {}, file).then((answer) => answer.text());
      await expect.poll(() => simulator.journal.list()).toMatchObject([{ fault: fault.kind }]);
      await expect.poll(submissions).toBe(fault.kind === 'stall' ? 1 : 0);
      await simulator.close();
      await expect(waiting).rejects.toThrow(/fetch failed|terminated/);
    },
  );

  test('echo-credential repeats the header, and the journal does not', async () => {
    simulator.faults.script({ route, fault: { kind: 'echo-credential', status: 403 } });
    const received = await stream(simulator, multipart(megabytes(1)), credential(simulator));
    expect(received.text).toContain(simulator.perceptionPoint.token);
    expect(JSON.stringify(simulator.journal.list())).not.toContain(simulator.perceptionPoint.token);
  });
});

describe('on the list and the sign of life', () => {
  test.each(['perception-point.scans.list', 'perception-point.health'] as const)('%s', async (name) => {
    const path = name === 'perception-point.health' ? '/health_check' : '/api/v1/scans/list/';
    const { authorization } = credential(simulator);
    const get = () => ask(simulator, path, { authorization });
    const usual = (await get()).body;
    const fault = (what: Fault) => {
      simulator.faults.script({ route: name, fault: what });
      return get();
    };
    expect(await fault({ kind: 'status', status: 502, text: 'x' })).toMatchObject({ status: 502 });
    expect(await fault({ kind: 'reset' })).toMatchObject({ error: 'ECONNRESET' });
    expect(await fault({ kind: 'reset', handled: true })).toMatchObject({ error: 'ECONNRESET' });
    expect(await fault({ kind: 'reset-mid-request', bytes: 1 })).toMatchObject({ error: 'ECONNRESET' });
    expect(await fault({ kind: 'reset-mid-body', bytes: 3 })).toMatchObject({ error: 'ECONNRESET' });
    expect(await fault({ kind: 'truncate', bytes: 3 })).toMatchObject({ status: 200, error: 'ECONNRESET' });
    expect((await fault({ kind: 'short', bytes: 3 })).body).toHaveLength(3);
    expect(await fault({ kind: 'redirect', status: 302, location: '/x' })).toMatchObject({ status: 302 });
    expect((await fault({ kind: 'login-page' })).body.toString()).toContain('<form');
    expect(jsonOf(await fault({ kind: 'wrong-json', json: [] }))).toEqual([]);
    const garbage = await fault({ kind: 'garbage-json' });
    expect(() => jsonOf(garbage)).toThrow(SyntaxError);
    expect((await fault({ kind: 'huge-body', bytes: 1000 })).body).toHaveLength(1000);
    expect((await fault({ kind: 'echo-credential', status: 400 })).body.toString()).toContain(authorization);
    expect((await fault({ kind: 'delay', ms: 1 })).body).toEqual(usual);
    expect((await fault({ kind: 'drip', bytes: 5, pauseMs: 1 })).body).toEqual(usual);
    expect(await get()).toMatchObject({ status: 200, body: usual });

    simulator.faults.script({ route: name, fault: { kind: 'stall', bytes: 2 } });
    simulator.faults.script({ route: name, fault: { kind: 'hang' } });
    const stalled = begin(simulator, path, { authorization });
    expect(await stalled.received(2)).toHaveLength(2);
    const hanging = begin(simulator, path, { authorization });
    await expect.poll(() => simulator.journal.list().at(-1)).toMatchObject({ route: name, fault: 'hang' });
    expect([stalled.settled(), hanging.settled()]).toEqual([false, false]);
    stalled.abort();
    hanging.abort();
  });
});
