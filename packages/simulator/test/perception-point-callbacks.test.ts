import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '@security-reports/simulator';
import { malwareMarker, startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { submitted } from './perception-point-client.ts';

interface Arrival {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let simulator: Simulator;
let receiver: Server;
let receiverUrl: string;
let arrivals: Arrival[];
let answer: (response: ServerResponse) => void;
beforeEach(async () => {
  simulator = await startSimulator();
  arrivals = [];
  answer = (response) => response.writeHead(204).end();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { method, url: path, headers } = request;
        arrivals.push({ method, path, headers, text: Buffer.concat(chunks).toString() });
        answer(response);
      });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await simulator.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const submitWithCallback = (fields: Record<string, string> = {}, content = 'x') =>
  submitted(simulator, { callback_url: `${receiverUrl}/hook`, ...fields }, { name: 'x.doc', content });
const arrived = (count: number) => expect.poll(() => arrivals.length).toBe(count);
const logged = (count: number) =>
  expect
    .poll(() => simulator.perceptionPoint.callbacks.filter((sent) => 'status' in sent || 'error' in sent))
    .toHaveLength(count);

describe('the callback', () => {
  test('is JSON about the scan, with the params and the headers of the submission', async () => {
    const scanId = await submitWithCallback(
      {
        callback_url: `${receiverUrl}/hook?id=1`,
        name: 'named.doc',
        callback_params: '{"key1":"value1","n":12345678901234567890}',
        callback_headers: '{"Auth":"the secret","X-Number":5}',
      },
      `a ${malwareMarker}`,
    );
    simulator.advance(2);
    await logged(1);
    expect(arrivals).toHaveLength(1);
    const [{ method, path, headers, text } = { method: '', path: '', headers: {}, text: '' }] = arrivals;
    expect([method, path]).toEqual(['POST', '/hook?id=1']);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      auth: 'the secret',
      'x-number': '5',
    });
    expect(text).toContain('"params":{"key1":"value1","n":12345678901234567890}');
    expect(JSON.parse(text)).toEqual({
      scan_id: scanId,
      name: 'named.doc',
      type: 'File',
      path: 'x.doc',
      verdict: 'MAL',
      evidence: [expect.objectContaining({ verdict: 'MAL', category: 'simulated' })],
      params: expect.anything() as unknown,
    });
  });

  test('has a length of its own, whatever its headers say', async () => {
    const lengths = { 'Transfer-Encoding': 'chunked', 'content-Length': '3' };
    await submitWithCallback({ callback_headers: JSON.stringify(lengths) });
    simulator.advance(2);
    await arrived(1);
    const [{ headers, text } = { headers: {}, text: '' }] = arrivals;
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(JSON.parse(text)).toMatchObject({ type: 'File' });
  });

  test('keeps every digit of an id', async () => {
    simulator.perceptionPoint.configure({ idStyle: 'huge-number' });
    const scanId = await submitWithCallback();
    simulator.advance(2);
    await arrived(1);
    expect(JSON.parse(arrivals[0]?.text ?? '')).toMatchObject({
      scan_id: scanId,
      verdict: 'CLN',
      params: null,
    });
  });

  test('names the path of a file in a storage', async () => {
    await submitted(simulator, { path: 'a/b.doc', callback_url: receiverUrl });
    simulator.advance(2);
    await arrived(1);
    expect(JSON.parse(arrivals[0]?.text ?? '')).toMatchObject({ name: 'b.doc', path: 'a/b.doc' });
  });

  test('comes by itself when the time is there, and not before', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 0.4 });
    await submitWithCallback();
    await logged(1);
    const [{ time } = { time: 0 }] = simulator.perceptionPoint.listSubmissions();
    expect(simulator.perceptionPoint.callbacks[0]?.time).toBeGreaterThanOrEqual(time + 400);
  });

  test('comes when the clock is moved past the end of the scan', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 3600 });
    await submitWithCallback();
    simulator.advance(3000);
    await sleep(50);
    expect(arrivals).toEqual([]);
    simulator.advance(600);
    await arrived(1);
  });

  test('comes for each scan in its turn', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { scanSeconds: 20 } });
    simulator.perceptionPoint.scriptScan({ scan: { scanSeconds: 10 } });
    const slow = await submitWithCallback();
    const quick = await submitWithCallback();
    const ids = () => arrivals.map(({ text }) => (JSON.parse(text) as { scan_id: string }).scan_id);
    simulator.advance(10);
    await arrived(1);
    expect(ids()).toEqual([quick]);
    simulator.advance(10);
    await arrived(2);
    expect(ids()).toEqual([quick, slow]);
  });

  test('waits until the scan says that it has finished, and for its own delay', async () => {
    simulator.perceptionPoint.scriptScan({
      scan: { finishedAtLagSeconds: 3000, callbackDelaySeconds: 5000 },
    });
    await submitWithCallback();
    simulator.advance(7500);
    await sleep(50);
    expect(arrivals).toEqual([]);
    simulator.advance(502);
    await arrived(1);
  });

  test('may be repeated, one after another', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { callbackTimes: 3 } });
    await submitWithCallback();
    simulator.advance(2);
    await logged(3);
    expect(new Set(arrivals.map(({ text }) => text)).size).toBe(1);
    expect(simulator.perceptionPoint.callbacks.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('does not come when there is no need, or it is told not to', async () => {
    simulator.perceptionPoint.scriptScan({ name: 'lost', scan: { callbackTimes: 0 } });
    simulator.perceptionPoint.scriptScan({ name: 'endless', scan: { scanSeconds: 'never' } });
    await submitWithCallback({ name: 'lost' });
    await submitWithCallback({ name: 'endless' });
    await submitted(simulator, { path: 'without a callback' });
    await submitWithCallback({ name: 'last' });
    simulator.advance(1e8);
    await logged(1);
    expect(arrivals.map(({ text }) => (JSON.parse(text) as { name: string }).name)).toEqual(['last']);
  });

  test('may be due later than a timer can wait', async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on('warning', keep);
    simulator.perceptionPoint.configure({ scanSeconds: 1e7 });
    await submitWithCallback();
    await sleep(50);
    process.off('warning', keep);
    expect(warnings).toEqual([]);
    expect(arrivals).toEqual([]);
    simulator.advance(1e7);
    await arrived(1);
  });
});

