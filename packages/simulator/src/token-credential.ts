import type { IncomingHttpHeaders } from 'node:http';
import type { CredentialState } from './journal.ts';

/** Judges a header of the form `Authorization: Token <token>`. */
export function tokenState({ authorization }: IncomingHttpHeaders, token: string): CredentialState {
  if (authorization === undefined) return 'none';
  return authorization === `Token ${token}` ? 'right' : 'wrong';
}
