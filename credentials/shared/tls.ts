import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

export type TlsOptions = Pick<IHttpRequestOptions, 'skipSslCertificateValidation' | 'agentOptions'>;

/** What the fields `ignoreSslIssues` and `caBundle` of a credential mean for a request. */
export function tlsOptions(credentials: ICredentialDataDecryptedObject): TlsOptions {
  const { ignoreSslIssues, caBundle } = credentials;
  const ca = typeof caBundle === 'string' ? caBundle.trim() : '';
  return {
    ...(ignoreSslIssues === true && { skipSslCertificateValidation: true }),
    ...(ca !== '' && { agentOptions: { ca: withLineBreaks(ca), allowPartialTrustChain: true } }),
  };
}

/** The same switch as n8n's HTTP Request node knows it. The CA goes by the same name there. */
export function legacyTlsOptions({ ignoreSslIssues }: ICredentialDataDecryptedObject): {
  readonly rejectUnauthorized?: false;
} {
  return ignoreSslIssues === true ? { rejectUnauthorized: false } : {};
}

/** A field of one line turns the line breaks of a PEM into blanks. */
function withLineBreaks(pem: string): string {
  return pem.replace(/-----(?:BEGIN|END) [A-Z ]+-----|\s+/g, (part) => (part.trim() === '' ? '\n' : part));
}
