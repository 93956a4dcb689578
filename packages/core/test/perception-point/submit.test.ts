import { startSimulator } from '@security-reports/simulator';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PerceptionPointClient } from '../../src/perception-point/client.ts';
import { mostBytesToScan } from '../../src/perception-point/submission.ts';
import { acceleratedClock } from '../support/accelerated-clock.ts';
import { selfSignedCertificate } from '../support/certificates.ts';
import { startRawServer } from '../support/servers.ts';
import { openTransport } from '../support/transport.ts';
import { sha256Of, startXRay, textFile, within } from '../support/x-ray.ts';

const submit = 'perception-point.files.submit';

describe('submitting', () => {
  test('streams a file, and gives its SHA-256 and the id as text', async () => {
    const { simulator, client } = await startXRay();
    const file = textFile('hello', 'a "quoted" näme.txt');
    const submitted = await client.submitFile({ source: { type: 'data', file } });
    const [received] = simulator.perceptionPoint.listSubmissions();
    expect(submitted).toMatchObject({ scanId: received?.scanId, sha256: sha256Of('hello'), size: 5 });
    expect(received).toMatchObject({
      source: 'data',
      name: file.name,
      file: { size: 5, sha256: sha256Of('hello') },
    });
    expect(file.opened).toBe(1);
  });

  test('sends every field of the vendor’s page', async () => {
    const { simulator, client } = await startXRay();
    const { scanId } = await client.submitFile({
      source: { type: 'data', file: textFile('hello') },
      name: 'invoice.doc',
      filePassword: 'infected',
      callbackUrl: 'https://example.com/callback',
      callbackParams: { ticket: 7, nested: { a: [1] } },
      callbackHeaders: { 'X-Secret': 'of mine' },
    });
    const [received] = simulator.perceptionPoint.listSubmissions();
    expect(received?.fields).toMatchObject({
      name: 'invoice.doc',
      callback_url: 'https://example.com/callback',
      callback_params: '{"ticket":7,"nested":{"a":[1]}}',
    });
    expect(simulator.perceptionPoint.carried(scanId, 'file_password', 'infected')).toBe(true);
    expect(simulator.perceptionPoint.carried(scanId, 'callback_headers', '{"X-Secret":"of mine"}')).toBe(
      true,
    );
  });

  test.each([
    [{ type: 'storage-path', path: 'in/box/sample.doc' }, 'path', 'sample.doc'],
    [{ type: 'storage-path', path: 'sample.doc', storage: 'mine' }, 'path', 'sample.doc'],
    [{ type: 'download-link', url: 'https://example.com/a/b%20c.pdf?sig=1' }, 'download_link', 'b c.pdf'],
  ] as const)('sends the source %j, and a name made from it', async (source, kind, name) => {
    const { simulator, client } = await startXRay();
    const submitted = await client.submitFile({ source });
    const [received] = simulator.perceptionPoint.listSubmissions();
    expect(received).toMatchObject({ source: kind, name });
    expect(received?.fields['storage']).toBe('storage' in source ? source.storage : undefined);
    expect(submitted).toMatchObject({ name, sha256: undefined, size: undefined });
  });

  test.each([
    ['an empty file', { type: 'data', file: textFile('') }, 'empty'],
    [
      'a file over 500 MB',
      { type: 'data', file: { ...textFile('x'), size: mostBytesToScan + 1 } },
      '500000000',
    ],
    ['an empty storage path', { type: 'storage-path', path: ' ' }, 'empty'],
    ['a link that is none', { type: 'download-link', url: 'ftp://example.com/a' }, 'not an http(s) URL'],
  ] as const)('refuses %s before a byte is sent', async (_what, source, words) => {
    const { simulator, client } = await startXRay();
    const error = await client.submitFile({ source }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringContaining(words) as string,
    });
    expect(simulator.journal.list()).toEqual([]);
  });

  test.each(['number', 'string', 'huge-number'] as const)(
    'keeps every digit of an id that is a %s',
    async (idStyle) => {
      const { simulator, client } = await startXRay({ idStyle });
      const { scanId } = await client.submitFile({ source: { type: 'data', file: textFile('hello') } });
      expect(scanId).toBe(simulator.perceptionPoint.listSubmissions()[0]?.scanId);
    },
  );
});

