import { createHash } from 'node:crypto';
import type { SampleOptions, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, askJson, jsonOf } from './client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const create = (hash: string) => ask(simulator, `/api/pdf/${hash}/create`);
const status = (hash: string) => askJson(simulator, `/api/pdf/${hash}/status`);
const download = (hash: string) => ask(simulator, `/api/pdf/${hash}/download`);
const add = (options: SampleOptions = {}) => simulator.spectraAnalyze.addSample(options).sha1;

const pending = { status: 0, status_message: 'PDF is being created. Please wait.' };
const absent = { status: 1, status_message: 'PDF does not exist and must be created.' };
const ready = { status: 2, status_message: 'PDF is ready for download.' };
const unknownHash = '0'.repeat(40);

describe('a PDF report', () => {
  test('does not exist before it was asked for', async () => {
    const hash = add();
    expect(await status(hash)).toEqual(absent);
    const answer = await download(hash);
    expect(answer.status).toBe(404);
    expect(jsonOf(answer)).toEqual({ detail: 'PDF does not exist.' });
  });

  test('is created in its time, and then delivered as often as wanted', async () => {
    const hash = add({ creationSeconds: 5 });
    const created = await create(hash);
    expect(created.status).toBe(200);
    expect(jsonOf(created)).toEqual({
      status_endpoint: `/api/pdf/${hash}/status`,
      download_endpoint: `/api/pdf/${hash}/download`,
    });
    expect(await status(hash)).toEqual(pending);
    expect((await download(hash)).status).toBe(404);
    simulator.advance(4);
    expect(await status(hash)).toEqual(pending);
    simulator.advance(1);
    expect(await status(hash)).toEqual(ready);
    for (const answer of [await download(hash), await download(hash)]) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/pdf');
      expect(answer.headers['content-length']).toBe(String(answer.body.length));
      expect(answer.headers).not.toHaveProperty('content-disposition');
      expect(answer.body.subarray(0, 5).toString()).toBe('%PDF-');
    }
  });

  test('takes two seconds unless told otherwise', async () => {
    const hash = add();
    await create(hash);
    simulator.advance(1.5);
    expect(await status(hash)).toEqual(pending);
    simulator.advance(0.5);
    expect(await status(hash)).toEqual(ready);
  });

  test('is gone 30 minutes after it was ready, and can be asked for again', async () => {
    const hash = add({ creationSeconds: 0 });
    await create(hash);
    simulator.advance(1790);
    expect(await status(hash)).toEqual(ready);
    simulator.advance(10);
    expect(await status(hash)).toEqual(absent);
    expect((await download(hash)).status).toBe(404);
    await create(hash);
    expect(await status(hash)).toEqual(ready);
  });

  test('expires when the sample says', async () => {
    const hash = add({ creationSeconds: 0, expirySeconds: 60 });
    await create(hash);
    simulator.advance(59);
    expect((await download(hash)).status).toBe(200);
    simulator.advance(1);
    expect((await download(hash)).status).toBe(404);
  });

  test('is not started anew by a second create, neither while being created nor when ready', async () => {
    const hash = add({ creationSeconds: 10, expirySeconds: 100 });
    await create(hash);
    simulator.advance(9);
    await create(hash);
    simulator.advance(1);
    expect(await status(hash)).toEqual(ready);
    simulator.advance(90);
    await create(hash);
    simulator.advance(10);
    expect(await status(hash)).toEqual(absent);
  });

  test('belongs to the hash type that it was created with', async () => {
    const hashes = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    await create(hashes.sha256);
    expect(await status(hashes.sha256)).toEqual(ready);
    for (const other of [hashes.md5, hashes.sha1]) {
      expect(await status(other)).toEqual(absent);
      expect((await download(other)).status).toBe(404);
    }
  });

  test.each(['md5', 'sha1', 'sha256'] as const)('is found by %s in any letter case', async (type) => {
    const hash = simulator.spectraAnalyze.addSample({ creationSeconds: 0 })[type];
    expect((await create(hash.toUpperCase())).status).toBe(200);
    expect(await status(hash)).toEqual(ready);
    expect((await download(hash.toUpperCase())).status).toBe(200);
  });

  test('is sent with a Content-Disposition where the sample has one', async () => {
    const hash = add({ creationSeconds: 0, contentDisposition: 'attachment; filename="report.pdf"' });
    await create(hash);
    expect((await download(hash)).headers['content-disposition']).toBe('attachment; filename="report.pdf"');
  });
});