describe('what was sent', () => {
  test('is listed, without what is secret', async () => {
    const scanId = await submitWithCallback({
      callback_url: `${receiverUrl}/hook?sig=signature`,
      callback_headers: '{"Auth":"header-secret"}',
    });
    simulator.advance(2);
    await logged(1);
    const { callbacks } = simulator.perceptionPoint;
    expect(callbacks).toEqual([
      {
        scanId,
        url: `${receiverUrl}/hook`,
        attempt: 1,
        time: expect.any(Number) as number,
        headerNames: ['Auth'],
        body: arrivals[0]?.text,
        status: 204,
      },
    ]);
    const [{ time } = { time: 0 }] = simulator.perceptionPoint.listSubmissions();
    expect(callbacks[0]?.time).toBeGreaterThanOrEqual(time + 2000);
    const shown = JSON.stringify([callbacks, simulator.journal.list()]);
    expect(shown).not.toContain('header-secret');
    expect(shown).not.toContain('signature');
  });

  test.each([200, 404, 500])('is listed with the status %i', async (status) => {
    answer = (response) => response.writeHead(status).end('some text');
    await submitWithCallback();
    simulator.advance(2);
    await logged(1);
    expect(simulator.perceptionPoint.callbacks).toMatchObject([{ status }]);
  });

  test('goes no further than a redirect', async () => {
    answer = (response) => response.writeHead(307, { location: `${receiverUrl}/elsewhere` }).end();
    await submitWithCallback();
    simulator.advance(2);
    await logged(1);
    await sleep(50);
    expect(arrivals.map(({ path }) => path)).toEqual(['/hook']);
    expect(simulator.perceptionPoint.callbacks).toMatchObject([{ status: 307 }]);
  });
});

describe('a callback that cannot be delivered', () => {
  test.each([
    ['nobody listens', { callback_url: 'http://127.0.0.1:9/' }, 'ECONNREFUSED'],
    ['there is no address', { callback_url: 'no url' }, 'not an http(s) URL'],
    ['it is no web address', { callback_url: 'ftp://localhost/' }, 'not an http(s) URL'],
    [
      'a header has no name',
      { callback_headers: '{"":"header-secret"}' },
      'callback_headers that cannot be sent',
    ],
    [
      'a name is none',
      { callback_headers: '{"a b":"header-secret"}' },
      'callback_headers that cannot be sent',
    ],
    [
      'a value is none',
      { callback_headers: '{"a":"header-secret\\u0000"}' },
      'callback_headers that cannot be sent',
    ],
  ])('is listed with the reason, and hurts nobody: %s', async (_what, fields, error) => {
    await submitWithCallback(fields);
    simulator.advance(2);
    await logged(1);
    const { callbacks } = simulator.perceptionPoint;
    expect(callbacks).toMatchObject([{ error }]);
    expect(callbacks[0]).not.toHaveProperty('status');
    expect(JSON.stringify(callbacks)).not.toContain('header-secret');
    await submitWithCallback();
    simulator.advance(2);
    await logged(2);
  });

  test('ends when its connection does', async () => {
    answer = (response) => response.destroy();
    await submitWithCallback();
    simulator.advance(2);
    await logged(1);
    expect(simulator.perceptionPoint.callbacks).toMatchObject([{ error: 'ECONNRESET' }]);
  });

  test('is not even tried when the receiver is another machine, unless that is allowed', async () => {
    const callback_url = 'http://receiver.invalid/';
    await submitWithCallback({ callback_url });
    simulator.advance(2);
    await logged(1);
    simulator.perceptionPoint.configure({ callbackHosts: ['receiver.invalid'] });
    await submitWithCallback({ callback_url });
    simulator.advance(2);
    await logged(2);
    const [refused, tried] = simulator.perceptionPoint.callbacks;
    expect(refused?.error).toContain('callbackHosts');
    expect(tried?.error).toMatch(/^E[A-Z_]+$/);
  });
});

describe('callbacks to come', () => {
  test('are forgotten by a reset, and so are those that were sent', async () => {
    await submitWithCallback();
    simulator.advance(2);
    await logged(1);
    await submitWithCallback();
    simulator.reset();
    simulator.advance(100);
    await sleep(50);
    expect(simulator.perceptionPoint.callbacks).toEqual([]);
    expect(arrivals).toHaveLength(1);
  });

  test('are not sent once the simulator is closed', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 3600 });
    await submitWithCallback();
    await simulator.close();
    simulator.advance(3600);
    await sleep(50);
    expect(arrivals).toEqual([]);
  });

  test('are ended by closing while they wait for their answer', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    answer = (response) => {
      response.on('close', () => {
        resolve(undefined);
      });
    };
    simulator.perceptionPoint.scriptScan({ scan: { callbackTimes: 2 } });
    await submitWithCallback();
    simulator.advance(2);
    await arrived(1);
    await simulator.close();
    await promise;
    await sleep(50);
    expect(arrivals).toHaveLength(1);
  });
});
