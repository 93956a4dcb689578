import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '@security-reports/simulator';

export interface FileToSend {
  readonly name: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/** What came back, however it ended. */
export interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The code or message of the connection's error. */
  readonly error: string | undefined;
  /** How many bytes of the request had left when the answer, or the error, came. */
  readonly sent: number;
}

/** A row of the list. */
export type Row = Readonly<Record<string, unknown>>;

export interface Page {
  readonly count: number;
  readonly page_result_count: number;
  readonly next: string | null;
  readonly has_more: boolean;
  readonly results: readonly Row[];
}

/** The right credential. */
export function credential(simulator: Simulator): { authorization: string } {
  return { authorization: `Token ${simulator.perceptionPoint.token}` };
}

/** Submits a multipart form when a file is given, and fields in a URL-encoded one otherwise. */
export function submit(
  simulator: Simulator,
  fields: Readonly<Record<string, string>>,
  file?: FileToSend,
): Promise<Response> {
  let body: FormData | URLSearchParams = new URLSearchParams(fields);
  if (file !== undefined) {
    body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    body.set('data', new Blob([file.content]), file.name);
  }
  return fetch(`${simulator.url}/api/v1/files/`, { method: 'POST', headers: credential(simulator), body });
}

/** Submits what is expected to be taken, and tells the scan id as text. */
export async function submitted(...args: Parameters<typeof submit>): Promise<string> {
  const answer = await submit(...args);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
  return /"scan_id":"?([^",}]+)/.exec(text)?.[1] ?? '';
}

/** Asks for a page of the list: by a query, or by the URL of a further page. */
export async function list(simulator: Simulator, query = ''): Promise<Page> {
  const url = query.startsWith('http') ? query : `${simulator.url}/api/v1/scans/list/${query}`;
  const answer = await fetch(url, { headers: credential(simulator) });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Page;
}

const boundary = 'a-boundary-that-is-in-no-file';

/** A multipart body with one file. */
export function* multipart(content: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="data"; filename="big.bin"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  yield* content;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** So many bytes, a megabyte at a time. */
export function* megabytes(count: number): Generator<Uint8Array> {
  const piece = Buffer.alloc(1_000_000, 'no malware ');
  for (let i = 0; i < count; i += 1) yield piece;
}

/** Sends a body piece by piece, however long it takes, and keeps whatever comes back. Stops sending at an answer. */
export async function stream(
  simulator: Pick<Simulator, 'url'>,
  pieces: Iterable<Uint8Array>,
  options: { readonly authorization?: string; readonly pauseMs?: number; readonly stopAfter?: number } = {},
): Promise<Received> {
  const { promise, resolve } = Promise.withResolvers<Received>();
  const over = new AbortController();
  let sent = 0;
  let head: Pick<Received, 'status' | 'headers'> = { status: undefined, headers: {} };
  const chunks: Buffer[] = [];
  const settle = (error?: NodeJS.ErrnoException): void => {
    over.abort();
    const text = Buffer.concat(chunks).toString();
    resolve({ ...head, text, error: error?.code ?? error?.message, sent });
  };
  const upload = request(`${simulator.url}/api/v1/files/`, {
    method: 'POST',
    agent: false,
    headers: {
      connection: 'keep-alive',
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...(options.authorization !== undefined && { authorization: options.authorization }),
    },
  });
  upload.setNoDelay(true);
  upload.on('error', settle);
  upload.on('response', (response) => {
    over.abort();
    head = { status: response.statusCode, headers: response.headers };
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', settle);
    response.on('end', () => {
      settle();
      upload.destroy();
    });
  });
  for (const piece of pieces) {
    if (over.signal.aborted) break;
    if (options.stopAfter !== undefined && sent >= options.stopAfter) break;
    await new Promise((done) => upload.write(piece, done));
    sent += piece.length;
    if (options.pauseMs !== undefined) await sleep(options.pauseMs);
  }
  if (options.stopAfter !== undefined && !over.signal.aborted) upload.destroy();
  else if (!over.signal.aborted) upload.end();
  return promise;
}
