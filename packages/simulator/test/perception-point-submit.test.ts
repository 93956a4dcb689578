import { createHash } from 'node:crypto';
import type { Simulator } from '@security-reports/simulator';
import { malwareMarker, startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const file = { name: 'report.doc', content: 'a file' };
const post = (
  headers: Record<string, string>,
  body: NonNullable<RequestInit['body']>,
  path = '/api/v1/files/',
) => fetch(simulator.url + path, { method: 'POST', headers, body });

describe("the examples on the vendor's page", () => {
  test('a file in the default storage', async () => {
    const answer = await post(credential(simulator), new URLSearchParams({ path: 'sample.doc' }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    const body = (await answer.json()) as Record<string, unknown>;
    expect(body).toEqual({ scan_id: expect.any(Number) as number });
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { source: 'path', name: 'sample.doc', fields: { path: 'sample.doc' } },
    ]);
  });

  test('a file with a name, a callback, and headers for it', async () => {
    const body = new FormData();
    body.set('data', new Blob(['%PDF-1.7 and so on']), 'example.pdf');
    body.set('name', 'my_file.doc');
    body.set('callback_url', 'https://my-api.com/callback');
    body.set('callback_headers', '{"Auth": "secret-of-the-callback"}');
    const answer = await post(credential(simulator), body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ scan_id: expect.any(Number) as number });
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { source: 'data', name: 'my_file.doc', callbackHeaderNames: ['Auth'] },
    ]);
  });
});

describe('a submission that is taken', () => {
  test('is kept with what was received, and when', async () => {
    simulator.advance(3600);
    const before = simulator.now();
    const scanId = await submitted(simulator, { name: 'other name.doc', storage: 'unused' }, file);
    const [submission, ...others] = simulator.perceptionPoint.listSubmissions();
    expect(others).toEqual([]);
    expect(submission).toEqual({
      scanId,
      time: expect.any(Number) as number,
      source: 'data',
      name: 'other name.doc',
      file: {
        fileName: 'report.doc',
        mediaType: 'application/octet-stream',
        size: 6,
        sha256: sha256('a file'),
      },
      fields: { name: 'other name.doc', storage: 'unused' },
      passwordGiven: false,
      callbackHeaderNames: [],
    });
    expect(submission?.time).toBeGreaterThanOrEqual(before);
    expect(submission?.time).toBeLessThanOrEqual(simulator.now());
  });

  test.each([
    [{ path: 'folder/sub folder/x.doc' }, 'path', 'x.doc'],
    [{ path: 'x.doc', storage: 'a-bucket' }, 'path', 'x.doc'],
    [{ download_link: 'https://files.example/a/y.doc?signature=abc' }, 'download_link', 'y.doc'],
    [{ download_link: 'https://files.example/a/y.doc', name: 'z.doc' }, 'download_link', 'z.doc'],
  ])('may name another source: %j', async (fields: Record<string, string>, source, name) => {
    await submitted(simulator, fields);
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([{ source, name }]);
    expect(simulator.perceptionPoint.listSubmissions()[0]).not.toHaveProperty('file');
  });

  test('may send its fields in a multipart form without a file', async () => {
    const body = new FormData();
    body.set('path', 'x.doc');
    body.set('file_password', '');
    expect((await post(credential(simulator), body)).status).toBe(200);
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { fields: { path: 'x.doc' }, passwordGiven: false },
    ]);
  });

  test('keeps the name of a file, whatever its letters', async () => {
    await submitted(simulator, {}, { name: 'Übersicht – 報告.doc', content: 'x' });
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { name: 'Übersicht – 報告.doc', file: { fileName: 'Übersicht – 報告.doc' } },
    ]);
  });

  test('keeps every byte of a file that looks like a form', async () => {
    const content = Buffer.from('\r\n--a-boundary-that-is-in-no-fil\r\n\0\xff--\r\n--\r\n', 'latin1');
    expect((await stream(simulator, multipart([content]), credential(simulator))).status).toBe(200);
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { file: { size: content.length, sha256: sha256(content) } },
    ]);
  });

  test('gets its callback_params back, digit for digit', async () => {
    const params = '{"key1":"value1","n":12345678901234567890,"deep":[{"ü":null}]}';
    const answer = await submit(simulator, { path: 'x.doc', callback_params: params });
    expect(await answer.text()).toMatch(/^\{"scan_id":\d+,"callback_params":(.*)\}$/);
    expect(await (await submit(simulator, { path: 'x.doc', callback_params: params })).text()).toContain(
      params,
    );
  });

  test('does not show what is secret, and can still be asked about it', async () => {
    const secrets = ['pass-word', 'header-secret', 'link-signature', 'hook-signature', 'link-user'];
    const link = 'https://link-user:x@files.example/y.doc?sig=link-signature';
    const hook = 'http://localhost:9/hook?sig=hook-signature';
    const scanId = await submitted(simulator, {
      download_link: link,
      file_password: 'pass-word',
      callback_url: hook,
      callback_headers: '{"X-Auth":"header-secret"}',
    });
    const submissions = simulator.perceptionPoint.listSubmissions();
    expect(submissions).toMatchObject([
      {
        name: 'y.doc',
        passwordGiven: true,
        callbackHeaderNames: ['X-Auth'],
        fields: { download_link: 'https://files.example/y.doc', callback_url: 'http://localhost:9/hook' },
      },
    ]);
    const shown = JSON.stringify([submissions, simulator.journal.list()]);
    for (const secret of secrets) expect(shown).not.toContain(secret);
    const has = (field: string, value: string) => simulator.perceptionPoint.carried(scanId, field, value);
    expect(has('file_password', 'pass-word')).toBe(true);
    expect(has('file_password', 'pass-wort')).toBe(false);
    expect(has('download_link', link)).toBe(true);
    expect(has('callback_headers', '{"X-Auth":"header-secret"}')).toBe(true);
    expect(simulator.perceptionPoint.carried('another', 'file_password', 'pass-word')).toBe(false);
  });

  test('is in the journal under its name, scan id and SHA-256', async () => {
    const scanId = await submitted(simulator, {}, file);
    expect(simulator.journal.list({ subject: scanId })).toMatchObject([
      {
        route: 'perception-point.files.submit',
        method: 'POST',
        path: '/api/v1/files/',
        subjects: ['report.doc', scanId, sha256('a file')],
        credential: 'right',
        status: 200,
        aborted: false,
      },
    ]);
    expect(JSON.stringify(simulator.journal.list())).not.toContain(simulator.perceptionPoint.token);
  });
});

