/**
 * The port through which the core speaks HTTP. The platform brings the implementation: undici for the
 * Action (`@security-reports/core/node`), n8n's own helpers for the nodes.
 */
export interface Transport {
  /**
   * Sends one request. It follows no redirect, retries nothing, and resolves for every status.
   *
   * @throws {TransportError} when there is no complete answer; the response's `body` throws it, too.
   * @throws the signal's reason, when the signal aborts.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Names in lower case. The transport sets those that describe a body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Ends the request, and the response's body when that is still flowing. */
  readonly signal: AbortSignal;
}

export type RequestBody =
  | { readonly type: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly type: 'json'; readonly value: unknown }
  | {
      readonly type: 'multipart';
      readonly fields: Readonly<Record<string, string>>;
      readonly file: FilePart;
    };

/** The one file of a multipart body. It is streamed, and never held in memory as a whole. */
export interface FilePart {
  /** The form field that carries the file. */
  readonly field: string;
  readonly name: string;
  readonly mediaType: string;
  /** In bytes. It is announced as part of Content-Length, so `open` must give exactly as many. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. Of a body that arrived encoded, they name neither the encoding nor the length. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded, where the server encoded it although it was not asked to. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives up a body that was not read to its end, so that its connection is free again. */
  discard(): void;
}

/**
 * - `unreachable`: no connection came about
 * - `forbidden`: a proxy on the way does not let the request through
 * - `untrusted`: the server's certificate, or its TLS, was refused
 * - `stalled`: the server kept silent for too long
 * - `broken`: the connection ended before the answer did
 * - `unreadable`: the answer is in a form that this transport does not know
 */
export type TransportFailure =
  'unreachable' | 'forbidden' | 'untrusted' | 'stalled' | 'broken' | 'unreadable';

/** How long a transport waits for a server that keeps silent, in milliseconds. */
export interface TransportTimeouts {
  /** For the connection, TLS included. */
  readonly connect: number;
  /** For the response's headers, once the request is sent. */
  readonly headers: number;
  /** Between two pieces of the response's body. */
  readonly body: number;
}

export const defaultTransportTimeouts: TransportTimeouts = { connect: 10_000, headers: 60_000, body: 60_000 };

/** Thrown by a transport when there is no complete answer. The message says in plain words what happened. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;
  /** Whether the server may have taken the request. When `false`, sending it again cannot do it twice. */
  readonly maybeTaken: boolean;
  /** What to do about it, as a sentence, where more is known than the kind of failure. */
  readonly remedy: string | undefined;

  constructor(
    message: string,
    details: {
      failure: TransportFailure;
      maybeTaken: boolean;
      cause?: unknown;
      remedy?: string | undefined;
    },
  ) {
    super(message, { cause: details.cause });
    this.failure = details.failure;
    this.maybeTaken = details.maybeTaken;
    this.remedy = details.remedy;
  }
}
