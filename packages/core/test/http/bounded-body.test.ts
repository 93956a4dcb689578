import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { mostBytesToShow, readBoundedText } from '../../src/http/bounded-body.ts';
import { startServer } from '../support/servers.ts';
import { get, openTransport } from '../support/transport.ts';

const piece = Buffer.alloc(65_536, 'a');

/** Sends as fast as the other side takes it, and counts. */
async function startEndless() {
  let sent = 0;
  const closed = Promise.withResolvers<undefined>();
  const pump = (response: ServerResponse): void => {
    while (response.write(piece)) sent += piece.byteLength;
    sent += piece.byteLength;
    response.once('drain', () => {
      pump(response);
    });
  };
  const server = await startServer((_request, response) => {
    response.once('close', () => {
      closed.resolve(undefined);
    });
    pump(response);
  });
  return { url: server.url, sent: () => sent, closed: closed.promise };
}

describe('a body that is read into memory', () => {
  test.each([0, 1, 1_000_000])('is text of at most as many bytes as are asked for: %i', async (most) => {
    const server = await startServer((request, response) => {
      response.end(Buffer.alloc(Number(request.url?.slice(1)), 'a'));
    });
    const read = async (bytes: number): Promise<string | undefined> =>
      readBoundedText(await openTransport().send(get(`${server.url}/${bytes}`)), most);
    expect(await read(0)).toBe('');
    expect(await read(most)).toBe('a'.repeat(most));
    expect(await read(most + 1)).toBeUndefined();
  });

  test('without an end is given up soon, and its connection ended', async () => {
    const server = await startEndless();
    const response = await openTransport().send(get(server.url));
    expect(await readBoundedText(response, mostBytesToShow)).toBeUndefined();
    await server.closed;
    // The rest filled the buffers of the two sockets.
    expect(server.sent()).toBeLessThan(20_000_000);
  });
});
