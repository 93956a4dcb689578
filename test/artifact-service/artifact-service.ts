import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ArtifactCall, FinalizedArtifact } from './artifact-ledger.ts';
import { artifactCalls, createArtifactLedger } from './artifact-ledger.ts';
import type { BlobStore } from './blob-store.ts';
import type { BlobAnswer } from './memory-blobs.ts';
import { createMemoryBlobs } from './memory-blobs.ts';

/** Everything that the service can be asked. */
export type Route = ArtifactCall | 'PutBlock' | 'PutBlockList' | 'GetBlob';

/**
 * - `reset`: the connection is reset, and nothing was done
 * - `lost-answer`: what was asked is done, and the connection is reset instead of an answer
 * - a status, which comes with an error of the service's form, and `msg` in it
 */
export type Failure = 'reset' | 'lost-answer' | number | { readonly status: number; readonly msg: string };

/** A request that came in, and what became of it. */
export interface JournalEntry {
  readonly route: Route | 'unknown';
  /** The artifact's name, where the request has one. */
  readonly name?: string;
  readonly status: number | 'reset';
}

export interface ArtifactServiceOptions {
  /** Where the bytes go; the service's own memory when absent. */
  readonly blobs?: BlobStore;
}

/** GitHub's artifact service for one job of one workflow run, on loopback. */
export interface ArtifactService {
  /** What the environment of a step in this job has. */
  readonly env: Readonly<Record<string, string>>;
  /** The finished artifacts, oldest first. */
  readonly artifacts: readonly FinalizedArtifact[];
  /** Every request so far. */
  readonly requests: readonly JournalEntry[];
  /** Makes the next requests for `route` fail; failures asked for later come after those asked for earlier. */
  fail(route: Route, failure: Failure, times?: number): void;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly content: Buffer | string;
}

const twirpPath = '/twirp/github.actions.results.api.v1.ArtifactService/';

/** Starts the service on a free port of 127.0.0.1. */
export async function startArtifactService(options: ArtifactServiceOptions = {}): Promise<ArtifactService> {
  const ids = { runId: randomUUID(), jobId: randomUUID() };
  const token = runtimeToken(ids);
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A status that no client retries, so that a test fails at once.
      response.writeHead(400).end(JSON.stringify({ code: 'malformed', msg: String(error) }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const memory = createMemoryBlobs(origin);
  const ledger = createArtifactLedger(ids, options.blobs ?? memory);
  const requests: JournalEntry[] = [];
  const failures: { route: Route; failure: Failure; left: number }[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin);
    const body = await buffer(request);
    const route = routeOf(request.method ?? '', url);
    const call = isCall(route) ? parseObject(body) : {};
    const failure = nextFailure(route);

    let reply: Reply | undefined;
    if (typeof failure === 'number') reply = errorReply(route, failure, 'scripted failure');
    else if (typeof failure === 'object') reply = errorReply(route, failure.status, failure.msg);
    else if (failure !== 'reset') {
      reply = isCall(route)
        ? await answerCall(route, call, request.headers.authorization)
        : answerBlob(route, url, body, String(request.headers['x-ms-blob-content-type']));
    }
    if (failure === 'lost-answer') reply = undefined;

    const name = call['name'] ?? call['name_filter'];
    requests.push({
      route,
      ...(typeof name === 'string' ? { name } : {}),
      status: reply?.status ?? 'reset',
    });
    if (reply === undefined) request.socket.resetAndDestroy();
    else response.writeHead(reply.status, { 'content-type': reply.type }).end(reply.content);
  }

  async function answerCall(
    route: ArtifactCall,
    call: Record<string, unknown>,
    authorization: string | undefined,
  ): Promise<Reply> {
    if (authorization !== `Bearer ${token}`) return errorReply(route, 401, 'invalid token');
    const { status, body } = await ledger.answer(route, call);
    return { status, type: 'application/json', content: JSON.stringify(body) };
  }

  function answerBlob(
    route: Exclude<Route, ArtifactCall> | 'unknown',
    url: URL,
    body: Buffer,
    contentType: string,
  ): Reply {
    const { status, blob } = askMemory();
    if (status >= 400) return errorReply(route, status, 'refused');
    return { status, type: blob?.contentType ?? 'text/plain', content: blob?.content ?? '' };

    function askMemory(): BlobAnswer {
      switch (route) {
        case 'PutBlock':
          return memory.putBlock(url, body);
        case 'PutBlockList':
          return memory.putBlockList(url, body, contentType);
        case 'GetBlob':
          return memory.get(url);
        case 'unknown':
          return { status: 404 };
      }
    }
  }

  function nextFailure(route: Route | 'unknown'): Failure | undefined {
    const scripted = failures.find((one) => one.route === route && one.left > 0);
    if (scripted === undefined) return undefined;
    scripted.left -= 1;
    return scripted.failure;
  }

  return {
    env: {
      ACTIONS_RESULTS_URL: `${origin}/`,
      ACTIONS_RUNTIME_TOKEN: token,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      GITHUB_RUN_ID: '1658821493',
      // A proxy of the machine cannot reach this loopback.
      NO_PROXY: '127.0.0.1',
    },
    get artifacts() {
      return ledger.artifacts;
    },
    requests,
    fail(route, failure, times = 1) {
      failures.push({ route, failure, left: times });
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
        server.closeAllConnections();
      }),
  };
}

function routeOf(method: string, url: URL): Route | 'unknown' {
  if (url.pathname.startsWith(twirpPath)) {
    const call = url.pathname.slice(twirpPath.length);
    return artifactCalls.find((known) => method === 'POST' && known === call) ?? 'unknown';
  }
  if (!url.pathname.startsWith('/blobs/')) return 'unknown';
  if (method === 'GET') return 'GetBlob';
  const component = url.searchParams.get('comp');
  if (method === 'PUT' && component === 'block') return 'PutBlock';
  if (method === 'PUT' && component === 'blocklist') return 'PutBlockList';
  return 'unknown';
}

/** The two halves of the service have each their own form of an error. */
function errorReply(route: Route | 'unknown', status: number, msg: string): Reply {
  return isCall(route)
    ? { status, type: 'application/json', content: JSON.stringify({ code: 'internal', msg }) }
    : {
        status,
        type: 'application/xml',
        content: `<?xml version="1.0"?><Error><Code>Failed</Code><Message>${msg}</Message></Error>`,
      };
}

function isCall(route: Route | 'unknown'): route is ArtifactCall {
  return artifactCalls.some((call) => call === route);
}

function parseObject(body: Buffer): Record<string, unknown> {
  const value: unknown = JSON.parse(body.toString('utf8'));
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The client reads the ids out of the token, and checks no signature. */
function runtimeToken({ runId, jobId }: { runId: string; jobId: string }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [
    part({ alg: 'RS256', typ: 'JWT' }),
    part({ scp: `Actions.GenericRead Actions.Results:${runId}:${jobId}` }),
    randomBytes(32).toString('base64url'),
  ].join('.');
}
