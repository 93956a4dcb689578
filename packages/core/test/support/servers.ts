import { once } from 'node:events';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export interface TestServer {
  /** Its origin, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  /** How many connections it has accepted so far. */
  readonly connections: () => number;
  /** How many of them are open. */
  readonly open: () => number;
}

/** A web server on a free port of loopback, until the test ends. */
export async function startServer(
  listener: RequestListener,
  tls?: Certificate & Pick<TlsOptions, 'ciphers' | 'minVersion' | 'maxVersion'>,
): Promise<TestServer> {
  const server: HttpServer = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  return listen(server, tls === undefined ? 'http' : 'https');
}

/** A server that says, byte by byte, what `serve` writes. */
export async function startRawServer(serve: (socket: Socket) => void): Promise<TestServer> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  return listen(server, 'http');
}

/** A port of loopback on which nobody listens. */
export async function unusedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server, scheme: string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    connections: () => accepted,
    open: () => sockets.size,
  };
}
