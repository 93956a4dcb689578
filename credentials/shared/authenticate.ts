import { InvalidInputError, parseBaseUrl, type Service } from '@security-reports/core';
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { pastedSecret } from './secret.ts';
import { legacyTlsOptions, tlsOptions } from './tls.ts';

/** Where a credential belongs, and how a request carries it. */
export interface CredentialUse {
  readonly service: Service;
  /** As a user types or pastes it, like the secret. */
  readonly baseUrl: unknown;
  readonly header: string;
  /** Stands before the secret in the header. */
  readonly scheme?: string;
  readonly secret: unknown;
}

/** The request of n8n's HTTP Request node, which is of an older kind than that of all others. */
interface LegacyRequestOptions {
  readonly uri?: string;
}

/**
 * Adds a credential to a request, and whom to trust. It goes to the origin of its base URL only, and follows no
 * redirect from there, since n8n would send it wherever that leads.
 *
 * @throws {InvalidInputError} for any other origin, and for a base URL that would carry the credential in clear.
 */
export function authenticate(
  credentials: ICredentialDataDecryptedObject,
  request: IHttpRequestOptions & LegacyRequestOptions,
  { service, baseUrl, header, scheme, secret }: CredentialUse,
): IHttpRequestOptions {
  const { origin } = parseBaseUrl(typeof baseUrl === 'string' ? baseUrl : '', service);
  const target = URL.parse(request.uri ?? request.url, request.baseURL);
  if (target?.origin !== origin) {
    throw new InvalidInputError({
      service,
      operation: 'use the credential',
      what: `the request goes to ${target?.origin ?? 'something that is not a URL'}, but the credential is for ${origin}`,
      remedy: 'Send it to the host of the credential, or use the credential of that other host.',
    });
  }
  const value = pastedSecret(secret);
  return {
    ...request,
    ...tlsOptions(credentials),
    headers: { ...request.headers, [header]: scheme === undefined ? value : `${scheme} ${value}` },
    disableFollowRedirect: true,
    ...(request.uri !== undefined && { ...legacyTlsOptions(credentials), ...legacyNoRedirect }),
  };
}

const legacyNoRedirect = { followRedirect: false, followAllRedirects: false };
