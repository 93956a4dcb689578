import { TransportError, type TransportFailure } from './transport.ts';

/** What the codes of Node, undici and axios mean. Only where no request can have left is `maybeTaken` false. */
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
    ECONNABORTED: {
      failure: 'stalled',
      maybeTaken: true,
      words: 'did not answer in time',
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

/**
 * Says in plain words what an exchange failed with: by the codes of the error, of what caused it, and of the attempts
 * it stands for.
 *
 * @param whose the host that the exchange was with, or `the proxy` and its host.
 */
export function explainTransportFailure(error: unknown, whose: string): TransportError {
  return explainByCode(error, whose) ?? unexplained(error, whose);
}

/** As `explainTransportFailure`, or `undefined` when none of the codes is known. */
export function explainByCode(error: unknown, whose: string): TransportError | undefined {
  for (const code of codesOf(error)) {
    if (certificateCode.test(code)) {
      return new TransportError(`the certificate of ${whose} is not trusted (${code})`, {
        failure: 'untrusted',
        maybeTaken: false,
        cause: error,
      });
    }
    const meaning = meanings[code];
    if (meaning !== undefined) {
      return new TransportError(`${whose} ${meaning.words} (${code})`, { ...meaning, cause: error });
    }
  }
  return undefined;
}

function unexplained(error: unknown, whose: string): TransportError {
  const words = error instanceof Error ? error.message : String(error);
  return new TransportError(`the exchange with ${whose} failed: ${words}`, {
    failure: 'broken',
    maybeTaken: true,
    cause: error,
  });
}

/** Outermost first. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code } = error as { readonly code?: unknown };
  const attempts: unknown[] = error instanceof AggregateError ? error.errors : [];
  return [...(typeof code === 'string' ? [code] : []), ...[error.cause, ...attempts].flatMap(codesOf)];
}
