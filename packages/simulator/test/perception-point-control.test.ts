import type { Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { list, submit, submitted } from './perception-point-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const call = async (path: string, method = 'GET', json?: unknown) => {
  const answer = await fetch(`${simulator.url}/_simulator/${path}`, {
    method,
    ...(json !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
};
const control = (path: string, method?: string, json?: unknown) =>
  call(`perception-point/${path}`, method, json);

test('the token is told', async () => {
  expect(await call('')).toMatchObject({
    status: 200,
    json: { perceptionPoint: { token: simulator.perceptionPoint.token } },
  });
});

test('a script says how scans go', async () => {
  const script = {
    name: 'x.doc',
    sha256: '2D711642B726B04401627CA9FBAC32F5C8530FB1903CC4DB02258717921A4881',
    after: 1,
    times: 'always',
    scan: {
      scanSeconds: 0,
      verdict: 'SUS',
      evidence: [{ a: 1 }, 'b'],
      listLagSeconds: 0,
      finishedAtLagSeconds: 0,
      listedAs: 'root_scan_id',
      parts: [{ verdict: 'BLK', scanSeconds: 0 }],
      rootSummary: false,
      callbackTimes: 0,
      callbackDelaySeconds: 0,
    },
  };
  expect(await control('scripts', 'POST', script)).toEqual({ status: 204, json: undefined });
  for (let i = 0; i < 2; i += 1) await submitted(simulator, {}, { name: 'x.doc', content: 'x' });
  simulator.advance(2);
  const { results } = await list(simulator);
  expect(results.map((row) => row['verbose_verdict'])).toEqual(['BLK', 'CLN']);
});

test('a scan is added, whose content may be text or base64', async () => {
  const added = await control('scans', 'POST', {
    id: 5,
    content: 'abc',
    createdSecondsAgo: 10,
    origin: 'email',
  });
  expect(added).toEqual({ status: 201, json: { scanId: '5' } });
  const contentBase64 = Buffer.from([0, 255]).toString('base64');
  expect(await control('scans', 'POST', { id: 'text', contentBase64, verdict: 'MAL' })).toMatchObject({
    status: 201,
  });
  expect((await list(simulator)).results).toMatchObject([
    { id: 5, origin: 'email', sample: { file_size: 3 } },
    { id: 'text', origin: 'api', verbose_verdict: 'MAL', sample: { file_size: 2 } },
  ]);
});

test('settings are changed one by one', async () => {
  expect(await control('settings', 'PATCH', { licensed: false, idStyle: 'string' })).toEqual({
    status: 204,
    json: undefined,
  });
  expect((await submit(simulator, { path: 'x' })).status).toBe(403);
  await control('settings', 'PATCH', {
    licensed: true,
    scanSeconds: 'never',
    pageSize: 2,
    nextOrigin: 'https://elsewhere.example',
    mostBytes: 5,
    callbackHosts: ['n8n'],
  });
  expect(await submitted(simulator, { path: 'x' })).toContain('_1_');
  expect((await submit(simulator, {}, { name: 'x', content: '123456' })).status).toBe(413);
});

test('submissions and callbacks are listed', async () => {
  const callback_url = 'http://127.0.0.1:9/';
  const scanId = await submitted(simulator, { path: 'x', callback_url });
  expect((await control('submissions')).json).toEqual({
    submissions: simulator.perceptionPoint.listSubmissions(),
  });
  simulator.advance(2);
  await expect
    .poll(async () => (await control('callbacks')).json)
    .toMatchObject({ callbacks: [{ scanId, url: callback_url, error: 'ECONNREFUSED' }] });
});

test('a reset brings everything back', async () => {
  await control('settings', 'PATCH', { licensed: false });
  await control('scripts', 'POST', { scan: { verdict: 'MAL' } });
  await control('scans', 'POST', {});
  await call('reset', 'POST');
  expect((await control('submissions')).json).toEqual({ submissions: [] });
  await submitted(simulator, { path: 'x' });
  simulator.advance(2);
  expect((await list(simulator)).results).toMatchObject([{ verbose_verdict: 'CLN' }]);
});

test.each<[string, string, string, unknown]>([
  ['a script without a scan', 'scripts', 'POST', {}],
  ['a script with a misspelt option', 'scripts', 'POST', { scan: { verdikt: 'MAL' } }],
  ['a script for no time', 'scripts', 'POST', { times: 0, scan: {} }],
  ['a script for a malformed hash', 'scripts', 'POST', { sha256: 'abc', scan: {} }],
  ['a scan with a negative time', 'scans', 'POST', { scanSeconds: -1 }],
  ['a scan under an unknown key', 'scans', 'POST', { listedAs: 'name' }],
  ['a scan with an unknown key', 'scans', 'POST', { verdikt: 'MAL' }],
  ['an unknown setting', 'settings', 'PATCH', { license: true }],
  ['an unknown kind of id', 'settings', 'PATCH', { idStyle: 'uuid' }],
  ['a page of no rows', 'settings', 'PATCH', { pageSize: 0 }],
])('refused: %s', async (_what, path, method, json) => {
  const answer = await control(path, method, json);
  expect(answer.status).toBe(400);
  expect(answer.json).toHaveProperty('message');
  expect(await list(simulator)).toMatchObject({ count: 0 });
});
