import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { TransportError } from '../../src/transport.ts';
import { setProxies } from '../support/environment.ts';
import { startProxy } from '../support/proxy.ts';
import { startRawServer, startServer, unusedPort } from '../support/servers.ts';
import { failureOf, get, openTransport, readText } from '../support/transport.ts';

const long = { connect: 60_000, headers: 60_000, body: 60_000 };

describe('an exchange that does not come about', () => {
  test('fails as unreachable when nobody listens, and nothing was taken', async () => {
    const port = await unusedPort();
    const failure = await failureOf(openTransport().send(get(`http://127.0.0.1:${port}`)));
    expect(failure).toBeInstanceOf(TransportError);
    expect(failure).toMatchObject({
      failure: 'unreachable',
      maybeTaken: false,
      message: `127.0.0.1:${port} refused the connection (ECONNREFUSED)`,
    });
  });

  test('fails as unreachable when the name is unknown', async () => {
    const failure = await failureOf(openTransport().send(get('https://appliance.invalid')));
    expect(failure).toMatchObject({ failure: 'unreachable', maybeTaken: false });
  });

  test('fails as unreachable when the server does not finish the TLS handshake in time', async () => {
    const server = await startRawServer(() => undefined);
    const url = server.url.replace('http:', 'https:');
    const failure = await failureOf(openTransport({ timeouts: { ...long, connect: 200 } }).send(get(url)));
    expect(failure).toMatchObject({
      failure: 'unreachable',
      maybeTaken: false,
      message: expect.stringContaining('did not take the connection in time') as string,
    });
  });
});

describe('a connection that ends before TLS is spoken', () => {
  const endings: [how: string, serve: (socket: Socket) => void][] = [
    ['is reset at once', (socket) => socket.resetAndDestroy()],
    ['is closed at once', (socket) => socket.destroy()],
    ['is reset after the greeting', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['is closed after the greeting', (socket) => socket.once('data', () => socket.destroy())],
    ['is answered in no TLS', (socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n'))],
    [
      'is answered with an alert that means nothing here',
      (socket) => socket.once('data', () => socket.end(Buffer.from('15030100020250', 'hex'))),
    ],
  ];

  test('and is refused with an alert about its TLS is not tried again', async () => {
    const server = await startRawServer((socket) =>
      socket.once('data', () => socket.end(Buffer.from('15030100020228', 'hex'))),
    );
    expect(await failureOf(openTransport().send(get(server.url.replace('http:', 'https:'))))).toMatchObject({
      failure: 'untrusted',
      maybeTaken: false,
      message: expect.stringContaining('know no safe way in common to speak TLS') as string,
    });
  });

  test.each(endings)('and %s fails as unreachable, and nothing was taken', async (_how, serve) => {
    const server = await startRawServer(serve);
    const failure = await failureOf(openTransport().send(get(server.url.replace('http:', 'https:'))));
    expect(failure).toMatchObject({
      name: 'TransportError',
      failure: 'unreachable',
      maybeTaken: false,
      message: expect.stringContaining(`127.0.0.1:${server.port} `) as string,
    });
  });

  test.each(endings)('behind a proxy and %s fails in the same way', async (_how, serve) => {
    const server = await startRawServer(serve);
    const proxy = await startProxy();
    setProxies({ HTTPS_PROXY: `http://${proxy.host}` });
    const failure = await failureOf(openTransport().send(get(`https://appliance.test:${server.port}`)));
    expect(failure).toMatchObject({ name: 'TransportError', failure: 'unreachable', maybeTaken: false });
    expect(proxy.requests).toEqual([`CONNECT appliance.test:${server.port}`]);
  });
});

describe('an answer that does not come', () => {
  test('in time fails as stalled, and the request may have been taken', async () => {
    const server = await startServer(() => undefined);
    const timeouts = { ...long, headers: 200 };
    const failure = await failureOf(openTransport({ timeouts }).send(get(server.url)));
    expect(failure).toMatchObject({
      failure: 'stalled',
      maybeTaken: true,
      message: `127.0.0.1:${server.port} took the request but did not answer in time (UND_ERR_HEADERS_TIMEOUT)`,
    });
  });

  test('since the connection was reset fails as broken', async () => {
    const server = await startServer((request) => request.socket.resetAndDestroy());
    const failure = await failureOf(openTransport().send(get(server.url)));
    expect(failure).toMatchObject({ failure: 'broken', maybeTaken: true });
  });

  test('since the connection was closed fails as broken', async () => {
    const server = await startServer((request) => request.socket.end());
    const failure = await failureOf(openTransport().send(get(server.url)));
    expect(failure).toMatchObject({ failure: 'broken', maybeTaken: true });
  });

  test('since something else speaks on that port fails as broken', async () => {
    const server = await startRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    const failure = await failureOf(openTransport().send(get(server.url)));
    expect(failure).toMatchObject({ failure: 'broken', maybeTaken: true });
  });
});

describe('an answer that does not end', () => {
  test('fails as stalled when the body stops for too long', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
    });
    const response = await openTransport({ timeouts: { ...long, body: 200 } }).send(get(server.url));
    expect(response.status).toBe(200);
    expect(await failureOf(readText(response))).toMatchObject({
      name: 'TransportError',
      failure: 'stalled',
      maybeTaken: true,
      message: `127.0.0.1:${server.port} stopped in the middle of its answer (UND_ERR_BODY_TIMEOUT)`,
    });
  });

  test.each(['reset', 'closed'])('fails as broken when the connection is %s in the body', async (how) => {
    const server = await startServer((request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => {
        if (how === 'reset') request.socket.resetAndDestroy();
        else request.socket.destroySoon();
      });
    });
    const response = await openTransport().send(get(server.url));
    expect(await failureOf(readText(response))).toMatchObject({
      name: 'TransportError',
      failure: 'broken',
      maybeTaken: true,
    });
  });

  test('fails as broken when the last chunk of an unannounced length is missing', async () => {
    const server = await startRawServer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
      );
    });
    const response = await openTransport().send(get(server.url));
    expect(await failureOf(readText(response))).toMatchObject({ failure: 'broken' });
  });
});

describe('a request whose signal aborts', () => {
  const reason = new Error('canceled by the user');

  test('before it is sent is not sent', async () => {
    const server = await startServer((_request, response) => response.end());
    expect(await failureOf(openTransport().send(get(server.url, AbortSignal.abort(reason))))).toBe(reason);
    expect(server.connections()).toBe(0);
  });

  test('while the server thinks ends with the signal’s reason', async () => {
    const canceling = new AbortController();
    const server = await startServer(() => {
      canceling.abort(reason);
    });
    expect(await failureOf(openTransport().send(get(server.url, canceling.signal)))).toBe(reason);
  });

  test('in the body ends the body with the signal’s reason, and the connection', async () => {
    const canceling = new AbortController();
    let closed: Promise<unknown> | undefined;
    const server = await startServer((request, response) => {
      closed = new Promise((resolve) => request.socket.once('close', resolve));
      response.writeHead(200, { 'content-length': 10 }).write('half');
    });
    const response = await openTransport().send(get(server.url, canceling.signal));
    const chunks = response.body[Symbol.asyncIterator]();
    await chunks.next();
    canceling.abort(reason);
    expect(await failureOf(chunks.next())).toBe(reason);
    await closed;
    expect(server.open()).toBe(0);
  });
});

test('closing the transport ends a request that is under way', async () => {
  const transport = openTransport();
  const server = await startServer(() => {
    void transport.close();
  });
  expect(await failureOf(transport.send(get(server.url)))).toBeInstanceOf(TransportError);
});