describe('a submission is', () => {
  test.each([
    ['429', { kind: 'status', status: 429 }],
    ['503 with Retry-After', { kind: 'status', status: 503, headers: { 'retry-after': '1' } }],
  ] as const)('sent again after %s, since it was certainly not taken', async (_what, fault) => {
    const { simulator, client } = await startXRay();
    simulator.faults.script({ route: submit, fault });
    await client.submitFile({ source: { type: 'data', file: textFile('hello') } });
    expect(simulator.journal.list({ route: submit })).toHaveLength(2);
    expect(simulator.perceptionPoint.listSubmissions()).toHaveLength(1);
  });

  test('sent again after a connection that ended before TLS was spoken', async () => {
    const tls = await selfSignedCertificate();
    await using simulator = await startSimulator({ tls });
    let connections = 0;
    const front = await startRawServer((socket) => {
      connections += 1;
      if (connections === 1) socket.once('data', () => socket.resetAndDestroy());
      else socket.pipe(connect(Number(new URL(simulator.url).port), '127.0.0.1')).pipe(socket);
    });
    const client = new PerceptionPointClient({
      baseUrl: front.url.replace('http:', 'https:'),
      token: simulator.perceptionPoint.token,
      transport: openTransport({ caCertificate: tls.cert }),
      clock: acceleratedClock(25),
    });
    await client.submitFile({ source: { type: 'data', file: textFile('hello') } });
    expect(connections).toBe(2);
    expect(simulator.perceptionPoint.listSubmissions()).toHaveLength(1);
  });

  test.each([
    ['the connection dies after it was taken', { kind: 'reset', handled: true }],
    ['the connection dies before an answer', { kind: 'reset' }],
    ['the server fails', { kind: 'status', status: 500 }],
    ['the gateway fails', { kind: 'status', status: 502, text: '<html><title>Bad Gateway</title></html>' }],
    ['503 comes without Retry-After', { kind: 'status', status: 503 }],
    ['the answer is not JSON', { kind: 'garbage-json' }],
    ['the answer has no id', { kind: 'wrong-json', json: { ok: true } }],
    ['the id could change a log', { kind: 'wrong-json', json: { scan_id: '7\u001b[31m\u202e' } }],
    ['the id is as long as a page', { kind: 'wrong-json', json: { scan_id: '7'.repeat(5_000) } }],
    ['the answer never comes', { kind: 'hang' }],
  ] as const)('never sent twice when %s: the error names file, time and SHA-256', async (what, fault) => {
    const { simulator, client } = await startXRay();
    simulator.faults.script({ route: submit, times: 'always', fault });
    const error = await client
      .submitFile({ source: { type: 'data', file: textFile('hello', 'letter.txt') } }, within(client, 20))
      .catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ name: 'UncertainSubmissionError' });
    // Of a file that was not sent to its end, no digest is that of what was sent.
    const [digest] = /(?<=SHA-256 )[0-9a-f]{64}/.exec((error as Error).message) ?? [];
    const wasTaken = what === 'the connection dies after it was taken';
    if (wasTaken || digest !== undefined) expect(digest).toBe(sha256Of('hello'));
    for (const part of ['letter.txt', 'may have been submitted', new Date().toISOString().slice(0, 11)]) {
      expect((error as Error).message).toContain(part);
    }
    expect((error as Error).message).not.toMatch(/[\p{Cc}\p{Cf}]|.{1500}/u);
    expect(simulator.journal.list({ route: submit })).toHaveLength(1);
  });

  test.each([
    [
      'a refused token',
      { kind: 'status', status: 403, json: { detail: 'Invalid token.' } },
      'AccessError',
      'licence',
    ],
    ['401', { kind: 'status', status: 401 }, 'AccessError', 'refuses the token'],
    [
      'a field it does not like',
      { kind: 'status', status: 400, json: { name: ['Too long.'] } },
      'ServiceError',
      'Too long.',
    ],
    ['413 of a proxy', { kind: 'status', status: 413, text: '<html></html>' }, 'ServiceError', 'too large'],
    [
      'a redirect',
      { kind: 'redirect', status: 307, location: '/elsewhere' },
      'ServiceError',
      'must not be sent twice',
    ],
  ] as const)('certainly refused by %s', async (_what, fault, name, words) => {
    const { simulator, client } = await startXRay();
    simulator.faults.script({ route: submit, times: 'always', fault });
    const error = await client
      .submitFile({ source: { type: 'data', file: textFile('hello') } })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name, message: expect.stringContaining(words) as string });
  });

  test('no place where a password, a signed link or the value of a header can be read', async () => {
    const { simulator, client } = await startXRay();
    const secrets = ['pa55 "word"', 'https://example.com/f?sig=s1gnature', 'head3r value'];
    const [filePassword = '', url = '', header = ''] = secrets;
    simulator.faults.script({
      route: submit,
      fault: {
        kind: 'status',
        status: 400,
        json: { detail: secrets.join(' and '), more: encodeURIComponent(url) },
      },
    });
    const error = await client
      .submitFile({ source: { type: 'download-link', url }, filePassword, callbackHeaders: { a: header } })
      .catch((reason: unknown) => reason as Error);
    expect((error as Error).message).toContain('*** and');
    for (const secret of [...secrets, 's1gnature'])
      expect(inspect(error, { depth: Infinity })).not.toContain(secret);
  });
});
