import {
  type Clock,
  DigicertClient,
  type FilePart,
  type HttpRequest,
  type RequestBody,
  spectraAnalyze,
  SpectraAnalyzeClient,
  type Transport,
} from '@security-reports/core';
import { startSimulator } from '@security-reports/simulator';
import { getEventListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { type ICredentialType, NodeApiError, UserError } from 'n8n-workflow';
import { describe, expect, onTestFinished, test } from 'vitest';
import { authenticate } from '../../credentials/shared/authenticate.ts';
import { tlsOptions } from '../../credentials/shared/tls.ts';
import { clock as realClock } from '../../nodes/shared/clock.ts';
import { createTransport } from '../../nodes/shared/transport.ts';
import { acceleratedClock } from '../../packages/core/test/support/accelerated-clock.ts';
import {
  privateAuthority,
  selfSignedCertificate,
  shortKey,
  signedCertificate,
} from '../../packages/core/test/support/certificates.ts';
import { startRawServer, startServer, unusedPort } from '../../packages/core/test/support/servers.ts';
import { failureOf, get, readBytes, readText } from '../../packages/core/test/support/transport.ts';
import { requestFunctions } from './support/request-functions.ts';

const secret = 'Token 0123456789abcdef';

interface Connection {
  readonly header?: string;
  readonly value?: string;
  readonly clock?: Clock;
  readonly executionSignal?: AbortSignal;
  readonly caBundle?: string;
  readonly ignoreSslIssues?: boolean;
}

/** The transport of a node whose credential is for this base URL. */
function transportTo(baseUrl: string, connection: Connection = {}): Transport {
  const { header = 'authorization', value = secret, clock = realClock, executionSignal } = connection;
  const { caBundle = '', ignoreSslIssues = false } = connection;
  const data = { caBundle, ignoreSslIssues };
  const type: ICredentialType = {
    name: 'testApi',
    displayName: 'Test API',
    properties: [],
    authenticate: (credentials, request) =>
      Promise.resolve(
        authenticate(credentials, request, {
          service: spectraAnalyze,
          baseUrl,
          header,
          secret: value,
          ...(value.startsWith('Token ') && { scheme: 'Token' }),
        }),
      ),
  };
  const functions = requestFunctions({ type, data }, executionSignal);
  return createTransport(functions, { type: type.name, header, tls: tlsOptions(data) }, clock);
}

/** A request that carries the credential, as core sends it to the base URL. */
function authorized(url: string, signal?: AbortSignal): HttpRequest {
  return { ...get(url, signal), headers: { authorization: secret } };
}

function post(url: string, body: RequestBody, signal?: AbortSignal): HttpRequest {
  return { ...authorized(url, signal), method: 'POST', body };
}

/** A server that keeps what it receives. */
async function startKeeper(status = 200) {
  const received: { method: string; headers: IncomingHttpHeaders; bytes: Buffer }[] = [];
  const server = await startServer((request, response) => {
    void readBytes(request).then((bytes) => {
      received.push({ method: request.method ?? '', headers: request.headers, bytes });
      response.writeHead(status).end();
    });
  });
  return { ...server, received };
}

async function received(body: RequestBody) {
  const server = await startKeeper();
  await transportTo(server.url).send(post(server.url, body));
  const [request] = server.received;
  if (request === undefined) throw new Error('nothing arrived');
  return request;
}

/** A file of so many zeros, in pieces of 64 kB, that tells whether it was closed. */
function zeros(size: number, pause = () => Promise.resolve()) {
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  const file: FilePart = {
    field: 'file',
    name: 'zeros.bin',
    mediaType: 'application/octet-stream',
    size,
    async *open() {
      try {
        const piece = Buffer.alloc(65_536);
        for (let left = size; left > 0; left -= piece.byteLength) {
          await pause();
          yield piece.subarray(0, left);
        }
      } finally {
        resolve(undefined);
      }
    },
  };
  return { file, closed };
}

function fileOf(content: string, name: string): FilePart {
  const bytes = Buffer.from(content);
  return {
    field: 'file',
    name,
    mediaType: 'text/plain',
    size: bytes.byteLength,
    // eslint-disable-next-line @typescript-eslint/require-await -- the file is in memory
    async *open() {
      yield bytes.subarray(0, 3);
      yield bytes.subarray(3);
    },
  };
}

describe('a request', () => {
  test('carries its headers, the credential, and how it wants the answer encoded', async () => {
    const server = await startKeeper();
    const request = authorized(server.url);
    await transportTo(server.url).send({ ...request, headers: { ...request.headers, accept: 'text/csv' } });
    expect(server.received).toMatchObject([
      {
        method: 'GET',
        headers: { authorization: secret, accept: 'text/csv', 'accept-encoding': 'identity' },
      },
    ]);
  });

  test('carries a content type that its headers name, although there is no body', async () => {
    const server = await startKeeper();
    const request = authorized(server.url);
    const headers = { ...request.headers, 'content-type': 'application/json' };
    await transportTo(server.url).send({ ...request, headers });
    expect(server.received).toMatchObject([
      { method: 'GET', headers: { 'content-type': 'application/json' } },
    ]);
  });

  test('resolves for every status, with the names of the headers in lower case', async () => {
    const server = await startServer((request, response) => {
      response.writeHead(Number(request.url?.slice(1)), { 'X-Once': 'c', 'X-Twice': ['a', 'b'] }).end();
    });
    for (const status of [200, 204, 400, 403, 404, 429, 500, 503]) {
      const response = await transportTo(server.url).send(authorized(`${server.url}/${status}`));
      expect(response.status).toBe(status);
      expect(response.headers).toMatchObject({ 'x-once': 'c', 'x-twice': 'a, b' });
    }
  });

  test.each([
    [301, authorized],
    [302, authorized],
    [303, authorized],
    [307, authorized],
    [308, authorized],
    [302, get],
  ])('follows no redirect with %i by itself', async (status, request) => {
    const stranger = await startKeeper();
    const server = await startServer((_request, response) => {
      response.writeHead(status, { location: stranger.url }).end();
    });
    const response = await transportTo(server.url).send(request(server.url));
    expect(response).toMatchObject({ status, headers: { location: stranger.url } });
    expect(stranger.received).toEqual([]);
  });

  test('sends a form URL-encoded', async () => {
    const { method, headers, bytes } = await received({ type: 'form', fields: { a: '0', 'b&c': 'ü =+\n' } });
    expect(method).toBe('POST');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(bytes.toString()).toBe('a=0&b%26c=%C3%BC+%3D%2B%0A');
    expect(headers['content-length']).toBe(String(bytes.byteLength));
  });

  test.each([
    ['{"a":["ü",1,null]}', { a: ['ü', 1, null] }],
    ['{}', {}],
    ['[]', []],
    ['" text "', ' text '],
  ])('sends the JSON %s', async (text, value) => {
    const { headers, bytes } = await received({ type: 'json', value });
    expect(headers['content-type']).toBe('application/json');
    expect(bytes.toString()).toBe(text);
  });
});

describe('a multipart body', () => {
  test('announces its length, and brings fields and file', async () => {
    const fields = { 'file-password': 'a"ü', empty: '' };
    const file = fileOf('content', 'sample.bin');
    const { headers, bytes } = await received({ type: 'multipart', fields, file });
    expect(headers['content-length']).toBe(String(bytes.byteLength));
    expect(headers['transfer-encoding']).toBeUndefined();
    const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1] ?? '';
    expect(bytes.toString()).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="file-password"\r\n\r\na"ü\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="sample.bin"\r\n` +
        `Content-Type: text/plain\r\n\r\ncontent\r\n--${boundary}--\r\n`,
    );
  });

  test.each([
    ['Größe €.pdf', 'Größe €.pdf'],
    ['日本.zip', '日本.zip'],
    ['semi;colon=.txt', 'semi;colon=.txt'],
    ['a "quoted" name', 'a %22quoted%22 name'],
    ['x"\r\nContent-Type: text/html\r\n\r\n--', 'x%22%0D%0AContent-Type: text/html%0D%0A%0D%0A--'],
  ])('carries the file name %j and nothing that it forges', async (name, sent) => {
    const { bytes } = await received({ type: 'multipart', fields: {}, file: fileOf('content', name) });
    expect(bytes.toString()).toContain(
      `; name="file"; filename="${sent}"\r\nContent-Type: text/plain\r\n\r\n`,
    );
  });

  test.each([
    ['longer', 3],
    ['shorter', 30],
  ])('fails when the file is %s than announced', async (_what, size) => {
    const server = await startKeeper();
    const body = { type: 'multipart', fields: {}, file: { ...fileOf('content', 'a'), size } } as const;
    const failure = await failureOf(transportTo(server.url).send(post(server.url, body)));
    expect(failure).toMatchObject({ name: 'TransportError', failure: 'broken' });
  });
});