describe('an odd sample', () => {
  test('whose status lags says that the PDF does not exist, though it does', async () => {
    const hash = add({ creationSeconds: 1, statusLagSeconds: 3 });
    await create(hash);
    simulator.advance(2);
    expect(await status(hash)).toEqual(absent);
    expect((await download(hash)).status).toBe(200);
    simulator.advance(1);
    expect(await status(hash)).toEqual(ready);
  });

  test('whose creation fails says so after its time, with status 3', async () => {
    const hash = add({ creationFails: true, creationSeconds: 5 });
    await create(hash);
    expect(await status(hash)).toEqual(pending);
    simulator.advance(5);
    expect(await status(hash)).toEqual({ status: 3, status_message: 'There was an error creating the PDF.' });
    expect((await download(hash)).status).toBe(404);
  });

  test('whose creation fails can say so with another number', async () => {
    const hash = add({ creationFails: true, creationSeconds: 0, failedStatus: -1 });
    await create(hash);
    expect(await status(hash)).toMatchObject({ status: -1 });
  });

  test('whose creation failed starts again when asked', async () => {
    const hash = add({ creationFails: true, creationSeconds: 5 });
    await create(hash);
    simulator.advance(5);
    await create(hash);
    expect(await status(hash)).toEqual(pending);
  });

  test('can use an undocumented number and message while it is being created', async () => {
    const hash = add({ creationSeconds: 5, creatingStatus: 7, creatingMessage: 'Queued.' });
    await create(hash);
    expect(await status(hash)).toEqual({ status: 7, status_message: 'Queued.' });
  });

  test('can use the key of the sister API', async () => {
    expect(await status(add({ statusKey: 'message' }))).toEqual({
      status: 1,
      message: 'PDF does not exist and must be created.',
    });
  });

  test('that expires once is gone after it was reported ready, and stays the second time', async () => {
    const hash = add({ creationSeconds: 0, expiresOnce: true });
    await create(hash);
    expect(await status(hash)).toEqual(ready);
    expect(await status(hash)).toEqual(absent);
    expect((await download(hash)).status).toBe(404);
    await create(hash);
    expect(await status(hash)).toEqual(ready);
    expect((await download(hash)).status).toBe(200);
    expect(await status(hash)).toEqual(ready);
  });

  test('that expires once is gone also when the download is asked for straight away', async () => {
    const hash = add({ creationSeconds: 0, expiresOnce: true });
    await create(hash);
    expect((await download(hash)).status).toBe(404);
    await create(hash);
    expect((await download(hash)).status).toBe(200);
  });
});

describe('a sample', () => {
  test('has the hashes of its content', () => {
    const digest = (type: string) => createHash(type).update('a file').digest('hex');
    const expected = { md5: digest('md5'), sha1: digest('sha1'), sha256: digest('sha256') };
    expect(simulator.spectraAnalyze.addSample({ content: 'a file' })).toEqual(expected);
    expect(simulator.spectraAnalyze.addSample({ content: Buffer.from('a file') })).toEqual(expected);
  });

  test('replaces the one with the same content, and its PDFs', async () => {
    const hash = add({ content: 'a file', creationSeconds: 0 });
    await create(hash);
    add({ content: 'a file', creationSeconds: 0 });
    expect(await status(hash)).toEqual(absent);
    expect(simulator.spectraAnalyze.listSamples()).toHaveLength(1);
  });

  test('is refused when its Content-Disposition could not be sent', () => {
    expect(() => add({ contentDisposition: 'a\nb' })).toThrow(TypeError);
    expect(simulator.spectraAnalyze.listSamples()).toEqual([]);
  });
});

const paths = [
  ['create', (hash: string) => `/api/pdf/${hash}/create`],
  ['status', (hash: string) => `/api/pdf/${hash}/status`],
  ['download', (hash: string) => `/api/pdf/${hash}/download`],
  ['classification', (hash: string) => `/api/samples/v3/${hash}/classification/?localonly=1`],
] as const;

describe.each(paths)('the %s call', (_name, path) => {
  test('refuses a request without a token with 403', async () => {
    const answer = await ask(simulator, path(add()), { authorization: null });
    expect(answer.status).toBe(403);
    expect(jsonOf(answer)).toEqual({ detail: 'Authentication credentials were not provided.' });
  });

  test.each(['Token wrong', 'Bearer x', ''])(
    'refuses the credential "%s" with 403',
    async (authorization) => {
      const answer = await ask(simulator, path(add()), { authorization });
      expect(answer.status).toBe(403);
      expect(jsonOf(answer)).toEqual({ detail: 'Invalid token.' });
    },
  );

  test.each(['abc', 'g'.repeat(40), '0'.repeat(41), '0'.repeat(128), '%20'])(
    'answers 404 to the malformed hash %s',
    async (hash) => {
      const answer = await ask(simulator, path(hash));
      expect(answer.status).toBe(404);
      expect(jsonOf(answer)).toEqual({ detail: 'Malformed hash.' });
    },
  );

  test('answers 404 when the sample is not on the appliance', async () => {
    const answer = await ask(simulator, path(unknownHash));
    expect(answer.status).toBe(404);
    expect(jsonOf(answer)).toEqual({ detail: 'Sample does not exist on the appliance.' });
  });
});

test.each(['create', 'status', 'download'])('%s with a trailing slash is not found', async (call) => {
  const hash = add({ creationSeconds: 0 });
  await create(hash);
  const answer = await ask(simulator, `/api/pdf/${hash}/${call}/`);
  expect(answer.status).toBe(404);
  expect(answer.headers['content-type']).toContain('text/html');
});

