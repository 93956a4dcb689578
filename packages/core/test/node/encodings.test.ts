import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inMemory, startAppliance } from '../support/appliance.ts';
import { startServer } from '../support/servers.ts';
import { failureOf, get, openTransport, readText } from '../support/transport.ts';

const content = 'a report, row by row\n'.repeat(10_000);

const encodings = {
  gzip: gzipSync(content),
  'x-gzip': gzipSync(content),
  GZip: gzipSync(content),
  deflate: deflateSync(content),
  br: brotliCompressSync(content),
  'gzip, br': brotliCompressSync(gzipSync(content)),
  'identity, gzip': gzipSync(content),
};

/** A server that encodes its answers although nobody asks it to. */
function startEncoder(encoding: string, body: Uint8Array, status = 200) {
  return startServer((_request, response) => {
    response.writeHead(status, { 'content-encoding': encoding, 'content-length': body.byteLength }).end(body);
  });
}

describe('an answer that is encoded although it should not be', () => {
  test.each(Object.entries(encodings))('as %s is decoded', async (encoding, body) => {
    const server = await startEncoder(encoding, body);
    const response = await openTransport().send(get(server.url));
    expect(await readText(response)).toBe(content);
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(response.headers).not.toHaveProperty('content-length');
  });

  test('as deflate without its frame is decoded', async () => {
    const server = await startEncoder('deflate', deflateRawSync(content));
    expect(await readText(await openTransport().send(get(server.url)))).toBe(content);
  });

  test('is decoded when it arrives byte by byte', async () => {
    const body = deflateSync('short');
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'deflate' });
      const sendNext = (index: number): void => {
        if (index === body.byteLength) response.end();
        else response.write(body.subarray(index, index + 1), () => setImmediate(sendNext, index + 1));
      };
      sendNext(0);
    });
    expect(await readText(await openTransport().send(get(server.url)))).toBe('short');
  });

  test.each(['gzip', 'deflate', 'br'] as const)('as %s and cut is broken', async (encoding) => {
    const server = await startEncoder(encoding, encodings[encoding].subarray(0, -2));
    const response = await openTransport().send(get(server.url));
    expect(await failureOf(readText(response))).toMatchObject({
      name: 'TransportError',
      failure: 'broken',
      message: expect.stringContaining('is damaged or ends too early') as string,
    });
  });

  test('in a way that is not known is named', async () => {
    const server = await startEncoder('zstd', Buffer.from('anything'));
    const response = await openTransport().send(get(server.url));
    expect(await failureOf(readText(response))).toMatchObject({
      name: 'TransportError',
      failure: 'unreadable',
      message: `127.0.0.1:${server.port} encoded its answer as zstd, which it was not asked for`,
    });
  });

  test('but has no content is empty', async () => {
    const server = await startEncoder('gzip', Buffer.alloc(0));
    expect(await readText(await openTransport().send(get(server.url)))).toBe('');
  });

  test('is given up with its connection', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).write(encodings.gzip.subarray(0, 100));
    });
    const response = await openTransport().send(get(server.url));
    const reading = failureOf(readText(response));
    response.discard();
    expect(await reading).toMatchObject({ name: 'TransportError' });
    await expect.poll(server.open).toBe(0);
  });
});

describe.each(['gzip', 'deflate', 'raw-deflate', 'br'] as const)(
  'an appliance that encodes in %s',
  (encoding) => {
    test('is understood, and its report is whole', async () => {
      const { simulator, client } = await startAppliance();
      const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 50_000 });
      for (const route of ['spectra-analyze.pdf.create', 'spectra-analyze.pdf.download'] as const) {
        simulator.faults.script({ route, fault: { kind: 'encoded', encoding } });
      }
      await client.createPdfReport(sha256);
      const report = await client.downloadPdfReport(sha256, inMemory);
      expect(report.size).toBeGreaterThanOrEqual(50_000);
      expect(report.delivered.subarray(-6).toString()).toBe('%%EOF\n');
      expect(simulator.journal.list()).toHaveLength(2);
    });

    test('and breaks off is asked again', async () => {
      const { simulator, client } = await startAppliance();
      const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 50_000 });
      await client.createPdfReport(sha256);
      const route = 'spectra-analyze.pdf.download';
      simulator.faults.script({ route, fault: { kind: 'encoded', encoding, bytes: 500 } });
      const report = await client.downloadPdfReport(sha256, inMemory);
      expect(report.delivered.subarray(-6).toString()).toBe('%%EOF\n');
      expect(simulator.journal.list({ route })).toHaveLength(2);
    });
  },
);

test('an appliance that encodes in an unknown way is asked once, and the error names it', async () => {
  const { simulator, client } = await startAppliance();
  const headers = { 'content-encoding': 'zstd' };
  simulator.faults.script({
    route: 'spectra-analyze.pdf.create',
    times: 'always',
    fault: { kind: 'status', status: 200, headers, text: '?' },
  });
  expect(await failureOf(client.createPdfReport('a'.repeat(64)))).toMatchObject({
    name: 'ConnectionError',
    what: expect.stringContaining('encoded its answer as zstd') as string,
    remedy: 'Check what stands between this machine and the service, and changes its answers.',
    retryable: false,
  });
  expect(simulator.journal.list()).toHaveLength(1);
});
