import { TransportError } from '../transport.ts';
import { explainByCode, explainTransportFailure } from '../transport-failure.ts';
import { ConnectFailure } from './connect-failure.ts';
import { ProxyFailure } from './proxy.ts';

/** Says in plain words what undici failed with. */
export function asTransportError(error: unknown, url: URL): TransportError {
  return error instanceof ConnectFailure
    ? asConnectError(error, url)
    : explainTransportFailure(error, url.host);
}

function asConnectError(error: ConnectFailure, url: URL): TransportError {
  const isOfProxy = error instanceof ProxyFailure;
  const whose = isOfProxy ? `the proxy ${error.proxyHost}` : url.host;
  const explained = explainByCode(error, whose);
  if (explained?.failure === 'untrusted') return explained;
  const whatNot = isOfProxy ? `open the way to ${url.host}` : 'take the connection';
  const message = explained?.message ?? `${whose} did not ${whatNot} (${error.message})`;
  return new TransportError(message, { failure: 'unreachable', maybeTaken: false, cause: error });
}