describe('a submission that is refused', () => {
  afterEach(() => {
    expect(simulator.perceptionPoint.listSubmissions()).toEqual([]);
  });

  const sourceErrors = { non_field_errors: ['Give exactly one of data, path and download_link.'] };
  test.each<[string, Record<string, string>, typeof file | undefined, unknown]>([
    ['no source', { name: 'x.doc' }, undefined, sourceErrors],
    ['a source without a value', { path: '' }, undefined, sourceErrors],
    ['a path and a link', { path: 'x', download_link: 'https://x.example/' }, undefined, sourceErrors],
    ['data and a path', { path: 'x' }, file, sourceErrors],
    ['data and a link', { download_link: 'https://x.example/' }, file, sourceErrors],
    ['an empty file', {}, { ...file, content: '' }, { data: ['The submitted file is empty.'] }],
    [
      'data that is no file',
      { data: 'x' },
      undefined,
      { data: ['The submitted data was not a file. Check the encoding type on the form.'] },
    ],
    [
      'params that are no JSON',
      { path: 'x', callback_params: '{key1: 1}' },
      undefined,
      { callback_params: ['Value must be valid JSON.'] },
    ],
    [
      'headers that are no JSON, as the names alone of the second example are',
      { callback_headers: 'Auth' },
      file,
      { callback_headers: ['Value must be valid JSON.'] },
    ],
  ])('has %s', async (_what, fields, sent, errors) => {
    const answer = await submit(simulator, fields, sent);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual(errors);
  });

  test('has no form', async () => {
    const answer = await post(
      { ...credential(simulator), 'content-type': 'application/json' },
      '{"path":"x"}',
    );
    expect(answer.status).toBe(415);
    expect(await answer.json()).toEqual({ detail: 'Unsupported media type "application/json" in request.' });
    expect((await post(credential(simulator), new Uint8Array())).status).toBe(400);
  });

  test.each([
    ['without a boundary', 'multipart/form-data', 'x'],
    ['with nothing between boundaries', 'multipart/form-data; boundary=x', 'nonsense'],
    [
      'without an end',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="data"; filename="x"\r\n\r\nabc',
    ],
    [
      'with a field of more than a megabyte',
      'multipart/form-data; boundary=x',
      `--x\r\ncontent-disposition: form-data; name="path"\r\n\r\n${'a'.repeat(1_048_577)}\r\n--x--\r\n`,
    ],
  ])('is a multipart form %s', async (_what, type, body) => {
    const answer = await post({ ...credential(simulator), 'content-type': type }, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ detail: 'Multipart form parse error' });
  });

  test.each([
    ['no token', undefined, 'Authentication credentials were not provided.'],
    ['a wrong token', 'Token wrong', 'Invalid token.'],
    ['another scheme', 'Bearer', 'Invalid token.'],
  ])('has %s', async (_what, authorization, detail) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const answer = await post(headers, new URLSearchParams({ path: 'x' }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Token');
    expect(await answer.json()).toEqual({ detail });
  });

  test('comes without a licence', async () => {
    simulator.perceptionPoint.configure({ licensed: false });
    const answer = await submit(simulator, { path: 'x' });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toHaveProperty('detail');
    await expect(list(simulator)).rejects.toThrow('403');
  });

  test('lacks the slash at the end of the path', async () => {
    const answer = await post(credential(simulator), new URLSearchParams({ path: 'x' }), '/api/v1/files');
    expect(answer.status).toBe(404);
  });

  test('is larger than what is taken: it is told so before all of it was sent', async () => {
    simulator.perceptionPoint.configure({ mostBytes: 2_000_000 });
    const answer = await stream(simulator, multipart(megabytes(200)), credential(simulator));
    expect(answer).toMatchObject({
      status: 413,
      text: '{"detail":"The file is larger than 2000000 bytes."}',
    });
    expect(answer.headers.connection).toBe('close');
    expect(answer.sent).toBeLessThan(100_000_000);
    expect(simulator.journal.list()).toMatchObject([{ status: 413, aborted: false }]);
  });

  test('breaks off', async () => {
    const broken = await stream(simulator, multipart(megabytes(3)), {
      ...credential(simulator),
      stopAfter: 2_000_000,
    });
    expect(broken.status).toBeUndefined();
    await expect.poll(() => simulator.journal.list()).toMatchObject([{ aborted: true, subjects: [] }]);
  });
});