describe('an answer', () => {
  test('flows while the server is still sending', async () => {
    const read = Promise.withResolvers<undefined>();
    const server = await startServer((_request, response) => {
      response.write('first ');
      void read.promise.then(() => response.end('second'));
    });
    const { body } = await transportTo(server.url).send(authorized(server.url));
    const chunks = body[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('first ');
    read.resolve(undefined);
    expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('second');
    expect((await chunks.next()).done).toBe(true);
  });

  test('that is discarded ends its connection', async () => {
    const server = await startServer((_request, response) => {
      response.write('and so on');
    });
    const unread = await transportTo(server.url).send(authorized(server.url));
    unread.discard();
    await expect.poll(server.open).toBe(0);
    const begun = await transportTo(server.url).send(authorized(server.url));
    await begun.body[Symbol.asyncIterator]().next();
    begun.discard();
    await expect.poll(server.open).toBe(0);
  });

  test('that breaks off before anybody reads it disturbs nothing else', async () => {
    const body = new PassThrough();
    const functions = requestFunctions({ type: { name: '', displayName: '', properties: [] }, data: {} });
    functions.helpers.httpRequest = () => Promise.resolve({ statusCode: 200, headers: {}, body });
    const credential = { type: 'testApi', header: 'authorization', tls: {} };
    const response = await createTransport(functions, credential, realClock).send(get('https://a.test'));
    body.destroy(new Error('broken off'));
    // An unhandled error would fail the run now.
    await realClock.sleep(20, new AbortController().signal);
    expect(await failureOf(readText(response))).toMatchObject({ failure: 'broken' });
  });

  test('whose request is given up before anybody reads it ends its connection', async () => {
    const ending = new AbortController();
    const server = await startServer((_request, response) => {
      response.write('and so on');
    });
    await transportTo(server.url).send(authorized(server.url, ending.signal));
    ending.abort();
    await expect.poll(server.open).toBe(0);
  });
});

describe('a redirect of a download to another origin is followed by core without the credential', () => {
  test('of Spectra Analyze', async () => {
    await using simulator = await startSimulator();
    const stranger = await startKeeper(404);
    const { token } = simulator.spectraAnalyze;
    const { sha1 } = simulator.spectraAnalyze.addSample();
    const fault = { kind: 'redirect', status: 302, location: stranger.url } as const;
    simulator.faults.script({ route: 'spectra-analyze.pdf.download', fault });
    const transport = transportTo(simulator.url, { value: `Token ${token}` });
    const client = new SpectraAnalyzeClient({ baseUrl: simulator.url, token, transport, clock: realClock });
    await failureOf(client.downloadPdfReport(sha1, readBytes));
    expect(simulator.journal.list()).toMatchObject([{ credential: 'right', status: 302 }]);
    expect(stranger.received).toHaveLength(1);
    expect(stranger.received[0]?.headers).not.toHaveProperty('authorization');
    expect(JSON.stringify(stranger.received)).not.toContain(token);
  });

  test('of DigiCert', async () => {
    await using simulator = await startSimulator();
    const stranger = await startKeeper(404);
    const { apiKey } = simulator.digicert;
    const fault = { kind: 'redirect', status: 302, location: stranger.url } as const;
    simulator.faults.script({ route: 'digicert.report.download', fault });
    const transport = transportTo(simulator.url, { header: 'x-dc-devkey', value: apiKey });
    const client = new DigicertClient({ baseUrl: simulator.url, apiKey, transport, clock: realClock });
    await failureOf(client.downloadReport({ reportId: 'r', runId: 'n', format: 'CSV' }, readBytes));
    expect(simulator.journal.list()).toMatchObject([{ credential: 'right', status: 302 }]);
    expect(stranger.received).toHaveLength(1);
    expect(stranger.received[0]?.headers).not.toHaveProperty('x-dc-devkey');
    expect(JSON.stringify(stranger.received)).not.toContain(apiKey);
  });
});

describe('a request whose own signal aborts, though the execution goes on,', () => {
  const reason = new Error('given up');
  const executionSignal = new AbortController().signal;

  test('is not sent when it had aborted before', async () => {
    const server = await startKeeper();
    const transport = transportTo(server.url, { executionSignal });
    expect(await failureOf(transport.send(authorized(server.url, AbortSignal.abort(reason))))).toBe(reason);
    expect(server.connections()).toBe(0);
  });

  test.each([
    ['with the credential', authorized],
    ['without it', get],
  ])('ends while the server thinks, %s', async (_how, request) => {
    const ending = new AbortController();
    const server = await startServer(() => {
      ending.abort(reason);
    });
    const transport = transportTo(server.url, { executionSignal });
    expect(await failureOf(transport.send(request(server.url, ending.signal)))).toBe(reason);
    await expect.poll(server.open).toBe(0);
  });

  test('ends in the middle of a download', async () => {
    const ending = new AbortController();
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
    });
    const transport = transportTo(server.url, { executionSignal });
    const { body } = await transport.send(authorized(server.url, ending.signal));
    const chunks = body[Symbol.asyncIterator]();
    await chunks.next();
    const next = failureOf(chunks.next());
    ending.abort(reason);
    expect(await next).toBe(reason);
    await expect.poll(server.open).toBe(0);
  });

  test('ends in the middle of an upload, and closes the file', async () => {
    const ending = new AbortController();
    const server = await startServer((request) => {
      request.once('data', () => {
        ending.abort(reason);
      });
    });
    const { file, closed } = zeros(200_000_000);
    const body = { type: 'multipart', fields: {}, file } as const;
    const transport = transportTo(server.url, { executionSignal });
    expect(await failureOf(transport.send(post(server.url, body, ending.signal)))).toBe(reason);
    await closed;
    await expect.poll(server.open).toBe(0);
  });
});

