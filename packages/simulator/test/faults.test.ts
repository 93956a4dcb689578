import { connect } from 'node:net';
import type { Fault, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, askJson, begin, jsonOf } from './client.ts';

let simulator: Simulator;
let hash: string;
let whole: Buffer;
beforeEach(async () => {
  simulator = await startSimulator();
  hash = simulator.spectraAnalyze.addSample({
    creationSeconds: 0,
    expirySeconds: 1e6,
    pdfBytes: 200_000,
  }).sha1;
  await ask(simulator, path('create'));
  whole = (await ask(simulator, path('download'))).body;
});
afterEach(() => simulator.close());

const path = (call: string) => `/api/pdf/${hash}/${call}`;

/** Scripts the fault for the next download and asks for it. */
function downloadWith(fault: Fault) {
  simulator.faults.script({ route: 'spectra-analyze.pdf.download', fault });
  return ask(simulator, path('download'));
}

describe('a fault that shapes the usual answer', () => {
  test('delay waits first', async () => {
    const began = performance.now();
    const answer = await downloadWith({ kind: 'delay', ms: 100 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(99);
    expect(answer.body.equals(whole)).toBe(true);
  });

  test('short cuts the body and announces what it sends', async () => {
    const answer = await downloadWith({ kind: 'short', bytes: 1000 });
    expect(answer).toMatchObject({ status: 200, error: undefined });
    expect(answer.headers['content-length']).toBe('1000');
    expect(answer.body.equals(whole.subarray(0, 1000))).toBe(true);
  });

  test('short leaves a body alone that is shorter still', async () => {
    const answer = await downloadWith({ kind: 'short', bytes: 1e9 });
    expect(answer.headers['content-length']).toBe(String(whole.length));
    expect(answer.body.equals(whole)).toBe(true);
  });

  test('truncate announces the whole and closes early', async () => {
    const answer = await downloadWith({ kind: 'truncate', bytes: 100_000 });
    expect(answer.headers['content-length']).toBe(String(whole.length));
    expect(answer.body.equals(whole.subarray(0, 100_000))).toBe(true);
    expect(answer.error).toBe('ECONNRESET');
  });

  test('reset-mid-body announces the whole and resets', async () => {
    const answer = await downloadWith({ kind: 'reset-mid-body', bytes: 5000 });
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeLessThanOrEqual(5000);
    expect(answer.error).toBe('ECONNRESET');
  });

  test('stall sends a part and then nothing more', async () => {
    simulator.faults.script({
      route: 'spectra-analyze.pdf.download',
      fault: { kind: 'stall', bytes: 70_000 },
    });
    const stalled = begin(simulator, path('download'));
    expect((await stalled.received(70_000)).equals(whole.subarray(0, 70_000))).toBe(true);
    await ask(simulator, path('download'));
    expect(stalled.settled()).toBe(false);
    await simulator.close();
    const outcome = await stalled.outcome;
    expect(outcome.headers['content-length']).toBe(String(whole.length));
    expect(outcome.body.length).toBe(70_000);
    expect(outcome.error).toBe('ECONNRESET');
  });

  test('stall can stop after the headers', async () => {
    simulator.faults.script({ route: 'spectra-analyze.pdf.download', fault: { kind: 'stall', bytes: 0 } });
    const stalled = begin(simulator, path('download'));
    expect(await stalled.received(0)).toHaveLength(0);
    stalled.abort();
  });

  test('drip sends the body in pieces with pauses', async () => {
    const { body: usual } = await ask(simulator, path('status'));
    simulator.faults.script({
      route: 'spectra-analyze.pdf.status',
      fault: { kind: 'drip', bytes: 10, pauseMs: 5 },
    });
    const began = performance.now();
    const answer = await ask(simulator, path('status'));
    const pauses = Math.ceil(usual.length / 10);
    expect(performance.now() - began).toBeGreaterThanOrEqual(pauses * 4);
    expect(answer.pieces).toBeGreaterThan(1);
    expect(answer.body.equals(usual)).toBe(true);
  });
});

describe('a fault that replaces the answer', () => {
  test('status can be bare', async () => {
    const answer = await downloadWith({ kind: 'status', status: 503 });
    expect(answer).toMatchObject({ status: 503, error: undefined });
    expect(answer.body).toHaveLength(0);
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  test('status knows which statuses have no body', async () => {
    const answer = await downloadWith({ kind: 'status', status: 204 });
    expect(answer).toMatchObject({ status: 204, error: undefined });
    expect(answer.headers).not.toHaveProperty('content-length');
  });

  test('status can carry headers and text', async () => {
    const answer = await downloadWith({
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' },
      text: 'Slow down.',
    });
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('Wed, 21 Oct 2026 07:28:00 GMT');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body.toString()).toBe('Slow down.');
  });

  test('status can carry JSON of any media type', async () => {
    const json = { errors: [{ code: 'x' }] };
    expect(jsonOf(await downloadWith({ kind: 'status', status: 400, json }))).toEqual(json);
    const odd = await downloadWith({
      kind: 'status',
      status: 400,
      json: 'bare',
      mediaType: 'application/problem+json',
    });
    expect(odd.headers['content-type']).toBe('application/problem+json');
    expect(jsonOf(odd)).toBe('bare');
  });

  test('reset ends the connection without an answer', async () => {
    expect(await downloadWith({ kind: 'reset' })).toMatchObject({ status: undefined, error: 'ECONNRESET' });
  });

  test('reset keeps the request from the service, unless it is to be handled', async () => {
    const other = simulator.spectraAnalyze.addSample({ creationSeconds: 10 }).sha1;
    for (const [handled, status] of [
      [false, 1],
      [true, 0],
    ] as const) {
      simulator.faults.script({ route: 'spectra-analyze.pdf.create', fault: { kind: 'reset', handled } });
      expect((await ask(simulator, `/api/pdf/${other}/create`)).error).toBe('ECONNRESET');
      expect(await askJson(simulator, `/api/pdf/${other}/status`)).toMatchObject({ status });
    }
  });

  test('hang never answers, until the simulator is closed', async () => {
    simulator.faults.script({ route: 'spectra-analyze.pdf.download', fault: { kind: 'hang' } });
    const hanging = begin(simulator, path('download'));
    await expect.poll(() => simulator.journal.list().at(-1)?.fault).toBe('hang');
    expect((await ask(simulator, path('download'))).status).toBe(200);
    expect(hanging.settled()).toBe(false);
    await simulator.close();
    expect(await hanging.outcome).toMatchObject({ status: undefined, error: 'ECONNRESET' });
  });

  test('login-page is an HTML form with status 200', async () => {
    const answer = await downloadWith({ kind: 'login-page' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body.toString()).toContain('<form');
  });

  test('redirect may lead to another origin', async () => {
    const location = 'https://elsewhere.example/report.pdf';
    const answer = await downloadWith({ kind: 'redirect', status: 307, location });
    expect(answer).toMatchObject({ status: 307, headers: { location } });
  });

  test('garbage-json is announced as JSON and is none', async () => {
    const answer = await downloadWith({ kind: 'garbage-json' });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(() => jsonOf(answer)).toThrow(SyntaxError);
  });

  test('wrong-json is the JSON of the script', async () => {
    const answer = await downloadWith({ kind: 'wrong-json', json: [1, { two: null }] });
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual([1, { two: null }]);
  });

  test('huge-body is JSON of the given size', async () => {
    const answer = await downloadWith({ kind: 'huge-body', bytes: 300_000, status: 500 });
    expect(answer.status).toBe(500);
    expect(answer.headers['content-length']).toBe('300000');
    expect(answer.body).toHaveLength(300_000);
    expect(jsonOf(answer)).toHaveProperty('detail');
  });

  test('huge-body can be without an end', async () => {
    simulator.faults.script({
      route: 'spectra-analyze.pdf.download',
      fault: { kind: 'huge-body', bytes: 'endless' },
    });
    const endless = begin(simulator, path('download'));
    await endless.received(5_000_000);
    endless.abort();
    const { headers } = await endless.outcome;
    expect(headers).not.toHaveProperty('content-length');
    await expect.poll(() => simulator.journal.list().at(-1)?.aborted).toBe(true);
  });

  test('echo-credential repeats the header', async () => {
    const answer = await downloadWith({ kind: 'echo-credential', status: 403 });
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toContain(`Token ${simulator.spectraAnalyze.token}`);
  });
});

describe('on the wire', () => {
  /** Asks on a plain socket, and tells how it ended: `end` for a FIN, else the error's code. */
  const endOf = (fault: Fault, wanted: string) =>
    new Promise<string>((resolve) => {
      simulator.faults.script({ route: 'spectra-analyze.pdf.status', fault });
      let received = '';
      const { port } = new URL(simulator.url);
      connect(Number(port), '127.0.0.1')
        .on('data', (data) => (received += data.toString()))
        .on('end', () => {
          resolve(received.endsWith(wanted) ? 'end' : received);
        })
        .on('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code ?? error.message);
        })
        .write(
          `GET ${path('status')} HTTP/1.1\r\nHost: a\r\n` +
            `Authorization: Token ${simulator.spectraAnalyze.token}\r\n\r\n`,
        );
    });

  test('reset and reset-mid-body are resets', async () => {
    expect(await endOf({ kind: 'reset' }, '')).toBe('ECONNRESET');
    expect(await endOf({ kind: 'reset-mid-body', bytes: 3 }, '')).toBe('ECONNRESET');
  });

  test('truncate is an orderly close, though the connection was to be kept alive', async () => {
    expect(await endOf({ kind: 'truncate', bytes: 3 }, '\r\n\r\n{"s')).toBe('end');
  });
});

describe('a script', () => {
  const statuses = async (count: number, call = 'status') => {
    const seen: (number | undefined)[] = [];
    for (let i = 0; i < count; i += 1) seen.push((await ask(simulator, path(call))).status);
    return seen;
  };
  const fault = { kind: 'status', status: 503 } as const;
  const route = 'spectra-analyze.pdf.status';

  test('hits one request unless told otherwise', async () => {
    simulator.faults.script({ route, fault });
    expect(await statuses(2)).toEqual([503, 200]);
  });

  test('hits as many requests as it says, after letting some pass', async () => {
    simulator.faults.script({ route, fault, after: 1, times: 2 });
    expect(await statuses(4)).toEqual([200, 503, 503, 200]);
  });

  test.each([Infinity, 'always'] as const)('can go on for ever (%s), until it is cleared', async (times) => {
    simulator.faults.script({ route, fault, times });
    expect(await statuses(4)).toEqual([503, 503, 503, 503]);
    simulator.faults.clear();
    expect(await statuses(1)).toEqual([200]);
  });

  test('follows the one before it', async () => {
    simulator.faults.script({ route, fault, times: 2 });
    simulator.faults.script({ route, fault: { kind: 'status', status: 429 } });
    expect(await statuses(4)).toEqual([503, 503, 429, 200]);
  });

  test('hits its route only', async () => {
    simulator.faults.script({ route: 'spectra-analyze.pdf.create', fault });
    expect(await statuses(1)).toEqual([200]);
    expect(await statuses(1, 'create')).toEqual([503]);
  });

  test('hits its subject only, in any letter case', async () => {
    simulator.faults.script({ route, fault, subject: hash.toUpperCase() });
    const other = simulator.spectraAnalyze.addSample().sha1;
    expect((await ask(simulator, `/api/pdf/${other}/status`)).status).toBe(200);
    expect(await statuses(1)).toEqual([503]);
  });

  test('finds its subject among several', async () => {
    simulator.faults.script({ route: 'spectra-analyze.samples.status', fault, subject: hash });
    const form = new URLSearchParams([
      ['hash_values', '0'.repeat(40)],
      ['hash_values', hash],
    ]);
    expect((await ask(simulator, '/api/samples/status/', { method: 'POST', form })).status).toBe(503);
  });

  test('hits the classification too', async () => {
    simulator.faults.script({ route: 'spectra-analyze.samples.classification', fault, subject: hash });
    expect((await ask(simulator, `/api/samples/v3/${hash}/classification/`)).status).toBe(503);
  });

  test('acts before the token is checked', async () => {
    simulator.faults.script({ route, fault });
    expect((await ask(simulator, path('status'), { authorization: null })).status).toBe(503);
  });

  test('that cannot be carried out answers 500 and says why', async () => {
    const answer = await downloadWith({ kind: 'redirect', status: 302, location: 'a\nb' });
    expect(answer.status).toBe(500);
    expect(answer.body.toString()).toContain('ERR_INVALID_CHAR');
  });
});
