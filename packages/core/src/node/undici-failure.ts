import { TransportError } from '../transport.ts';
import { explainByCode, explainTransportFailure } from '../transport-failure.ts';
import { ProxyFailure } from './proxy.ts';

/** Says in plain words what undici failed with. */
export function asTransportError(error: unknown, url: URL): TransportError {
  return error instanceof ProxyFailure ? asProxyError(error, url) : explainTransportFailure(error, url.host);
}

function asProxyError(error: ProxyFailure, url: URL): TransportError {
  const proxy = `the proxy ${error.proxyHost}`;
  const explained = explainByCode(error, proxy);
  if (explained?.failure === 'untrusted') return explained;
  const message = explained?.message ?? `${proxy} did not open the way to ${url.host} (${error.message})`;
  return new TransportError(message, { failure: 'unreachable', maybeTaken: false, cause: error });
}