test('the deadline of core ends a request that the server never answers', async () => {
  await using simulator = await startSimulator();
  const { token } = simulator.spectraAnalyze;
  const { sha1 } = simulator.spectraAnalyze.addSample();
  simulator.faults.script({ route: 'spectra-analyze.pdf.status', fault: { kind: 'hang' } });
  const executionSignal = new AbortController().signal;
  const transport = transportTo(simulator.url, { value: `Token ${token}`, executionSignal });
  const client = new SpectraAnalyzeClient({ baseUrl: simulator.url, token, transport, clock: realClock });
  const failure = await failureOf(client.getPdfReportStatus(sha1, { deadline: realClock.now() + 2000 }));
  expect(failure).toMatchObject({ name: 'TimeoutError' });
  await expect.poll(() => simulator.journal.list()).toMatchObject([{ aborted: true }]);
});

describe('a server that keeps silent for 60 seconds is given up', () => {
  const stalled = (host: string) => ({
    name: 'TransportError',
    failure: 'stalled',
    maybeTaken: true,
    message: `${host} kept silent for 60 seconds`,
  });
  // A minute is 0.2 seconds.
  const clock = acceleratedClock(300);

  test('before its answer', async () => {
    const server = await startServer(() => undefined);
    const failure = await failureOf(transportTo(server.url, { clock }).send(authorized(server.url)));
    expect(failure).toMatchObject(stalled(`127.0.0.1:${server.port}`));
    await expect.poll(server.open).toBe(0);
  });

  test('in the middle of its answer', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
    });
    const response = await transportTo(server.url, { clock }).send(authorized(server.url));
    expect(await failureOf(readText(response))).toMatchObject(stalled(`127.0.0.1:${server.port}`));
    await expect.poll(server.open).toBe(0);
  });

  test('in the middle of an upload, whose file is closed', async () => {
    const server = await startServer((request) => request.pause());
    const { file, closed } = zeros(200_000_000);
    const body = { type: 'multipart', fields: {}, file } as const;
    const failure = await failureOf(transportTo(server.url, { clock }).send(post(server.url, body)));
    expect(failure).toMatchObject(stalled(`127.0.0.1:${server.port}`));
    await closed;
  });
});

