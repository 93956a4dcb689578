import {
  type Clock,
  defaultTransportTimeouts,
  explainTransportFailure,
  type HttpRequest,
  type HttpResponse,
  type Transport,
  TransportError,
} from '@security-reports/core';
import {
  type IExecuteFunctions,
  type IHttpRequestOptions,
  type ILoadOptionsFunctions,
  type IN8nHttpFullResponse,
  type IPollFunctions,
  NodeApiError,
  UserError,
} from 'n8n-workflow';
import { StreamedForm } from './form-data.ts';
import { type Readable, toReadable } from './readable.ts';
import type { TlsOptions } from '../../credentials/shared/tls.ts';

/** What n8n hands to a node that makes requests. */
export type RequestFunctions = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

/** Whose requests these are. */
export interface RequestCredential {
  /** The name of the credential type, whose `authenticate` adds the credential to a request. */
  readonly type: string;
  /** The header in which core sends the credential, in lower case. */
  readonly header: string;
  readonly tls: TlsOptions;
}

/** The transport of n8n: its own HTTP client, which knows the proxies and the rules of the instance. */
export interface N8nTransport extends Transport {
  /** Makes a stream of Node from chunks, as soon as there was an answer. */
  toReadable(chunks: AsyncIterable<Uint8Array>): Readable;
}

export function createTransport(
  functions: RequestFunctions,
  credential: RequestCredential,
  clock: Clock,
): N8nTransport {
  let anyStream: Readable | undefined;
  return {
    send: async (request) => {
      const { status, headers, stream, ...answer } = await send(functions, credential, clock, request);
      anyStream = stream;
      return { status, headers, ...answer };
    },
    toReadable: (chunks) => {
      if (anyStream === undefined) throw new TypeError('there was no answer yet');
      return toReadable(chunks, anyStream);
    },
  };
}

async function send(
  functions: RequestFunctions,
  credential: RequestCredential,
  clock: Clock,
  request: HttpRequest,
): Promise<HttpResponse & { readonly stream: Readable }> {
  request.signal.throwIfAborted();
  const { host } = request.url;
  const exchange = new AbortController();
  const silence = new SilenceWatch(clock, host, exchange);
  const upload = uploadOf(request, silence);
  const abortSignal = AbortSignal.any([request.signal, exchange.signal]);
  const explain = (error: unknown): unknown => {
    if (abortSignal.aborted) return abortSignal.reason;
    if (error instanceof TransportError) return error;
    return isForbidden(error) ? error : explainTransportFailure(error, host);
  };
  const end = (): void => {
    exchange.abort();
    upload?.close().catch(ignore);
  };
  const options: IHttpRequestOptions = {
    method: request.method,
    url: request.url.href,
    ...encodeBody(request, upload),
    abortSignal,
    // n8n would count its own time-out until the answer begins, however busy an upload is.
    timeout: 0,
    // With it, n8n would hold an upload in memory, and send the credential wherever a redirect leads.
    disableFollowRedirect: true,
    ignoreHttpStatusErrors: true,
    returnFullResponse: true,
    encoding: 'stream',
    ...credential.tls,
  };
  let response: IN8nHttpFullResponse;
  try {
    response = await sendAs(functions, credential, options, request);
  } catch (error) {
    const told = explain(error);
    end();
    throw told;
  }
  // It may fail before anybody reads it, which nobody else might listen to.
  const stream = (response.body as unknown as Readable).on('error', ignore);
  silence.heard();
  const headers = headersOf(response);
  const unknownCoding = unknownCodingOf(headers);
  return {
    status: response.statusCode,
    headers,
    stream,
    body: (async function* () {
      try {
        if (unknownCoding !== undefined) {
          throw new TransportError(
            `${host} encoded its answer as ${unknownCoding}, which it was not asked for`,
            { failure: 'unreadable', maybeTaken: true },
          );
        }
        for await (const chunk of stream as AsyncIterable<Uint8Array>) {
          silence.rest();
          yield chunk;
          silence.heard();
        }
      } catch (error) {
        throw explain(error);
      } finally {
        end();
      }
    })(),
    discard: () => {
      end();
      stream.destroy();
    },
  };
}

