import { describe, expect, test } from 'vitest';
import {
  type Certificate,
  privateAuthority,
  selfSignedCertificate,
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

test('a server that does not speak TLS is unreachable by https', async () => {
  const server = await startServer((_request, response) => response.end('hello'));
  const failure = await failureOf(openTransport().send(get(server.url.replace('http:', 'https:'))));
  expect(failure).toMatchObject({ failure: 'unreachable', maybeTaken: false });
});