describe('a server is not given up', () => {
  // A minute is a second.
  const clock = acceleratedClock(60);
  const never = new AbortController().signal;

  test('while an upload goes on, however long it takes', async () => {
    const server = await startKeeper();
    const { file } = zeros(5 * 65_536, () => clock.sleep(20_000, never));
    const body = { type: 'multipart', fields: {}, file } as const;
    expect(await transportTo(server.url, { clock }).send(post(server.url, body))).toMatchObject({
      status: 200,
    });
  });

  test('while whoever reads its answer takes their time', async () => {
    const server = await startServer((_request, response) => {
      response.write('first ');
      setTimeout(() => response.end('second'), 50);
    });
    const { body } = await transportTo(server.url, { clock }).send(authorized(server.url));
    let text = '';
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString();
      if (text === 'first ') await clock.sleep(70_000, never);
    }
    expect(text).toBe('first second');
  });
});

describe('an exchange that fails', () => {
  test('is unreachable when nobody listens, and nothing was taken', async () => {
    const host = `127.0.0.1:${await unusedPort()}`;
    expect(await failureOf(transportTo(`http://${host}`).send(authorized(`http://${host}`)))).toMatchObject({
      name: 'TransportError',
      failure: 'unreachable',
      maybeTaken: false,
      message: `${host} refused the connection (ECONNREFUSED)`,
    });
  });

  test('is unreachable when the name is unknown', async () => {
    const url = 'https://appliance.invalid';
    expect(await failureOf(transportTo(url).send(authorized(url)))).toMatchObject({
      name: 'TransportError',
      failure: 'unreachable',
      maybeTaken: false,
    });
  });

  test('is unreachable when the server does not speak TLS', async () => {
    const { url } = await startKeeper();
    const secure = url.replace('http:', 'https:');
    expect(await failureOf(transportTo(secure).send(authorized(secure)))).toMatchObject({
      name: 'TransportError',
      failure: 'unreachable',
      maybeTaken: false,
    });
  });

  test.each([
    ['at once', (socket: Socket) => socket.destroy()],
    ['after the greeting', (socket: Socket) => socket.once('data', () => socket.destroy())],
  ])('is unreachable when the server closes the connection before TLS is spoken, %s', async (_how, serve) => {
    const server = await startRawServer(serve);
    const secure = server.url.replace('http:', 'https:');
    expect(await failureOf(transportTo(secure).send(authorized(secure)))).toMatchObject({
      name: 'TransportError',
      failure: 'unreachable',
      maybeTaken: false,
      message: `127.0.0.1:${server.port} broke the connection off before it was open (ECONNRESET)`,
    });
  });

  test.each(['reset', 'closed'])('is broken when the connection is %s before the answer', async (how) => {
    const server = await startServer(({ socket }) => {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.end();
    });
    expect(await failureOf(transportTo(server.url).send(authorized(server.url)))).toMatchObject({
      name: 'TransportError',
      failure: 'broken',
      maybeTaken: true,
    });
  });

  test.each(['reset', 'closed'])('is broken when the connection is %s in the answer', async (how) => {
    const server = await startServer(({ socket }, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => {
        if (how === 'reset') socket.resetAndDestroy();
        else socket.destroySoon();
      });
    });
    const response = await transportTo(server.url).send(authorized(server.url));
    expect(await failureOf(readText(response))).toMatchObject({
      name: 'TransportError',
      failure: 'broken',
      maybeTaken: true,
    });
  });

  test('is broken when the end of an answer of unknown length is missing', async () => {
    const server = await startRawServer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
      );
    });
    const response = await transportTo(server.url).send(authorized(server.url));
    expect(await failureOf(readText(response))).toMatchObject({ failure: 'broken' });
  });

  test.each([
    ['with the credential', authorized],
    ['without it', get],
  ])('since n8n forbids it is told in the words of n8n, %s', async (_how, request) => {
    const forbidden = new UserError('The request was blocked', {
      description: 'Ask for the host to be allowed',
    });
    const functions = requestFunctions({ type: { name: '', displayName: '', properties: [] }, data: {} });
    functions.helpers.httpRequest = () => Promise.reject(forbidden);
    functions.helpers.httpRequestWithAuthentication = () =>
      Promise.reject(new NodeApiError(functions.getNode(), forbidden as never));
    const credential = { type: 'testApi', header: 'authorization', tls: {} };
    const transport = createTransport(functions, credential, realClock);
    expect(await failureOf(transport.send(request('https://appliance.test')))).toMatchObject({
      message: 'The request was blocked',
      description: 'Ask for the host to be allowed',
    });
  });
});

