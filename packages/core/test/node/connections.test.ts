import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startServer } from '../support/servers.ts';
import { get, openTransport, readText } from '../support/transport.ts';

describe('connections', () => {
  test('are used again for request after request', async () => {
    const server = await startServer((_request, response) => response.end('hello'));
    const transport = openTransport();
    for (let count = 0; count < 20; count += 1) await readText(await transport.send(get(server.url)));
    // Undici opens a second one when a request follows in the very moment in which the answer before it ends.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('are opened as many as requests are made at once', async () => {
    let waiting: (() => void)[] = [];
    const server = await startServer((_request, response) => {
      waiting.push(() => response.end('hello'));
      if (waiting.length < 20) return;
      for (const answer of waiting) answer();
      waiting = [];
    });
    const transport = openTransport();
    const requests = Array.from({ length: 20 }, async () => readText(await transport.send(get(server.url))));
    expect(await Promise.all(requests)).toHaveLength(20);
  });

  test('are freed by giving up a body that was not read', async () => {
    const server = await startServer((request, response) => {
      if (request.url === '/endless') response.writeHead(200).write('x');
      else response.end('hello');
    });
    const transport = openTransport();
    const response = await transport.send(get(`${server.url}/endless`));
    response.discard();
    expect(await readText(await transport.send(get(server.url)))).toBe('hello');
    await expect.poll(() => server.open()).toBe(1);
  });

  test('are freed, too, when only part of the body was read', async () => {
    const closed = Promise.withResolvers<undefined>();
    const server = await startServer((request, response) => {
      void once(request.socket, 'close').then(() => {
        closed.resolve(undefined);
      });
      response.writeHead(200).write('x');
    });
    const response = await openTransport().send(get(server.url));
    await response.body[Symbol.asyncIterator]().next();
    response.discard();
    await closed.promise;
    expect(server.open()).toBe(0);
  });

  test('survive that a body is given up after it was read', async () => {
    const server = await startServer((_request, response) => response.end('hello'));
    const transport = openTransport();
    for (let count = 0; count < 20; count += 1) {
      const response = await transport.send(get(server.url));
      await readText(response);
      response.discard();
    }
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});
