import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';

/** Whether the request has a body that nobody has read to its end. */
export function isBeingReceived(request: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  return (encoding !== undefined || length !== '0') && !request.readableEnded && !request.destroyed;
}

/** Reads so many bytes of the body, or all of it when it has fewer, and throws them away. The rest stays unread. */
export async function receiveBeginning(request: IncomingMessage, bytes: number): Promise<void> {
  let left = bytes;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      left -= (chunk as Buffer).length;
      if (left <= 0) return;
    }
  } catch {
    // The client went away first.
  }
}

/** Reads the body to its end and throws it away, until the client goes away or the time is over. */
export async function discardRest(request: IncomingMessage, ms: number): Promise<void> {
  if (!isBeingReceived(request)) return;
  request.resume();
  await finished(request, { signal: AbortSignal.timeout(ms) }).catch(() => undefined);
}
