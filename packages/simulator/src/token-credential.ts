import type { IncomingHttpHeaders } from 'node:http';
import type { CredentialState } from './journal.ts';

/** Judges a header of the form `Authorization: Token <token>`; the scheme in any letter case (vendor code). */
export function tokenState({ authorization }: IncomingHttpHeaders, token: string): CredentialState {
  if (authorization === undefined) return 'none';
  return /^token (.*)$/is.exec(authorization)?.[1] === token ? 'right' : 'wrong';
}
