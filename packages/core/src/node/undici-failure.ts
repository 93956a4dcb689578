import { TransportError, type TransportFailure } from '../transport.ts';
import { ProxyFailure } from './proxy.ts';

/** What Node's and undici's error codes mean. Only where no request can have left is `maybeTaken` false. */
const meanings: Readonly<Record<string, { failure: TransportFailure; maybeTaken: boolean; words: string }>> =
  {
    ECONNREFUSED: { failure: 'unreachable', maybeTaken: false, words: 'refused the connection' },
    ENOTFOUND: { failure: 'unreachable', maybeTaken: false, words: 'is not a host that the DNS knows' },
    EAI_AGAIN: { failure: 'unreachable', maybeTaken: false, words: 'could not be looked up in the DNS' },
    EHOSTUNREACH: { failure: 'unreachable', maybeTaken: false, words: 'cannot be reached from this network' },
    ENETUNREACH: { failure: 'unreachable', maybeTaken: false, words: 'cannot be reached from this network' },
    EPROTO: { failure: 'unreachable', maybeTaken: false, words: 'does not speak TLS as it should' },
    ERR_SSL_WRONG_VERSION_NUMBER: {
      failure: 'unreachable',
      maybeTaken: false,
      words: 'does not speak TLS on this port',
    },
    UND_ERR_CONNECT_TIMEOUT: {
      failure: 'unreachable',
      maybeTaken: false,
      words: 'did not take the connection in time',
    },
    ETIMEDOUT: {
      failure: 'stalled',
      maybeTaken: true,
      words: 'kept silent until the connection was given up',
    },
    UND_ERR_HEADERS_TIMEOUT: {
      failure: 'stalled',
      maybeTaken: true,
      words: 'took the request but did not answer in time',
    },
    UND_ERR_BODY_TIMEOUT: {
      failure: 'stalled',
      maybeTaken: true,
      words: 'stopped in the middle of its answer',
    },
    ECONNRESET: { failure: 'broken', maybeTaken: true, words: 'broke the connection off' },
    EPIPE: { failure: 'broken', maybeTaken: true, words: 'broke the connection off' },
    UND_ERR_SOCKET: {
      failure: 'broken',
      maybeTaken: true,
      words: 'closed the connection before its answer was complete',
    },
  };

/** The codes by which OpenSSL refuses a certificate, as Node hands them on. */
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|HOSTNAME_MISMATCH/;

/** Says in plain words what undici failed with. */
export function asTransportError(error: unknown, url: URL): TransportError {
  if (error instanceof ProxyFailure) return asProxyError(error, url);
  for (const code of codesOf(error)) {
    if (certificateCode.test(code)) return untrusted(url.host, code, error);
    const meaning = meanings[code];
    if (meaning !== undefined) {
      return new TransportError(`${url.host} ${meaning.words} (${code})`, { ...meaning, cause: error });
    }
  }
  const words = error instanceof Error ? error.message : String(error);
  return new TransportError(`the exchange with ${url.host} failed: ${words}`, {
    failure: 'broken',
    maybeTaken: true,
    cause: error,
  });
}

function asProxyError(error: ProxyFailure, url: URL): TransportError {
  const proxy = `the proxy ${error.proxyHost}`;
  const code = codesOf(error).find((candidate) => certificateCode.test(candidate) || candidate in meanings);
  if (code !== undefined && certificateCode.test(code)) return untrusted(proxy, code, error);
  const words = code === undefined ? undefined : meanings[code]?.words;
  const message =
    words === undefined
      ? `${proxy} did not open the way to ${url.host} (${error.message})`
      : `${proxy} ${words} (${code})`;
  return new TransportError(message, { failure: 'unreachable', maybeTaken: false, cause: error });
}

function untrusted(whose: string, code: string, cause: unknown): TransportError {
  return new TransportError(`the certificate of ${whose} is not trusted (${code})`, {
    failure: 'untrusted',
    maybeTaken: false,
    cause,
  });
}

/** Of the error, of what caused it, and of the attempts it stands for, outermost first. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = (error as NodeJS.ErrnoException).code;
  const attempts: unknown[] = error instanceof AggregateError ? error.errors : [];
  return [...(typeof own === 'string' ? [own] : []), ...[error.cause, ...attempts].flatMap(codesOf)];
}
