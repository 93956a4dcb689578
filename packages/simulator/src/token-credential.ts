import type { IncomingHttpHeaders } from 'node:http';
import type { CredentialState } from './journal.ts';

/** Judges a header of the form `Authorization: Token <token>`. As in every HTTP scheme, letter case and blanks do not count. */
export function tokenState({ authorization }: IncomingHttpHeaders, token: string): CredentialState {
  if (authorization === undefined) return 'none';
  const [scheme = '', ...credentials] = authorization.trim().split(/ +/);
  return scheme.toLowerCase() === 'token' && credentials.join(' ') === token ? 'right' : 'wrong';
}
