import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** How a callback ended. */
export type CallbackOutcome = { readonly status: number } | { readonly error: string };

/** How long a receiver may take. */
const patienceMs = 10_000;

/**
 * Posts JSON to a receiver, and follows no redirect.
 *
 * @returns the status that was answered, or why none was: never an exception, and nothing of the headers' values
 */
export async function postCallback(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<CallbackOutcome> {
  const target = URL.parse(url);
  if (target === null || !/^https?:$/.test(target.protocol)) return { error: 'not an http(s) URL' };
  const all = callbackRequestHeaders(headers, body);
  if (all === undefined) return { error: 'callback_headers that cannot be sent' };

  const { promise, resolve } = Promise.withResolvers<CallbackOutcome>();
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const limits = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  send(target, { method: 'POST', headers: all, agent: false, signal: limits })
    .on('response', (response) => {
      resolve({ status: response.statusCode ?? 0 });
      response.on('error', () => undefined).resume();
    })
    .on('error', (error: NodeJS.ErrnoException) => {
      resolve({ error: error.code ?? error.name });
    })
    .end(body);
  return promise;
}

function callbackRequestHeaders(
  headers: Readonly<Record<string, string>>,
  body: string,
): Record<string, string> | undefined {
  try {
    const all = new Headers({ 'content-type': 'application/json' });
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    // The body's own length, whatever the headers say.
    all.delete('transfer-encoding');
    all.set('content-length', String(Buffer.byteLength(body)));
    return Object.fromEntries(all);
  } catch {
    return undefined;
  }
}
