import { describe, expect, test } from 'vitest';
import { createUndiciTransport } from '../../src/node/undici-transport.ts';
import { privateAuthority, selfSignedCertificate, signedCertificate } from '../support/certificates.ts';
import { setProxies } from '../support/environment.ts';
import { leaksIn } from '../support/leaks.ts';
import { startProxy } from '../support/proxy.ts';
import { startRawServer, startServer, unusedPort } from '../support/servers.ts';
import { failureOf, get, openTransport, readText } from '../support/transport.ts';

/** An appliance that only the proxy can find, with a certificate of a private authority. */
async function startAppliance() {
  const authority = await privateAuthority();
  const server = await startServer(
    (request, response) => {
      response.end(JSON.stringify(request.headers));
    },
    await signedCertificate(authority),
  );
  return { ...server, authority, url: `https://appliance.test:${server.port}/api` };
}

const unreachable = { name: 'TransportError', failure: 'unreachable', maybeTaken: false };

describe('a proxy that the environment names', () => {
  test('for https is used, together with a private authority', async () => {
    const appliance = await startAppliance();
    const proxy = await startProxy();
    setProxies({ HTTPS_PROXY: `http://${proxy.host}` });
    const transport = openTransport({ caCertificate: appliance.authority.cert });
    const response = await transport.send(get(appliance.url));
    expect(response.status).toBe(200);
    expect(proxy.requests).toEqual([`CONNECT appliance.test:${appliance.port}`]);
  });

  test('for http is used for https, too, where there is no other', async () => {
    const appliance = await startAppliance();
    const proxy = await startProxy();
    setProxies({ HTTP_PROXY: `http://${proxy.host}` });
    const transport = openTransport({ caCertificate: appliance.authority.cert });
    expect((await transport.send(get(appliance.url))).status).toBe(200);
    expect(proxy.requests).toEqual([`CONNECT appliance.test:${appliance.port}`]);
  });

  test('for http is used for http', async () => {
    const server = await startServer((_request, response) => response.end('hello'));
    const proxy = await startProxy();
    setProxies({ HTTP_PROXY: `http://${proxy.host}` });
    expect(await readText(await openTransport().send(get(server.url)))).toBe('hello');
    expect(proxy.requests).toEqual([`GET 127.0.0.1:${server.port}`]);
  });

  test('may be named without a scheme', async () => {
    const appliance = await startAppliance();
    const proxy = await startProxy();
    setProxies({ HTTPS_PROXY: proxy.host });
    const transport = openTransport({ caCertificate: appliance.authority.cert });
    expect((await transport.send(get(appliance.url))).status).toBe(200);
  });

  test('gets its credentials, and the appliance does not', async () => {
    const appliance = await startAppliance();
    const proxy = await startProxy({ credentials: 'user:p@ss word' });
    setProxies({ HTTPS_PROXY: `http://user:p%40ss%20word@${proxy.host}` });
    const transport = openTransport({ caCertificate: appliance.authority.cert });
    const response = await transport.send(get(appliance.url));
    expect(response.status).toBe(200);
    expect(await readText(response)).not.toContain('proxy');
  });

  test('may speak TLS with a certificate of the private authority', async () => {
    const appliance = await startAppliance();
    const proxy = await startProxy({ tls: await signedCertificate(appliance.authority) });
    // By its name: an IP address cannot be the server name in TLS.
    setProxies({ HTTPS_PROXY: `https://localhost:${proxy.port}` });
    const transport = openTransport({ caCertificate: appliance.authority.cert });
    expect((await transport.send(get(appliance.url))).status).toBe(200);
  });

  test('is left aside for the hosts in NO_PROXY', async () => {
    const certificate = await selfSignedCertificate();
    const server = await startServer((_request, response) => response.end('hello'), certificate);
    const proxy = await startProxy();
    setProxies({ HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: 'example.com,127.0.0.1' });
    const transport = openTransport({ caCertificate: certificate.cert });
    expect(await readText(await transport.send(get(server.url)))).toBe('hello');
    expect(proxy.requests).toEqual([]);
  });

  test('elsewhere gets nothing that is meant for this machine, such as a token in plain http', async () => {
    const server = await startServer((_request, response) => response.end('hello'));
    setProxies({ HTTP_PROXY: 'http://proxy.invalid:3128', HTTPS_PROXY: 'http://proxy.invalid:3128' });
    expect(await readText(await openTransport().send(get(server.url)))).toBe('hello');
  });
});

