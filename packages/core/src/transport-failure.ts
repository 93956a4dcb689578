import { TransportError, type TransportFailure } from './transport.ts';
import { explainTlsFailure } from './tls-failure.ts';

interface Meaning {
  readonly failure: TransportFailure;
  /** `false` only where no request can have left. */
  readonly maybeTaken: boolean;
  readonly words: string;
}

/** What the codes of Node, undici and axios mean. */
const meanings: Readonly<Record<string, Meaning>> = {
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

/** What codes that also come later mean while there is no connection yet. */
const meaningsBeforeConnection: Readonly<Record<string, Meaning>> = {
  ETIMEDOUT: {
    failure: 'unreachable',
    maybeTaken: false,
    words: 'did not take the connection in time',
  },
  ECONNRESET: {
    failure: 'unreachable',
    maybeTaken: false,
    words: 'broke the connection off before it was open',
  },
};

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
  const errors = errorsIn(error);
  const isConnected = !errors.some(isBeforeConnection);
  for (const candidate of errors) {
    const { code } = candidate;
    if (typeof code !== 'string') continue;
    const untrusted = explainTlsFailure(candidate, whose);
    if (untrusted !== undefined) return untrusted;
    const meaning = (isConnected ? undefined : meaningsBeforeConnection[code]) ?? meanings[code];
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

/** What an error of Node tells besides its message. */
interface SystemError extends Error {
  readonly code?: unknown;
  /** What the system was asked to do: `connect`, `read`. */
  readonly syscall?: unknown;
}

/** The error, what caused it, and the attempts it stands for: the outermost first. */
function errorsIn(error: unknown): readonly SystemError[] {
  if (!(error instanceof Error)) return [];
  const attempts: unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error, ...[error.cause, ...attempts].flatMap(errorsIn)];
}

/** Node has no code of its own for a connection that ends during the TLS handshake. */
function isBeforeConnection({ syscall, message }: SystemError): boolean {
  return syscall === 'connect' || message.includes('before secure TLS connection was established');
}
