import { type Dispatcher, Pool } from 'undici';
import { ConnectFailure } from './connect-failure.ts';

/** The proxies that the environment names, as URLs; the empty text for none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
}

/**
 * Reads `HTTP_PROXY` and `HTTPS_PROXY`, in lower case first, the latter with the former as its default. A proxy
 * without a scheme is spoken to in http, as curl does.
 *
 * @throws {TypeError} when a value cannot be used. It does not show the value, which may hold a password.
 */
export function readProxies(environment: NodeJS.ProcessEnv): Proxies {
  const httpProxy = readProxy(environment, 'HTTP_PROXY') ?? '';
  return { httpProxy, httpsProxy: readProxy(environment, 'HTTPS_PROXY') ?? httpProxy };
}

function readProxy(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = (environment[name.toLowerCase()] ?? environment[name])?.trim();
  if (value === undefined || value === '') return undefined;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (
    url === null ||
    !/^(https?|socks5?):$/.test(url.protocol) ||
    !isDecodable(url.username + url.password)
  ) {
    throw new TypeError(`${name} is not the URL of a proxy, such as http://proxy.example.com:3128`);
  }
  return url.href;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** What kept a proxy from opening the way to a server. */
export class ProxyFailure extends ConnectFailure {
  override readonly name = 'ProxyFailure';
  readonly proxyHost: string;
  /** Of the proxy's answer, where there was one. */
  readonly status: number | undefined;

  constructor(proxyHost: string, failure: { readonly status: number } | { readonly cause: unknown }) {
    const cause = 'cause' in failure ? failure.cause : undefined;
    const status = 'status' in failure ? failure.status : undefined;
    super(status === undefined ? messageOf(cause) : `HTTP ${status}`, cause);
    this.proxyHost = proxyHost;
    this.status = status;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The connections to a proxy. What goes wrong before a tunnel is open is a {@link ProxyFailure}. */
export class ProxyPool extends Pool {
  readonly #host: string;

  constructor(proxy: URL, options: Pool.Options) {
    super(proxy.origin, options);
    this.#host = proxy.host;
  }

  /** Any 2xx opens the tunnel (RFC 9110, 9.3.6), but only 200 does so for undici. */
  override async connect(options: Parameters<Pool['connect']>[0]): Promise<Dispatcher.ConnectData> {
    const tunnel = await super.connect(options).catch((cause: unknown) => {
      throw new ProxyFailure(this.#host, { cause });
    });
    if (tunnel.statusCode >= 200 && tunnel.statusCode < 300) return { ...tunnel, statusCode: 200 };
    tunnel.socket.on('error', () => undefined).destroy();
    throw new ProxyFailure(this.#host, { status: tunnel.statusCode });
  }
}
