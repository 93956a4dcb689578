import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readNoProxy } from '../../src/node/no-proxy.ts';
import { systemClock } from '../../src/node/system-clock.ts';
import { SpectraAnalyzeClient } from '../../src/spectra-analyze/client.ts';
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

describe('NO_PROXY', () => {
  test.each([
    ['*', 'https://a.example.com', true],
    ['x.test, *', 'https://a.example.com', true],
    ['*:8443', 'https://a.example.com', false],
    ['*:8443', 'https://a.example.com:8443', true],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://a.example.com', true],
    ['EXAMPLE.com', 'https://A.example.COM', true],
    ['example.com', 'https://an-example.com', false],
    ['.example.com', 'https://a.example.com', true],
    ['.example.com', 'https://example.com', true],
    ['*.example.com', 'https://a.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['example.com.', 'https://a.example.com', true],
    ['example.com', 'https://a.example.com.', true],
    ['example.com:443', 'https://a.example.com', true],
    ['example.com:444', 'https://a.example.com', false],
    ['x.test\ty.test  example.com', 'https://a.example.com', true],
    ['10.0.0.5', 'https://10.0.0.5', true],
    ['10.0.0.5', 'https://10.0.0.50', false],
    ['0.0.5', 'https://10.0.0.5', false],
    ['.0.0.5', 'https://10.0.0.5', false],
    ['*.0.0.5', 'https://10.0.0.5', false],
    ['10.0.0.5:8443', 'https://10.0.0.5:8443', true],
    ['10.0.0.5:8443', 'https://10.0.0.5', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8:8443', 'https://10.1.2.3', false],
    ['192.168.1.64/26', 'https://192.168.1.127', true],
    ['192.168.1.64/26', 'https://192.168.1.128', false],
    ['10.1.2.3/8', 'https://10.200.0.1', true],
    ['0.0.0.0/0', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://10.example.com', false],
    ['10.0.0.0/33', 'https://10.0.0.0', false],
    ['10.0.0.0/', 'https://10.0.0.0', false],
    ['10.0.0.0/8/8', 'https://10.0.0.0', false],
    ['::1', 'https://[::1]', true],
    ['[::1]', 'https://[::1]:8443', true],
    ['[::1]:443', 'https://[::1]', true],
    ['[::1]:443', 'https://[::1]:8443', false],
    ['0:0:0:0:0:0:0:1', 'https://[::1]', true],
    ['fd00::/8', 'https://[fd12:3456::1]', true],
    ['fd00::/8', 'https://[fe80::1]', false],
    ['10.0.0.0/8', 'https://[::1]', false],
    ['', 'https://a.example.com', false],
    [',, ,', 'https://a.example.com', false],
  ])('that reads %j with %s: no proxy is %s', (value, url, isDirect) => {
    expect(readNoProxy({ NO_PROXY: value })(new URL(url))).toBe(isDirect);
  });

  test('counts in lower case first', () => {
    const url = new URL('https://a.test');
    expect(readNoProxy({ no_proxy: 'b.test', NO_PROXY: 'a.test' })(url)).toBe(false);
  });

  test.each([
    ['127.0.0.0/8', []],
    ['0.0.1', ['CONNECT 127.0.0.1']],
    ['10.0.0.0/8', ['CONNECT 127.0.0.1']],
  ])('that reads %s is what the transport goes by', async (NO_PROXY, requests) => {
    const certificate = await selfSignedCertificate();
    const server = await startServer((_request, response) => response.end('hello'), certificate);
    const proxy = await startProxy();
    setProxies({ HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY });
    const transport = openTransport({ caCertificate: certificate.cert });
    expect(await readText(await transport.send(get(server.url)))).toBe('hello');
    expect(proxy.requests).toEqual(requests.map((request) => `${request}:${server.port}`));
  });
});

test.each([200, 201, 204, 299])('a proxy opens the way with %i', async (status) => {
  const appliance = await startAppliance();
  const proxy = await startRawServer((socket) => {
    socket.once('data', () => {
      const tunnel = connect(appliance.port, '127.0.0.1', () => {
        socket.write(`HTTP/1.1 ${status} Whatever\r\n\r\n`);
        socket.pipe(tunnel).pipe(socket);
      });
      tunnel.on('error', () => socket.destroy());
      socket.on('close', () => tunnel.destroy());
    });
  });
  setProxies({ HTTPS_PROXY: proxy.url });
  const transport = openTransport({ caCertificate: appliance.authority.cert });
  expect((await transport.send(get(appliance.url))).status).toBe(200);
});

describe('a proxy that does not open the way', () => {
  const password = 'canary-Pass/Word+4711';

  /** Sends one request through the proxy, with a password in its URL. */
  async function failureThrough(proxyHost: string, scheme = 'http', connect = 60_000): Promise<unknown> {
    setProxies({ HTTPS_PROXY: `${scheme}://user:${encodeURIComponent(password)}@${proxyHost}` });
    const transport = openTransport({ timeouts: { connect, headers: 60_000, body: 60_000 } });
    const failure = await failureOf(transport.send(get('https://appliance.test/api')));
    expect(leaksIn(failure, password)).toEqual([]);
    return failure;
  }

  test('for want of other credentials is named with its 407', async () => {
    const proxy = await startProxy({ credentials: 'user:other' });
    expect(await failureThrough(proxy.host)).toMatchObject({
      ...unreachable,
      failure: 'forbidden',
      message: `the proxy ${proxy.host} did not open the way to appliance.test: it wants another user or password (HTTP 407)`,
      remedy: expect.stringContaining('HTTPS_PROXY') as string,
    });
  });

  test.each([400, 403, 405, 429])('for it does not allow it is named with its %i', async (status) => {
    const proxy = await startRawServer((socket) => {
      socket.once('data', () => socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
    });
    expect(await failureThrough(`127.0.0.1:${proxy.port}`)).toMatchObject({
      ...unreachable,
      failure: 'forbidden',
      message: `the proxy 127.0.0.1:${proxy.port} did not open the way to appliance.test: it does not allow it (HTTP ${status})`,
      remedy: expect.stringContaining('NO_PROXY') as string,
    });
  });

  test('is asked once by a client, which says what to do', async () => {
    const proxy = await startProxy({ credentials: 'user:other' });
    setProxies({ HTTPS_PROXY: `http://${proxy.host}` });
    const client = new SpectraAnalyzeClient({
      baseUrl: 'https://appliance.test',
      token: 'token',
      transport: openTransport(),
      clock: systemClock,
    });
    expect(await failureOf(client.testConnection())).toMatchObject({
      name: 'ConnectionError',
      remedy: expect.stringContaining('Give both in HTTPS_PROXY') as string,
      retryable: false,
      maybeTaken: false,
    });
    expect(proxy.requests).toHaveLength(1);
  });

  test('for it cannot reach the appliance is named with its 502', async () => {
    const proxy = await startRawServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'));
    });
    expect(await failureThrough(`127.0.0.1:${proxy.port}`)).toMatchObject({
      ...unreachable,
      message: `the proxy 127.0.0.1:${proxy.port} did not open the way to appliance.test: it cannot reach it (HTTP 502)`,
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
    expect(await failureThrough(`127.0.0.1:${proxy.port}`, 'http', 300)).toMatchObject({
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
