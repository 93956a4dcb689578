import { TransportError } from './transport.ts';

interface Meaning {
  /** What an error of Node or OpenSSL has in its code or its message. */
  readonly sign: RegExp;
  readonly what: (whose: string) => string;
  readonly remedy?: string;
}

const renew =
  'Have whoever runs the server renew its certificate: with an RSA key of at least 2048 bits, signed with SHA-256.';
const modernize = 'Have whoever runs the server switch TLS 1.2 or 1.3 on, with ciphers of today.';

/** What keeps a connection from being trusted, the most precise first. Codes are Node's, messages OpenSSL's. */
const meanings: readonly Meaning[] = [
  {
    sign: /EE certificate key too weak|ee[_ ]key[_ ]too[_ ]small/i,
    what: (whose) => `the certificate of ${whose} has a key that is too short to be trusted`,
    remedy: renew,
  },
  {
    sign: /CA certificate key too weak|ca[_ ]key[_ ]too[_ ]small/i,
    what: (whose) => `the certificate of ${whose} is signed with a key that is too short to be trusted`,
    remedy: renew,
  },
  {
    sign: /signature digest algorithm too weak|md[_ ]too[_ ]weak/i,
    what: (whose) =>
      `the certificate of ${whose} is signed with a digest that is not trusted any more, such as SHA-1`,
    remedy: renew,
  },
  {
    sign: /CERT_HAS_EXPIRED/,
    what: (whose) => `the certificate of ${whose} has expired`,
    remedy: 'Have whoever runs the server renew its certificate, and check the clock of this machine.',
  },
  {
    sign: /CERT_NOT_YET_VALID/,
    what: (whose) => `the certificate of ${whose} is not valid yet`,
    remedy: 'Check the clock of this machine, and that of the one on which the certificate was made.',
  },
  {
    sign: /CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH/,
    what: (whose) => `the certificate of ${whose} was made for another host name`,
    remedy: 'Use a host name that the certificate was made for.',
  },
  {
    // By these, OpenSSL refuses a certificate, as Node hands them on.
    sign: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    what: (whose) => `the certificate of ${whose} is not trusted`,
  },
  {
    sign: /^ERR_SSL_.*(?:PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW)|protocol version$|unsupported protocol|version too low/,
    what: (whose) => `${whose} speaks only versions of TLS that are not safe any more, such as 1.0 and 1.1`,
    remedy: modernize,
  },
  {
    sign: /^ERR_SSL_.*(?:HANDSHAKE_FAILURE|DH_KEY_TOO_SMALL|LEGACY_RENEGOTIATION|INSUFFICIENT_SECURITY)|handshake failure|dh key too small|legacy renegotiation|insufficient security/,
    what: (whose) => `${whose} and this machine know no safe way in common to speak TLS`,
    remedy: `${modernize} If it wants a certificate of its clients, that cannot be given.`,
  },
];

/**
 * Says why a server is not trusted, for its certificate or for the TLS that it speaks.
 *
 * @param whose the host that the exchange was with, or `the proxy` and its host.
 * @returns `undefined` for an error that has nothing to do with it.
 */
export function explainTlsFailure(
  error: Error & { readonly code?: unknown },
  whose: string,
): TransportError | undefined {
  const code = typeof error.code === 'string' ? error.code : '';
  const reason = reasonOf(code, error.message);
  const meaning = meanings.find(({ sign }) => sign.test(code) || sign.test(reason));
  if (meaning === undefined) return undefined;
  return new TransportError(`${meaning.what(whose)} (${reason === '' ? code : reason})`, {
    failure: 'untrusted',
    maybeTaken: false,
    cause: error,
    remedy: meaning.remedy,
  });
}

/** What OpenSSL says itself where Node has no code for it: `EE certificate key too weak`. */
function reasonOf(code: string, message: string): string {
  if (code === 'UNSPECIFIED') return message;
  return code === 'EPROTO' ? (/SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? '') : '';
}