describe('an answer that is encoded although it should not be', () => {
  const content = 'a report, row by row\n'.repeat(10_000);

  function startEncoder(encoding: string, body: Uint8Array) {
    return startServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'content-length': body.byteLength }).end(body);
    });
  }

  test.each([
    ['gzip', gzipSync(content)],
    ['deflate', deflateSync(content)],
    ['deflate', deflateRawSync(content)],
    ['br', brotliCompressSync(content)],
  ])('as %s is decoded, and its length is not that of the content', async (encoding, body) => {
    const server = await startEncoder(encoding, body);
    const response = await transportTo(server.url).send(authorized(server.url));
    expect(response.headers).not.toHaveProperty('content-length');
    expect(await readText(response)).toBe(content);
  });

  test.each(['unheard-of', 'gzip, br'])('as %s is refused by its name', async (encoding) => {
    const server = await startEncoder(encoding, Buffer.from('anything'));
    const response = await transportTo(server.url).send(authorized(server.url));
    expect(await failureOf(readText(response))).toMatchObject({
      name: 'TransportError',
      failure: 'unreadable',
      message: `127.0.0.1:${server.port} encoded its answer as ${encoding}, which it was not asked for`,
    });
  });
});

test('interim answers that nobody asked for are skipped', async () => {
  const server = await startServer((request, response) => {
    response.writeContinue();
    response.writeProcessing();
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    request.resume().once('end', () => response.end('hello'));
  });
  const { file } = zeros(1_000_000);
  for (const request of [authorized(server.url), post(server.url, { type: 'multipart', fields: {}, file })]) {
    expect(await readText(await transportTo(server.url).send(request))).toBe('hello');
  }
});

