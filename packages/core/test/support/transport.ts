import { onTestFinished } from 'vitest';
import {
  type ClosableTransport,
  createUndiciTransport,
  type UndiciTransportOptions,
} from '../../src/node/undici-transport.ts';
import type { HttpRequest, HttpResponse } from '../../src/transport.ts';

/** The transport, until the test ends. */
export function openTransport(options: UndiciTransportOptions = {}): ClosableTransport {
  const transport = createUndiciTransport(options);
  onTestFinished(() => transport.close());
  return transport;
}

export function get(url: string, signal = new AbortController().signal): HttpRequest {
  return { method: 'GET', url: new URL(url), headers: {}, signal };
}

export async function readBytes(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function readText(response: HttpResponse): Promise<string> {
  return (await readBytes(response.body)).toString();
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it succeeded');
}
