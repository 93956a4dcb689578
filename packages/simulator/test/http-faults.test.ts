import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { Fault, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask } from './client.ts';

const route = 'spectra-analyze.pdf.download';
let simulator: Simulator;
let path: string;
let whole: Buffer;
beforeEach(async () => {
  simulator = await startSimulator();
  const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 5000 });
  await ask(simulator, `/api/pdf/${sha1}/create`);
  path = `/api/pdf/${sha1}/download`;
  whole = (await ask(simulator, path)).body;
});
afterEach(() => simulator.close());

function downloadWith(fault: Fault, headers: Readonly<Record<string, string>> = {}) {
  simulator.faults.script({ route, fault });
  return ask(simulator, path, { headers });
}

test('interim answers come in their order before the usual one', async () => {
  simulator.faults.script({ route, fault: { kind: 'interim', statuses: [100, 103, 102, 103] } });
  const { promise: answered, resolve } = Promise.withResolvers<number | undefined>();
  const interim: string[] = [];
  const asked = request(simulator.url + path, {
    headers: { authorization: `Token ${simulator.spectraAnalyze.token}` },
  });
  asked.on('continue', () => interim.push('100'));
  asked.on('information', ({ statusCode }) => {
    if (statusCode !== 100) interim.push(String(statusCode));
  });
  asked.on('response', (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  asked.end();
  expect(await answered).toBe(200);
  expect(interim).toEqual(['100', '103', '102', '103']);
});

describe('an encoded answer', () => {
  test.each([
    ['gzip', 'gzip', gunzipSync],
    ['deflate', 'deflate', inflateSync],
    ['raw-deflate', 'deflate', inflateRawSync],
    ['br', 'br', brotliDecompressSync],
  ] as const)('in %s says so, with the length of what is sent', async (encoding, announced, decode) => {
    const { headers, body } = await downloadWith(
      { kind: 'encoded', encoding },
      { 'accept-encoding': 'identity' },
    );
    expect(headers).toMatchObject({
      'content-encoding': announced,
      'content-length': String(body.length),
      'content-type': 'application/pdf',
    });
    expect(decode(body).equals(whole)).toBe(true);
  });

  test('can be cut', async () => {
    const { headers, body, error } = await downloadWith({ kind: 'encoded', encoding: 'gzip', bytes: 100 });
    expect(error).toBeUndefined();
    expect(headers['content-length']).toBe('100');
    expect(body).toHaveLength(100);
  });
});

test('a part of an answer is 206, and says which part it is', async () => {
  const { status, headers, body } = await downloadWith({ kind: 'partial', bytes: 100 });
  expect(status).toBe(206);
  expect(headers['content-range']).toBe(`bytes 0-99/${whole.length}`);
  expect(body.equals(whole.subarray(0, 100))).toBe(true);
});

describe('a server that negotiates', () => {
  const fault: Fault = { kind: 'negotiate', offers: ['application/json', 'text/html'] };

  test.each(['*/*', 'application/json', 'text/*', 'application/pdf, */*;q=0.1', 'Application/JSON;q=0.5'])(
    'answers as usual when the request accepts %s',
    async (accept) => {
      expect((await downloadWith(fault, { accept })).status).toBe(200);
    },
  );

  test.each([
    'application/pdf',
    'image/*',
    'application/json;q=0',
    '*/*, application/json;q=0, text/html;q=0.0',
  ])('answers 406 when the request accepts only %s', async (accept) => {
    const { status, body } = await downloadWith(fault, { accept });
    expect(status).toBe(406);
    expect(JSON.parse(body.toString())).toEqual({
      detail: 'Could not satisfy the request Accept header.',
    });
  });

  test('answers as usual when the request does not say what it accepts', async () => {
    expect((await downloadWith(fault)).status).toBe(200);
  });
});

test.each([204, 206, 226, 300, 304, 306, 402, 413, 421, 451, 499, 505, 511, 524])(
  'status %i can be sent with any body',
  async (status) => {
    const answer = await downloadWith({ kind: 'status', status, text: 'any', mediaType: 'text/csv' });
    expect(answer).toMatchObject({ status, error: undefined });
    expect(answer.body.toString()).toBe(status === 204 || status === 304 ? '' : 'any');
  },
);

test.each<[Fault, number]>([
  [{ kind: 'interim', statuses: [103] }, 204],
  [{ kind: 'interim', statuses: [] }, 400],
  [{ kind: 'encoded', encoding: 'br', bytes: 0 }, 204],
  [{ kind: 'encoded', encoding: 'zstd' as 'br' }, 400],
  [{ kind: 'partial', bytes: 10 }, 204],
  [{ kind: 'partial' } as unknown as Fault, 400],
  [{ kind: 'negotiate', offers: ['application/json'] }, 204],
  [{ kind: 'negotiate', offers: [] }, 400],
])('the control API answers the fault %j with %i', async (fault, status) => {
  const json = { route, fault };
  expect((await ask(simulator, '/_simulator/faults', { method: 'POST', json })).status).toBe(status);
});
