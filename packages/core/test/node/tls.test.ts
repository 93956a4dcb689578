import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/node/system-clock.ts';
import { SpectraAnalyzeClient } from '../../src/spectra-analyze/client.ts';
import {
  type Certificate,
  oldDigest,
  privateAuthority,
  selfSignedCertificate,
  shortKey,
  signedCertificate,
} from '../support/certificates.ts';
import { startServer } from '../support/servers.ts';
import { failureOf, get, openTransport, readText } from '../support/transport.ts';

async function startGreeter(certificate: Certificate) {
  let requests = 0;
  const server = await startServer((_request, response) => {
    requests += 1;
    response.end('hello');
  }, certificate);
  return { ...server, requests: () => requests };
}

const untrusted = { name: 'TransportError', failure: 'untrusted', maybeTaken: false };

describe('a self-signed certificate', () => {
  test('is refused before anything is sent', async () => {
    const server = await startGreeter(await selfSignedCertificate());
    const failure = await failureOf(openTransport().send(get(server.url)));
    expect(failure).toMatchObject({
      ...untrusted,
      message: `the certificate of 127.0.0.1:${server.port} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
    expect(server.requests()).toBe(0);
  });

  test('is accepted when it is given as trusted', async () => {
    const certificate = await selfSignedCertificate();
    const server = await startGreeter(certificate);
    const response = await openTransport({ caCertificate: certificate.cert }).send(get(server.url));
    expect(await readText(response)).toBe('hello');
  });

  test('is refused when another one is given as trusted', async () => {
    const server = await startGreeter(await selfSignedCertificate());
    const transport = openTransport({ caCertificate: (await selfSignedCertificate()).cert });
    expect(await failureOf(transport.send(get(server.url)))).toMatchObject(untrusted);
    expect(server.requests()).toBe(0);
  });

  test('is accepted when no certificate is verified', async () => {
    const server = await startGreeter(await selfSignedCertificate());
    const response = await openTransport({ skipTlsVerify: true }).send(get(server.url));
    expect(await readText(response)).toBe('hello');
  });
});

describe('a certificate of a private authority', () => {
  test('is accepted when the authority is given as trusted, also among others in one PEM text', async () => {
    const authority = await privateAuthority();
    const server = await startGreeter(await signedCertificate(authority));
    const other = await privateAuthority('Another authority');
    for (const caCertificate of [authority.cert, `${other.cert}\n${authority.cert}`]) {
      const response = await openTransport({ caCertificate }).send(get(server.url));
      expect(await readText(response)).toBe('hello');
    }
  });

  test('is refused without it', async () => {
    const server = await startGreeter(await signedCertificate(await privateAuthority()));
    expect(await failureOf(openTransport().send(get(server.url)))).toMatchObject(untrusted);
  });

  test('is refused for another host name, although its authority is trusted', async () => {
    const authority = await privateAuthority();
    const server = await startGreeter(await signedCertificate(authority, 'other.test'));
    const transport = openTransport({ caCertificate: authority.cert });
    const failure = await failureOf(transport.send(get(server.url)));
    expect(failure).toMatchObject({
      ...untrusted,
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') as string,
    });
    expect(server.requests()).toBe(0);
  });
});

describe('a chain that does not end at what is given as trusted', () => {
  async function startBehindIntermediate() {
    const root = await privateAuthority('Root authority');
    const intermediate = await privateAuthority('Issuing authority', { ca: root });
    const leaf = await signedCertificate(intermediate);
    return { root, intermediate, leaf, server: await startGreeter(leaf) };
  }

  test('is accepted from the intermediate authority on', async () => {
    const { server, intermediate } = await startBehindIntermediate();
    const response = await openTransport({ caCertificate: intermediate.cert }).send(get(server.url));
    expect(await readText(response)).toBe('hello');
  });

  test('is accepted by the certificate of the server itself', async () => {
    const { server, leaf } = await startBehindIntermediate();
    const response = await openTransport({ caCertificate: leaf.cert }).send(get(server.url));
    expect(await readText(response)).toBe('hello');
  });

  test('is refused with nothing given, with the root alone, and with another intermediate authority', async () => {
    const { server, root } = await startBehindIntermediate();
    const other = await privateAuthority('Issuing authority', { ca: root });
    for (const caCertificate of [undefined, root.cert, other.cert]) {
      const failure = await failureOf(openTransport({ caCertificate }).send(get(server.url)));
      expect(failure).toMatchObject(untrusted);
    }
    expect(server.requests()).toBe(0);
  });
});

describe('what is too old to be trusted is said in words, and not asked for again', () => {
  /** What OpenSSL lets a server load and speak that it does not let a client trust. */
  const old = { ciphers: 'DEFAULT@SECLEVEL=0' };
  const rsa = { keyType: 'rsa' } as const;

  async function failureOfClient(server: { readonly url: string }, caCertificate: string): Promise<unknown> {
    const client = new SpectraAnalyzeClient({
      baseUrl: server.url,
      token: 'token',
      transport: openTransport({ caCertificate }),
      clock: systemClock,
    });
    return failureOf(client.testConnection());
  }

  test.each([
    [
      'a key of 1024 bits',
      rsa,
      shortKey,
      'has a key that is too short to be trusted (EE certificate key too weak)',
    ],
    [
      'a key of its authority of 1024 bits',
      shortKey,
      rsa,
      'is signed with a key that is too short to be trusted (CA certificate key too weak)',
    ],
    [
      'a signature over SHA-1',
      oldDigest,
      oldDigest,
      'is signed with a digest that is not trusted any more, such as SHA-1 (CA signature digest algorithm too weak)',
    ],
  ])('as %s', async (_what, ofAuthority, ofServer, what) => {
    const authority = await privateAuthority('Private authority', ofAuthority);
    const certificate = await signedCertificate(authority, undefined, ofServer);
    const server = await startServer((_request, response) => response.end(), { ...certificate, ...old });
    expect(await failureOfClient(server, authority.cert)).toMatchObject({
      name: 'ConnectionError',
      what: `the certificate of 127.0.0.1:${server.port} ${what}`,
      remedy: expect.stringContaining('renew its certificate: with an RSA key of at least 2048') as string,
      retryable: false,
      maybeTaken: false,
    });
    expect(server.connections()).toBe(1);
  });

  test.each([
    [
      'a version of TLS',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const,
      /^127\.0\.0\.1:\d+ speaks only versions of TLS that are not safe any more, such as 1\.0 and 1\.1 \(ERR_SSL_\w+\)$/,
    ],
    [
      'a cipher',
      { ciphers: 'DHE-RSA-AES128-SHA@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const,
      /^127\.0\.0\.1:\d+ and this machine know no safe way in common to speak TLS \(ERR_SSL_.+\)$/,
    ],
  ])('as %s', async (_what, options, what) => {
    const certificate = await signedCertificate(await privateAuthority('Authority', rsa), undefined, rsa);
    const server = await startServer((_request, response) => response.end(), {
      ...certificate,
      ...old,
      ...options,
    });
    expect(await failureOfClient(server, certificate.cert)).toMatchObject({
      name: 'ConnectionError',
      what: expect.stringMatching(what) as string,
      remedy: expect.stringContaining('switch TLS 1.2 or 1.3 on') as string,
      retryable: false,
      maybeTaken: false,
    });
    expect(server.connections()).toBe(1);
  });
});

test('a server that does not speak TLS is unreachable by https', async () => {
  const server = await startServer((_request, response) => response.end('hello'));
  const failure = await failureOf(openTransport().send(get(server.url.replace('http:', 'https:'))));
  expect(failure).toMatchObject({ failure: 'unreachable', maybeTaken: false });
});
