import type dns from 'node:dns';
import { Server as ProxyServer } from 'proxy-chain';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export interface TestProxy {
  readonly host: string;
  readonly port: number;
  /** What it was asked for: `CONNECT appliance.test:443`, `GET 127.0.0.1:8080`. */
  readonly requests: readonly string[];
}

export interface ProxyOptions {
  /** The proxy then wants these, as `user:password`. */
  readonly credentials?: string;
  readonly tls?: Certificate;
}

/** A forward proxy on loopback, until the test ends. It alone knows where `appliance.test` is. */
export async function startProxy({ credentials, tls }: ProxyOptions = {}): Promise<TestProxy> {
  const requests: string[] = [];
  const common: ConstructorParameters<typeof ProxyServer>[0] = {
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction: ({ request, hostname, port, username, password }) => {
      requests.push(`${request.method ?? ''} ${hostname}:${port}`);
      return {
        requestAuthentication: credentials !== undefined && `${username}:${password}` !== credentials,
        dnsLookup: lookUpOnLoopback as typeof dns.lookup,
      };
    },
  };
  const proxy = new ProxyServer(
    tls === undefined ? common : { ...common, serverType: 'https', httpsOptions: { ...tls } },
  );
  await proxy.listen();
  onTestFinished(() => proxy.close(true));
  return { host: `127.0.0.1:${proxy.port}`, port: proxy.port, requests };
}

function lookUpOnLoopback(
  _hostname: string,
  options: dns.LookupOptions,
  callback: (error: null, address: string | dns.LookupAddress[], family?: number) => void,
): void {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
}
