import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that a listener of a test received. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Listener extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
}

/** Starts an http server on loopback that takes everything, and notes it. */
export async function startListener(): Promise<Listener> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
      });
      response.end();
    });
  });
  return { ...(await listen(server)), requests };
}

export interface DeadEndProxy extends AsyncDisposable {
  readonly url: string;
  /** `host:port` of all that was to be connected. */
  readonly destinations: ReadonlySet<string>;
}

/**
 * Starts a forward proxy that connects nobody, and notes where to. So a test sees where something would be sent, and
 * nothing leaves the machine.
 */
export async function startDeadEndProxy(): Promise<DeadEndProxy> {
  const destinations = new Set<string>();
  const server = createServer().on('connect', (request, socket) => {
    destinations.add(request.url ?? '');
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
  });
  return { ...(await listen(server)), destinations };
}

async function listen(server: Server): Promise<AsyncDisposable & { readonly url: string }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