test('classification without its trailing slash is not found', async () => {
  expect((await ask(simulator, `/api/samples/v3/${add()}/classification`)).status).toBe(404);
});

describe('samples/status', () => {
  const ofHashes = (...hashes: string[]) =>
    new URLSearchParams(hashes.map((hash): [string, string] => ['hash_values', hash]));

  test('lists the processed ones of several samples', async () => {
    const [first, second] = [add(), add()];
    const answer = await askJson(simulator, '/api/samples/status/?status=processed', {
      method: 'POST',
      form: ofHashes(first, unknownHash, second),
    });
    expect(answer).toEqual({
      hash_type: 'sha1',
      results: [
        { hash_value: first, status: 'processed' },
        { hash_value: second, status: 'processed' },
      ],
    });
  });

  test('lists all of them when no status is asked for', async () => {
    const { md5 } = simulator.spectraAnalyze.addSample();
    const form = ofHashes(md5, '0'.repeat(32));
    expect(await askJson(simulator, '/api/samples/status/', { method: 'POST', form })).toEqual({
      hash_type: 'md5',
      results: [
        { hash_value: md5, status: 'processed' },
        { hash_value: '0'.repeat(32), status: 'not_found' },
      ],
    });
  });

  test('answers 200 to the forty zeros of a connection test', async () => {
    const form = ofHashes(unknownHash);
    const answer = await ask(simulator, '/api/samples/status/?status=processed', { method: 'POST', form });
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ hash_type: 'sha1', results: [] });
  });

  test('refuses a wrong token with 403', async () => {
    const form = ofHashes(unknownHash);
    const answer = await ask(simulator, '/api/samples/status/', {
      method: 'POST',
      form,
      authorization: 'Token no',
    });
    expect(answer.status).toBe(403);
  });

  test.each(['Token', 'token', 'TOKEN'])('takes the scheme %j', async (scheme) => {
    const authorization = `${scheme} ${simulator.spectraAnalyze.token}`;
    const form = ofHashes(unknownHash);
    const answer = await ask(simulator, '/api/samples/status/', { method: 'POST', form, authorization });
    expect(answer.status).toBe(200);
  });

  test('takes hashes in JSON, too', async () => {
    const hash = add();
    const path = '/api/samples/status/?status=processed';
    const results = [{ hash_value: hash, status: 'processed' }];
    for (const hash_values of [hash, [hash, unknownHash]]) {
      const answer = await askJson(simulator, path, { method: 'POST', json: { hash_values } });
      expect(answer).toEqual({ hash_type: 'sha1', results });
    }
    expect(simulator.journal.list().map(({ subjects }) => subjects)).toEqual([[hash], [hash, unknownHash]]);
  });

  test('wants at least one hash', async () => {
    const form = new URLSearchParams({ other: 'x' });
    const answer = await ask(simulator, '/api/samples/status/', { method: 'POST', form });
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toEqual({ hash_values: ['This field is required.'] });
  });
});

describe('the classification', () => {
  const classification = (hash: string) =>
    askJson(simulator, `/api/samples/v3/${hash}/classification/?localonly=1`);

  const toTheSecond = expect.stringMatching(/^2024-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;

  test('can name the hashes of another sample', async () => {
    const sha256 = 'f'.repeat(64);
    const own = simulator.spectraAnalyze.addSample({ classifiedHashes: { sha256 } });
    expect(await classification(own.sha1)).toMatchObject({ md5: own.md5, sha1: own.sha1, sha256 });
  });

  test('has the keys of the service', async () => {
    const hashes = simulator.spectraAnalyze.addSample({ classification: 'malicious' });
    expect(await classification(hashes.md5)).toEqual({
      classification: 'malicious',
      riskscore: 10,
      first_seen: toTheSecond,
      last_seen: toTheSecond,
      classification_result: 'Win32.Ransomware.Simulated',
      classification_reason: 'Antivirus',
      classification_origin: null,
      cloud_last_lookup: toTheSecond,
      data_source: 'LOCAL',
      ...hashes,
    });
  });

  test.each([
    ['suspicious', 6],
    ['goodware', 0],
    ['unknown', 0],
  ] as const)('of a %s sample fits it', async (verdict, riskscore) => {
    expect(await classification(add({ classification: verdict }))).toMatchObject({
      classification: verdict,
      riskscore,
    });
  });

  test('is goodware unless given', async () => {
    expect(await classification(add())).toMatchObject({
      classification: 'goodware',
      classification_result: null,
    });
  });

  test('says what the sample says', async () => {
    const hash = add({
      classification: 'malicious',
      riskscore: 7,
      classification_result: 'Win32.Trojan.Test',
    });
    expect(await classification(hash)).toMatchObject({
      riskscore: 7,
      classification_result: 'Win32.Trojan.Test',
    });
    expect(
      await classification(add({ classification: 'malicious', classification_result: null })),
    ).toMatchObject({
      classification_result: null,
    });
  });
});
