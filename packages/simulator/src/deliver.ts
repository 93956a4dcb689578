import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { Answer } from './answer.ts';
import { firstBytes } from './answer.ts';
import type { InterimStatus } from './faults.ts';
import { discardRest, isBeingReceived } from './receive.ts';

/** Sends the whole answer and finishes the response. */
export async function send(response: ServerResponse, answer: Answer): Promise<void> {
  writeHead(response, answer);
  for (const chunk of answer.body.chunks()) {
    if (response.destroyed) return;
    await write(response, chunk);
  }
  await finish(response);
}

/**
 * Announces the whole answer, sends the beginning of its body, and leaves the response open.
 *
 * @param bytes how much of the body; 0 sends the headers only
 */
export async function sendBeginning(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  writeHead(response, answer);
  response.flushHeaders();
  for (const chunk of firstBytes(answer.body, bytes).chunks()) {
    if (response.destroyed) return;
    await write(response, chunk);
  }
}

/**
 * Sends the whole answer in small pieces.
 *
 * @param bytes the size of a piece
 * @param pauseMs the time between two pieces
 */
export async function sendSlowly(
  response: ServerResponse,
  answer: Answer,
  bytes: number,
  pauseMs: number,
): Promise<void> {
  writeHead(response, answer);
  response.flushHeaders();
  for (const chunk of answer.body.chunks()) {
    for (let start = 0; start < chunk.length; start += bytes) {
      if (response.destroyed) return;
      await write(response, chunk.subarray(start, start + bytes));
      await pause(response, pauseMs);
    }
  }
  await finish(response);
}

/** Sends an interim answer, behind which the final one is still to come. */
export function sendInterim(response: ServerResponse, status: InterimStatus): void {
  switch (status) {
    case 100:
      response.writeContinue();
      return;
    case 102:
      response.writeProcessing();
      return;
    case 103:
      response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
  }
}

/** Waits, but no longer than the connection lives. */
export async function pause(response: ServerResponse, ms: number): Promise<void> {
  if (response.destroyed) return;
  const over = new AbortController();
  await Promise.race([
    sleep(ms, undefined, { signal: over.signal }),
    once(response, 'close', { signal: over.signal }),
  ]).finally(() => {
    over.abort();
  });
}

/** Ends the connection in good order (FIN) after what was written, whatever was announced. */
export function hangUp(response: ServerResponse): void {
  response.socket?.destroySoon();
}

/** Resets the connection (RST). Under TLS, where Node offers no reset, it is destroyed without a close notice. */
export function resetConnection(response: ServerResponse): void {
  const socket: Socket | null = response.socket;
  if (socket === null) return;
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

function writeHead(response: ServerResponse, answer: Answer): void {
  const { status, headers, body } = answer;
  const announced = Number.isFinite(body.bytes) && status !== 204 && status !== 304;
  response.writeHead(status, {
    ...headers,
    ...(announced && { 'content-length': body.bytes }),
    ...(isBeingReceived(response.req) && { connection: 'close' }),
  });
}

/**
 * Ends the response. When it came before the end of the request, what is still underway is thrown away for a while: to
 * close at once would reset the connection, and the client might lose the answer that it has not read yet.
 */
async function finish(response: ServerResponse): Promise<void> {
  if (isBeingReceived(response.req)) {
    response.flushHeaders();
    delivered.add(response);
    await discardRest(response.req, lingerMs);
  }
  response.end();
}

const delivered = new WeakSet<ServerResponse>();

/** Whether the whole answer has left for the client, even if the response is still open. */
export function isDelivered(response: ServerResponse): boolean {
  return response.writableFinished || delivered.has(response);
}

/** As nginx does it by default (`lingering_time`). */
const lingerMs = 30_000;

/** Resolves when the bytes have left for the socket, or can no longer do so. */
async function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const settle = (): void => {
    resolve(undefined);
  };
  response.once('close', settle);
  response.write(chunk, settle);
  await promise;
  response.off('close', settle);
}