describe('a proxy that does not open the way', () => {
  const password = 'canary-Pass/Word+4711';

  /** Sends one request through the proxy, with a password in its URL. */
  async function failureThrough(proxyHost: string, scheme = 'http'): Promise<unknown> {
    setProxies({ HTTPS_PROXY: `${scheme}://user:${encodeURIComponent(password)}@${proxyHost}` });
    const transport = openTransport({ timeouts: { connect: 300, headers: 60_000, body: 60_000 } });
    const failure = await failureOf(transport.send(get('https://appliance.test/api')));
    expect(leaksIn(failure, password)).toEqual([]);
    return failure;
  }

  test('for want of other credentials is named with its 407', async () => {
    const proxy = await startProxy({ credentials: 'user:other' });
    expect(await failureThrough(proxy.host)).toMatchObject({
      ...unreachable,
      message: `the proxy ${proxy.host} did not open the way to appliance.test (HTTP 407)`,
    });
  });

  test('for it cannot reach the appliance is named with its 502', async () => {
    const proxy = await startRawServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'));
    });
    expect(await failureThrough(`127.0.0.1:${proxy.port}`)).toMatchObject({
      ...unreachable,
      message: `the proxy 127.0.0.1:${proxy.port} did not open the way to appliance.test (HTTP 502)`,
    });
  });

  test('for it is down is named as what refused the connection', async () => {
    const port = await unusedPort();
    expect(await failureThrough(`127.0.0.1:${port}`)).toMatchObject({
      ...unreachable,
      message: `the proxy 127.0.0.1:${port} refused the connection (ECONNREFUSED)`,
    });
  });

  test('for its name is unknown is named as that', async () => {
    expect(await failureThrough('proxy.invalid:3128')).toMatchObject({
      ...unreachable,
      message: expect.stringMatching(/^the proxy proxy\.invalid:3128 .*DNS/) as string,
    });
  });

  test('for it hangs up is given up', async () => {
    const proxy = await startRawServer((socket) => {
      socket.once('data', () => socket.destroy());
    });
    expect(await failureThrough(`127.0.0.1:${proxy.port}`)).toMatchObject({
      ...unreachable,
      message: expect.stringContaining(`the proxy 127.0.0.1:${proxy.port} closed the connection`) as string,
    });
  });

  test('for it keeps silent is given up after the time for connecting', async () => {
    const proxy = await startRawServer(() => undefined);
    expect(await failureThrough(`127.0.0.1:${proxy.port}`)).toMatchObject({
      ...unreachable,
      message: expect.stringContaining(`the proxy 127.0.0.1:${proxy.port} `) as string,
    });
  });

  test('for its certificate is not trusted is named as that', async () => {
    const proxy = await startProxy({ tls: await selfSignedCertificate() });
    expect(await failureThrough(`localhost:${proxy.port}`, 'https')).toMatchObject({
      failure: 'untrusted',
      message: expect.stringContaining(`the certificate of the proxy localhost:${proxy.port}`) as string,
    });
  });

  test.each([`http://user:${password}@`, 'http://user:100%@proxy.example.com', 'mailto://x', 'http://a b'])(
    'for %s is no URL of one is named by its variable, without its value',
    (value) => {
      setProxies({ HTTPS_PROXY: value });
      let failure: unknown;
      try {
        createUndiciTransport();
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject({
        name: 'TypeError',
        message: 'HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example.com:3128',
      });
    },
  );
});
