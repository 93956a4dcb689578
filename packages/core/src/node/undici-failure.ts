import { TransportError, type TransportFailure } from '../transport.ts';
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
  if (error instanceof ProxyFailure && error.status !== undefined) {
    return asRefusalOfProxy(error, error.status, url.host);
  }
  const isOfProxy = error instanceof ProxyFailure;
  const whose = isOfProxy ? `the proxy ${error.proxyHost}` : url.host;
  const explained = explainByCode(error, whose);
  if (explained?.failure === 'untrusted') return explained;
  const whatNot = isOfProxy ? `open the way to ${url.host}` : 'take the connection';
  const message = explained?.message ?? `${whose} did not ${whatNot} (${error.message})`;
  return new TransportError(message, { failure: 'unreachable', maybeTaken: false, cause: error });
}

/** A proxy that answers, but opens no way, says by its status why. */
function asRefusalOfProxy(error: ProxyFailure, status: number, host: string): TransportError {
  const { failure, why, remedy } = whyProxyRefuses(status);
  const message = `the proxy ${error.proxyHost} did not open the way to ${host}: ${why} (HTTP ${status})`;
  return new TransportError(message, { failure, maybeTaken: false, cause: error, remedy });
}

function whyProxyRefuses(status: number): {
  readonly failure: TransportFailure;
  readonly why: string;
  readonly remedy: string;
} {
  if (status === 407) {
    return {
      failure: 'forbidden',
      why: 'it wants another user or password',
      remedy:
        'Give both in HTTPS_PROXY, as in http://user:password@proxy.example.com:3128, with special characters percent-encoded.',
    };
  }
  if (status < 500) {
    return {
      failure: 'forbidden',
      why: 'it does not allow it',
      remedy:
        'Ask the administrator of the proxy to allow this host, or name it in NO_PROXY if this machine reaches it without the proxy.',
    };
  }
  return {
    failure: 'unreachable',
    why: 'it cannot reach it',
    remedy:
      'Check the base URL. If it is right, ask the administrator of the proxy, or name the host in NO_PROXY if this machine reaches it without the proxy.',
  };
}