/** What leads away from the service goes without its credential: core has left it out then. */
function sendAs(
  functions: RequestFunctions,
  credential: RequestCredential,
  options: IHttpRequestOptions,
  request: HttpRequest,
): Promise<IN8nHttpFullResponse> {
  if (!(credential.header in request.headers)) {
    return functions.helpers.httpRequest(options) as Promise<IN8nHttpFullResponse>;
  }
  // n8n puts the signal of the whole execution in place of that of the request.
  const context = Object.create(functions, {
    getExecutionCancelSignal: { value: () => options.abortSignal },
  }) as IExecuteFunctions;
  return context.helpers.httpRequestWithAuthentication.call(
    context,
    credential.type,
    options,
  ) as Promise<IN8nHttpFullResponse>;
}

/** n8n itself refuses what its administrator has forbidden; it says what to do about it, and trying again is in vain. */
function isForbidden(error: unknown): boolean {
  return (error instanceof NodeApiError ? error.cause : error) instanceof UserError;
}

function uploadOf({ body }: HttpRequest, silence: SilenceWatch): StreamedForm | undefined {
  if (body?.type !== 'multipart') return undefined;
  return new StreamedForm(body.fields, body.file, () => {
    silence.heard();
  });
}

function encodeBody(request: HttpRequest, upload: unknown): Pick<IHttpRequestOptions, 'headers' | 'body'> {
  const headers = { 'accept-encoding': 'identity', ...request.headers };
  switch (request.body?.type) {
    case undefined:
      return { headers };
    // Both as text: n8n would not send a body that has no keys of its own.
    case 'form':
      return {
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(request.body.fields).toString(),
      };
    case 'json':
      return {
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(request.body.value),
      };
    case 'multipart':
      return { headers, body: upload as FormData };
  }
}

/** Ends an exchange in which nothing has moved for too long. n8n itself would wait for as long as the other side likes. */
class SilenceWatch {
  readonly #clock: Clock;
  #lastHeard: number;

  constructor(clock: Clock, host: string, exchange: AbortController) {
    this.#clock = clock;
    this.#lastHeard = clock.now();
    this.#watch(host, exchange).catch(ignore);
  }

  /** Something moved, and the other side has its turn. */
  heard(): void {
    this.#lastHeard = this.#clock.now();
  }

  /** It is not the other side that is waited for. */
  rest(): void {
    this.#lastHeard = Infinity;
  }

  async #watch(host: string, exchange: AbortController): Promise<void> {
    const limitMs = defaultTransportTimeouts.headers;
    for (;;) {
      const left = this.#lastHeard + limitMs - this.#clock.now();
      if (left <= 0) break;
      await this.#clock.sleep(Math.min(left, limitMs), exchange.signal);
    }
    exchange.abort(
      new TransportError(`${host} kept silent for ${limitMs / 1000} seconds`, {
        failure: 'stalled',
        maybeTaken: true,
      }),
    );
  }
}

/**
 * Without the length: n8n decodes what arrives encoded, drops the header that says so, and keeps the length that it had
 * on the wire. Whether all of that arrived, the HTTP client of n8n checks by itself.
 */
function headersOf(response: IN8nHttpFullResponse): Record<string, string> {
  const headers = joinHeaders(response.headers);
  delete headers['content-length'];
  return headers;
}

/** The coding that n8n has left in an answer, since it does not know it. */
function unknownCodingOf(headers: Readonly<Record<string, string>>): string | undefined {
  const coding = headers['content-encoding']?.trim() ?? '';
  return coding === '' || coding.toLowerCase() === 'identity' ? undefined : coding;
}

function joinHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') joined[name.toLowerCase()] = value;
    else if (Array.isArray(value)) joined[name.toLowerCase()] = value.join(', ');
  }
  return joined;
}

function ignore(): void {
  // To be stopped, or given up, is no failure.
}
