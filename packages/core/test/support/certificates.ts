import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const names = {
  name: 'subjectAltName' as const,
  altNames: [
    { type: 2 as const, value: 'localhost' },
    { type: 2 as const, value: 'appliance.test' },
    { type: 7 as const, ip: '127.0.0.1' },
  ],
};

/** A certificate that signs itself, for `localhost`, `127.0.0.1` and `appliance.test`, as an appliance has it from the factory. */
export async function selfSignedCertificate(): Promise<Certificate> {
  return certificate('appliance.test', { extensions: [names] });
}

type KeyOptions = Pick<NonNullable<Parameters<typeof generate>[1]>, 'keyType' | 'keySize' | 'algorithm'>;

/** An RSA key of 1024 bits, as appliances had it for a long time. */
export const shortKey: KeyOptions = { keyType: 'rsa', keySize: 1024 };

/** A signature over SHA-1, likewise. */
export const oldDigest: KeyOptions = { keyType: 'rsa', keySize: 2048, algorithm: 'sha1' };

/** A certificate authority of a company's own: a root, or signed by another one. */
export async function privateAuthority(
  name = 'Private authority',
  options: KeyOptions & { readonly ca?: Certificate } = {},
): Promise<Certificate> {
  return certificate(name, {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
    ...options,
  });
}

/** A certificate for `localhost`, `127.0.0.1` and `appliance.test`, or for another name only. */
export async function signedCertificate(
  authority: Certificate,
  otherName?: string,
  options: KeyOptions = {},
): Promise<Certificate> {
  const altNames = otherName === undefined ? names.altNames : [{ type: 2 as const, value: otherName }];
  return certificate('appliance.test', { extensions: [{ ...names, altNames }], ca: authority, ...options });
}

async function certificate(
  commonName: string,
  options: Parameters<typeof generate>[1],
): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...options,
  });
  return { key: made.private, cert: made.cert };
}
