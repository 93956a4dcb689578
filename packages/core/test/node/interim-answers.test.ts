import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { inMemory, startAppliance } from '../support/appliance.ts';
import { selfSignedCertificate } from '../support/certificates.ts';
import { setProxies } from '../support/environment.ts';
import { startProxy } from '../support/proxy.ts';
import { startRawServer, startServer } from '../support/servers.ts';
import { failureOf, get, openTransport, readText } from '../support/transport.ts';
import { startXRay, textFile } from '../support/x-ray.ts';

const final = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const goOn = 'HTTP/1.1 100 Continue\r\n\r\n';
const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';

const inBytes = (text: string): string[] => Array.from(text);

/** A server that answers each request with these pieces, one after the other. */
function startTeller(pieces: readonly string[]) {
  return startRawServer((socket: Socket) => {
    socket.setNoDelay(true);
    socket.on('data', () => {
      const sendNext = (index: number): void => {
        if (index < pieces.length)
          socket.write(pieces[index] ?? '', () => setTimeout(sendNext, 2, index + 1));
      };
      sendNext(0);
    });
  });
}

describe('an answer is understood', () => {
  test.each<[string, readonly string[]]>([
    ['behind 100 Continue', [goOn, final]],
    ['behind 100 Continue in the same packet', [goOn + final]],
    ['behind several of them', [goOn, goOn + goOn, final]],
    ['behind one with headers and without a reason', ['HTTP/1.1 100\r\nX: y\r\n\r\n', final]],
    ['behind one of HTTP/1.0', ['HTTP/1.0 100 Continue\r\n\r\n', final]],
    ['behind one that arrives byte by byte', [...inBytes(goOn), final]],
    ['that arrives byte by byte behind one', [goOn, ...inBytes(final)]],
    ['behind 103 Early Hints', [hints, final]],
    ['behind 102 Processing', ['HTTP/1.1 102 Processing\r\n\r\n', final]],
    ['behind 103, 100 and 103 again', [hints + goOn + hints, final]],
    ['without any interim one', [final]],
  ])('%s, again and again on the same connections', async (_how, pieces) => {
    const server = await startTeller(pieces);
    const transport = openTransport();
    for (let round = 0; round < 5; round += 1) {
      const response = await transport.send(get(server.url));
      expect(response.status).toBe(200);
      expect(await readText(response)).toBe('hello');
    }
    // The pool may open a second one before it knows that the first is free again.
    expect(server.connections()).toBeLessThan(3);
  });

  test('whose body reads like an interim one, whole', async () => {
    const body = goOn.repeat(3);
    const server = await startTeller([
      `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`,
      ...Array.from({ length: 3 }, () => goOn),
    ]);
    expect(await readText(await openTransport().send(get(server.url)))).toBe(body);
  });

  test('through TLS and through a proxy', async () => {
    const certificate = await selfSignedCertificate();
    const server = await startServer((_request, response) => {
      response.writeContinue();
      response.end('hello');
    }, certificate);
    const proxy = await startProxy();
    setProxies({ HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: '127.0.0.1' });
    const transport = openTransport({ caCertificate: certificate.cert });
    for (const host of ['127.0.0.1', 'appliance.test']) {
      const response = await transport.send(get(`https://${host}:${server.port}`));
      expect(await readText(response)).toBe('hello');
    }
    expect(proxy.requests).toHaveLength(1);
  });
});

test('a head that never ends fails as an exchange that breaks off', async () => {
  const server = await startRawServer((socket) => {
    socket.on('data', () => socket.end('HTTP/1.1 100 Continue\r\nX: y\r\n'));
  });
  expect(await failureOf(openTransport().send(get(server.url)))).toMatchObject({ failure: 'broken' });
});

test.each([[100], [102], [103], [100, 103, 100]] as const)(
  'an appliance that sends %j before each answer is asked once for each',
  async (...statuses) => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 500_000 });
    for (const route of ['spectra-analyze.pdf.create', 'spectra-analyze.pdf.download'] as const) {
      simulator.faults.script({ route, fault: { kind: 'interim', statuses } });
    }
    await client.createPdfReport(sha256);
    const report = await client.downloadPdfReport(sha256, inMemory);
    expect(report.delivered.subarray(-6).toString()).toBe('%%EOF\n');
    expect(simulator.journal.list()).toHaveLength(2);
  },
);

test('an upload that meets a 100 Continue is submitted once', async () => {
  const { simulator, client } = await startXRay();
  const fault = { kind: 'interim', statuses: [100] } as const;
  simulator.faults.script({ route: 'perception-point.files.submit', fault });
  const file = textFile('x'.repeat(3_000_000));
  const { scanId } = await client.submitFile({ source: { type: 'data', file } });
  expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([{ scanId, file: { size: 3_000_000 } }]);
});