test('a file of the largest size is taken, and one byte more is not', async () => {
  simulator.perceptionPoint.configure({ mostBytes: 1000 });
  expect((await submit(simulator, {}, { name: 'x', content: 'x'.repeat(1000) })).status).toBe(200);
  expect((await submit(simulator, {}, { name: 'x', content: 'x'.repeat(1001) })).status).toBe(413);
});

describe('ids', () => {
  test('are numbers unless told otherwise', async () => {
    const answer = await submit(simulator, { path: 'x' });
    expect(await answer.text()).toMatch(/^\{"scan_id":\d{6,7}\}$/);
  });

  test('may be texts that end in the date', async () => {
    simulator.perceptionPoint.configure({ idStyle: 'string' });
    const answer = await submit(simulator, { path: 'x' });
    const today = new Date(simulator.now()).toISOString().slice(0, 10).replaceAll('-', '');
    expect(await answer.text()).toMatch(
      new RegExp(`^\\{"scan_id":"\\d{5}_1_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}_${today}"\\}$`),
    );
  });

  test('may be numbers that a double cannot hold', async () => {
    simulator.perceptionPoint.configure({ idStyle: 'huge-number' });
    const scanId = await submitted(simulator, { path: 'x' });
    expect(scanId).toMatch(/^\d{19}$/);
    expect(BigInt(Number(scanId))).not.toBe(BigInt(scanId));
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([{ scanId }]);
    const answer = await fetch(`${simulator.url}/api/v1/scans/list/`, { headers: credential(simulator) });
    expect(await answer.text()).toContain(`"id":${scanId},`);
  });

  test.each(['number', 'string', 'huge-number'] as const)('differ among themselves: %s', async (idStyle) => {
    simulator.perceptionPoint.configure({ idStyle });
    const ids = new Set<string>();
    for (let i = 0; i < 20; i += 1) ids.add(await submitted(simulator, { path: 'x' }));
    expect(ids.size).toBe(20);
  });
});