describe('a certificate', () => {
  const untrusted = { name: 'TransportError', failure: 'untrusted', maybeTaken: false };

  test('that signs itself is refused before anything is sent', async () => {
    let requests = 0;
    const server = await startServer(() => (requests += 1), await selfSignedCertificate());
    expect(await failureOf(transportTo(server.url).send(authorized(server.url)))).toMatchObject({
      ...untrusted,
      message: `the certificate of 127.0.0.1:${server.port} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
    expect(requests).toBe(0);
  });

  test.each([
    ['with the credential', authorized],
    ['without it', get],
  ])('that signs itself is accepted when SSL issues are ignored, %s', async (_how, request) => {
    const server = await startServer((_request, response) => response.end(), await selfSignedCertificate());
    const transport = transportTo(server.url, { ignoreSslIssues: true });
    expect(await transport.send(request(server.url))).toMatchObject({ status: 200 });
  });

  test.each([
    ['as it is', (pem: string) => pem],
    ['in one line, with blanks for the line breaks', (pem: string) => pem.trim().replace(/\r?\n/g, ' ')],
    ['with the line breaks of Windows', (pem: string) => pem.replace(/\r?\n/g, '\r\n')],
    ['with blanks around it', (pem: string) => `\n  ${pem}  \n`],
  ])('of a private authority is accepted when that is given %s', async (_how, pasted) => {
    const authority = await privateAuthority();
    const server = await startServer(
      (_request, response) => response.end(),
      await signedCertificate(authority),
    );
    const transport = transportTo(server.url, { caBundle: pasted(authority.cert) });
    expect(await transport.send(authorized(server.url))).toMatchObject({ status: 200 });
  });

  test('of a private authority is accepted when that is one of several, all in one line', async () => {
    const authority = await privateAuthority();
    const server = await startServer(
      (_request, response) => response.end(),
      await signedCertificate(authority),
    );
    const bundle = `${(await privateAuthority('Another authority')).cert}\n${authority.cert}`;
    const transport = transportTo(server.url, { caBundle: bundle.replace(/\s*\n/g, ' ') });
    expect(await transport.send(authorized(server.url))).toMatchObject({ status: 200 });
  });

  test('is accepted when its intermediate authority, or it itself, is given', async () => {
    const root = await privateAuthority('Root authority');
    const intermediate = await privateAuthority('Issuing authority', { ca: root });
    const certificate = await signedCertificate(intermediate);
    const server = await startServer((_request, response) => response.end(), certificate);
    for (const caBundle of [intermediate.cert, certificate.cert]) {
      const response = await transportTo(server.url, { caBundle }).send(authorized(server.url));
      expect(response).toMatchObject({ status: 200 });
    }
    const onlyRoot = transportTo(server.url, { caBundle: root.cert });
    expect(await failureOf(onlyRoot.send(authorized(server.url)))).toMatchObject(untrusted);
  });

  test('with a key that is too short is said to be so', async () => {
    const authority = await privateAuthority('Private authority', { keyType: 'rsa' });
    const server = await startServer((_request, response) => response.end(), {
      ...(await signedCertificate(authority, undefined, shortKey)),
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const transport = transportTo(server.url, { caBundle: authority.cert });
    expect(await failureOf(transport.send(authorized(server.url)))).toMatchObject({
      ...untrusted,
      message: expect.stringContaining('has a key that is too short to be trusted') as string,
      remedy: expect.stringContaining('renew its certificate') as string,
    });
  });

  test('of a private authority is refused without it, or with another one', async () => {
    const server = await startServer(() => undefined, await signedCertificate(await privateAuthority()));
    for (const caBundle of ['', (await privateAuthority('Another authority')).cert]) {
      const failure = await failureOf(transportTo(server.url, { caBundle }).send(authorized(server.url)));
      expect(failure).toMatchObject(untrusted);
    }
  });

  test('for another host is refused, although its authority is trusted', async () => {
    const authority = await privateAuthority();
    const server = await startServer(() => undefined, await signedCertificate(authority, 'other.test'));
    const transport = transportTo(server.url, { caBundle: authority.cert });
    expect(await failureOf(transport.send(authorized(server.url)))).toMatchObject(untrusted);
  });
});

test('many requests on one signal leave nothing behind', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const server = await startServer((request, response) => {
    if (request.url === '/broken') request.socket.resetAndDestroy();
    else response.end('hello');
  });
  const { signal } = new AbortController();
  const transport = transportTo(server.url);
  const exchanges = Array.from({ length: 100 }, async (_, index) => {
    if (index % 3 === 0) return failureOf(transport.send(authorized(`${server.url}/broken`, signal)));
    const response = await transport.send(authorized(server.url, signal));
    if (index % 3 === 1) return readText(response);
    response.discard();
    return undefined;
  });
  await Promise.all(exchanges);
  await expect.poll(server.open).toBe(0);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});
