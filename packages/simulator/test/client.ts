import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Simulator } from '@security-reports/simulator';

export interface Ask {
  readonly method?: string;
  /** The right token unless given; null sends none. */
  readonly authorization?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: URLSearchParams;
  readonly json?: unknown;
  readonly ca?: string;
}

/** What came back, however it ended. */
export interface Outcome {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** How many pieces the body came in. */
  readonly pieces: number;
  /** The code or message of the connection's error. */
  readonly error: string | undefined;
}

export interface Exchange {
  readonly outcome: Promise<Outcome>;
  /** Resolves with the body so far when it has at least this many bytes. */
  received(bytes: number): Promise<Buffer>;
  readonly settled: () => boolean;
  abort(): void;
}

/** Sends a request on a connection of its own and keeps whatever comes back. */
export function begin(simulator: Simulator, path: string, ask: Ask = {}): Exchange {
  const { authorization = `Token ${simulator.spectraAnalyze.token}`, form, json, ca } = ask;
  const payload = form?.toString() ?? (json === undefined ? undefined : JSON.stringify(json));
  const headers: Record<string, string> = { ...ask.headers };
  if (authorization !== null) headers['authorization'] = authorization;
  if (form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
  if (json !== undefined) headers['content-type'] = 'application/json';

  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let settled = false;
  let status: number | undefined;
  let responseHeaders: IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const size = (): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const settle = (error?: Error): void => {
    settled = true;
    const code = error !== undefined && 'code' in error ? String(error.code) : error?.message;
    resolve({
      status,
      headers: responseHeaders,
      body: Buffer.concat(chunks),
      pieces: chunks.length,
      error: code,
    });
  };

  const url = new URL(simulator.url + path);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const sent = send(url, {
    method: ask.method ?? 'GET',
    headers,
    agent: false,
    ...(ca !== undefined && { ca }),
  });
  sent.on('error', settle);
  sent.on('response', (response) => {
    status = response.statusCode;
    responseHeaders = response.headers;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      for (const check of waiting) check();
    });
    response.on('error', settle);
    response.on('end', () => {
      settle();
    });
    for (const check of waiting) check();
  });
  sent.end(payload);

  return {
    outcome: promise,
    settled: () => settled,
    received: (bytes) =>
      new Promise((done) => {
        const check = (): void => {
          if (status !== undefined && size() >= bytes) done(Buffer.concat(chunks));
        };
        waiting.push(check);
        check();
      }),
    abort: () => {
      sent.destroy();
    },
  };
}

/** Sends a request and waits for its end. */
export function ask(simulator: Simulator, path: string, options?: Ask): Promise<Outcome> {
  return begin(simulator, path, options).outcome;
}

/** The JSON of an answer that is expected to be JSON. */
export function jsonOf(outcome: Outcome): unknown {
  return JSON.parse(outcome.body.toString());
}

/** Sends a request and waits for its JSON. */
export async function askJson(simulator: Simulator, path: string, options?: Ask): Promise<unknown> {
  return jsonOf(await ask(simulator, path, options));
}
