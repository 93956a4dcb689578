import { ConnectionError, type Problem } from '../errors.ts';
import type { TransportError, TransportFailure } from '../transport.ts';

/** What may be otherwise when the request is sent again. */
const passingFailures: ReadonlySet<TransportFailure> = new Set(['unreachable', 'stalled', 'broken']);

const remedies: Readonly<Record<TransportFailure, string>> = {
  unreachable: 'Check the base URL, and whether this machine reaches the host (proxy, firewall).',
  forbidden: 'Ask the administrator of the proxy.',
  untrusted: 'Give the CA certificate that it was signed with, and use a host name that it was made for.',
  stalled: 'Try again later, and check what stands between this machine and the service.',
  broken: 'Try again.',
  unreadable: 'Check what stands between this machine and the service, and changes its answers.',
};

/** The error for an exchange that a transport did not bring to its end. */
export function connectionError(
  error: TransportError,
  about: Pick<Problem, 'service' | 'operation' | 'subject'>,
  clean: (text: string) => string,
): ConnectionError {
  return new ConnectionError({
    ...about,
    what: clean(error.message),
    remedy: error.remedy ?? remedies[error.failure],
    retryable: passingFailures.has(error.failure),
    maybeTaken: error.maybeTaken,
  });
}
