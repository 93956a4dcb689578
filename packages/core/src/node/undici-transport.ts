import { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request as undiciRequest } from 'undici';
import { isLoopback } from '../http/base-url.ts';
import {
  defaultTransportTimeouts,
  type HttpRequest,
  type HttpResponse,
  type Transport,
  TransportError,
  type TransportTimeouts,
} from '../transport.ts';
import { openPool } from './connect-failure.ts';
import { codingsOf, decodeBody } from './decode-body.ts';
import { encodeMultipart } from './multipart.ts';
import { readNoProxy } from './no-proxy.ts';
import { ProxyPool, readProxies } from './proxy.ts';
import { asTransportError } from './undici-failure.ts';

export interface UndiciTransportOptions {
  /**
   * PEM text of certificates that are trusted besides those that Node trusts anyway: of authorities, root or not, or of
   * the server itself.
   */
  readonly caCertificate?: string | undefined;
  /** Accepts any certificate. The credential then goes to whoever answers. */
  readonly skipTlsVerify?: boolean | undefined;
  readonly timeouts?: TransportTimeouts;
}

export interface ClosableTransport extends Transport {
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

/**
 * The transport of Node: undici with a keep-alive pool. It honours `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (in
 * lower case, too), for a proxy with a certificate of the given CA as well. What goes to this machine does not go
 * through a proxy elsewhere, which could neither reach it nor be trusted with plain http.
 *
 * @throws {TypeError} when the environment names a proxy by something that is not a URL.
 */
export function createUndiciTransport(options: UndiciTransportOptions = {}): ClosableTransport {
  const timeouts = options.timeouts ?? defaultTransportTimeouts;
  const tls = {
    ...(options.caCertificate !== undefined && {
      ca: [...getCACertificates('default'), options.caCertificate],
      // As curl does it: what is given as trusted may also be an intermediate authority, or the server's own certificate.
      allowPartialTrustChain: true,
    }),
    ...(options.skipTlsVerify === true && { rejectUnauthorized: false }),
  };
  const connecting = { allowH2: false, connect: { ...tls, timeout: timeouts.connect }, factory: openPool };
  const proxies = readProxies(process.env);
  const isDirect = readNoProxy(process.env);
  const direct = new Agent(connecting);
  const throughProxy = new EnvHttpProxyAgent({
    ...connecting,
    ...proxies,
    // It takes 0.0.5 for the end of 10.0.0.5, and knows no ranges.
    noProxy: '',
    connectTimeout: timeouts.connect,
    requestTls: tls,
    proxyTls: tls,
    clientFactory: (proxy, options) => new ProxyPool(proxy, { ...options, headersTimeout: timeouts.connect }),
  });
  const dispatcherFor = (url: URL): Dispatcher => {
    if (isDirect(url)) return direct;
    const proxy = URL.parse(url.protocol === 'https:' ? proxies.httpsProxy : proxies.httpProxy);
    return proxy !== null && isLoopback(url) && !isLoopback(proxy) ? direct : throughProxy;
  };
  return {
    send: (request) => send(request, dispatcherFor(request.url), timeouts),
    close: async () => {
      await Promise.all([direct.destroy(), throughProxy.destroy()]);
    },
  };
}

async function send(
  request: HttpRequest,
  dispatcher: Dispatcher,
  timeouts: TransportTimeouts,
): Promise<HttpResponse> {
  // Undici would open a connection all the same.
  request.signal.throwIfAborted();
  const { headers, body } = encodeBody(request);
  let response: Dispatcher.ResponseData;
  try {
    response = await undiciRequest(request.url, {
      dispatcher,
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...request.headers, ...headers },
      body,
      signal: request.signal,
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.body,
    });
  } catch (error) {
    request.signal.throwIfAborted();
    throw asTransportError(error, request.url);
  }
  return {
    status: response.statusCode,
    ...decoded(joinHeaders(response.headers), readBody(response.body, request), request.url.host),
    discard: () => {
      response.body.on('error', ignore).destroy();
    },
  };
}

/** The body as its media type says, and the headers without what they say of its form on the way. */
function decoded(
  headers: Readonly<Record<string, string>>,
  body: AsyncIterable<Uint8Array>,
  host: string,
): Pick<HttpResponse, 'headers' | 'body'> {
  const codings = codingsOf(headers['content-encoding']);
  if (codings.length === 0) return { headers, body };
  const ofContent = Object.entries(headers).filter(([name]) => !/^content-(?:encoding|length)$/.test(name));
  return { headers: Object.fromEntries(ofContent), body: decodeBody(body, codings, host) };
}

async function* readBody(body: Readable, request: HttpRequest): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    request.signal.throwIfAborted();
    throw error instanceof TransportError ? error : asTransportError(error, request.url);
  }
}

function encodeBody(request: HttpRequest): {
  headers: Record<string, string>;
  body: string | Readable | null;
} {
  switch (request.body?.type) {
    case undefined:
      return { headers: {}, body: null };
    case 'form':
      return {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(request.body.fields).toString(),
      };
    case 'json':
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.body.value) };
    case 'multipart': {
      const { contentType, contentLength, stream } = encodeMultipart(request.body.fields, request.body.file);
      return {
        headers: { 'content-type': contentType, 'content-length': String(contentLength) },
        body: Readable.from(stream, { objectMode: false }),
      };
    }
  }
}

function joinHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}

function ignore(): void {
  // Destroying a body that still flows is no failure of anybody.
}