describe('the verdict', () => {
  const verdictOf = async () => {
    simulator.advance(2);
    return (await list(simulator)).results[0]?.['verbose_verdict'];
  };

  test('is clean unless the marker is in the content', async () => {
    await submitted(simulator, {}, { name: 'x', content: malwareMarker.slice(1) });
    expect(await verdictOf()).toBe('CLN');
    await submitted(simulator, {}, { name: 'x', content: `before ${malwareMarker} after` });
    expect(await verdictOf()).toBe('MAL');
  });

  test('does not depend on where the content is cut', async () => {
    const content = Buffer.from(`x${malwareMarker}y`);
    for (let cut = 1; cut < content.length; cut += 1) {
      const pieces = [content.subarray(0, cut), content.subarray(cut)];
      const answer = await stream(simulator, multipart(pieces), { ...credential(simulator), pauseMs: 3 });
      expect(answer.status).toBe(200);
    }
    for (const byte of [1, 3]) {
      const pieces = Array.from({ length: content.length / byte }, (_, i) =>
        content.subarray(i * byte, i * byte + byte),
      );
      const whole = Buffer.concat([...pieces, content.subarray(pieces.length * byte)]);
      expect(whole.equals(content)).toBe(true);
      pieces.push(content.subarray(pieces.length * byte));
      await stream(simulator, multipart(pieces), { ...credential(simulator), pauseMs: 3 });
    }
    simulator.advance(2);
    const { count, results } = await list(simulator);
    expect(count).toBe(content.length + 1);
    expect(new Set(results.map((row) => row['verbose_verdict']))).toEqual(new Set(['MAL']));
  });
});

test('the same seed gives the same token and ids, another seed others', async () => {
  const run = async (seed: number) => {
    await using own = await startSimulator({ seed });
    const ids = [await submitted(own, { path: 'x' }), own.perceptionPoint.addScan()];
    const { results } = await list(own);
    own.perceptionPoint.configure({ idStyle: 'string' });
    const [, uuid] = (await submitted(own, { path: 'x' })).split('_1_');
    return [own.perceptionPoint.token, ids, results.map((row) => row['sample']), uuid?.slice(0, 36)];
  };
  const first = await run(5);
  expect(await run(5)).toEqual(first);
  for (const [index, value] of (await run(6)).entries()) expect(value).not.toEqual(first[index]);
});

test('the token may be given', async () => {
  await using own = await startSimulator({ perceptionPoint: { token: 'of-my-choice' } });
  expect(own.perceptionPoint.token).toBe('of-my-choice');
  expect((await submit(own, { path: 'x' })).status).toBe(200);
});

test('it says that it is alive, whoever asks', async () => {
  const answer = await fetch(`${simulator.url}/health_check`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ description: 'system is running', maintenance_mode: false });
  expect(simulator.journal.list()).toMatchObject([{ route: 'perception-point.health', credential: 'none' }]);
});

test.each(['Token', 'token', 'TOKEN'])('it takes a token after %s', async (scheme) => {
  const { token } = simulator.perceptionPoint;
  const url = `${simulator.url}/api/v1/scans/list/`;
  const answer = await fetch(url, { headers: { authorization: `${scheme} ${token}` } });
  expect(answer.status).toBe(200);
});
