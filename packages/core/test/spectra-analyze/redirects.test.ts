import type { RouteName } from '@security-reports/simulator';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { SpectraAnalyzeClient } from '../../src/spectra-analyze/client.ts';
import { inMemory, startAppliance } from '../support/appliance.ts';
import { startServer } from '../support/servers.ts';
import { failureOf } from '../support/transport.ts';

const create = 'spectra-analyze.pdf.create';
const download = 'spectra-analyze.pdf.download';

/** A server of somebody else's, which keeps what it receives. */
async function startStranger(answer = '{}') {
  const received: { headers: IncomingMessage['headers']; url: string | undefined }[] = [];
  const server = await startServer((request, response) => {
    received.push({ headers: request.headers, url: request.url });
    response.end(answer);
  });
  return { url: server.url, received };
}

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308] as const)(
    'with %i on the same origin is followed with the token',
    async (status) => {
      const { simulator, client } = await startAppliance();
      const { sha1 } = simulator.spectraAnalyze.addSample();
      simulator.faults.script({
        route: create,
        fault: { kind: 'redirect', status, location: `/api/pdf/${sha1}/create?again` },
      });
      await client.createPdfReport(sha1);
      expect(simulator.journal.list()).toMatchObject([
        { status, credential: 'right' },
        { path: `/api/pdf/${sha1}/create?again`, status: 200, credential: 'right' },
      ]);
    },
  );

  test('of a download to another origin is followed without the token, and the report says where it is from', async () => {
    const { simulator, client } = await startAppliance();
    const stranger = await startStranger('%PDF-1.7\n%%EOF\n');
    const { sha1 } = simulator.spectraAnalyze.addSample();
    simulator.faults.script({
      route: download,
      fault: { kind: 'redirect', status: 302, location: `${stranger.url}/store/report.pdf?signature=abc` },
    });
    const report = await client.downloadPdfReport(sha1, inMemory);
    expect(report.delivered.toString()).toBe('%PDF-1.7\n%%EOF\n');
    expect(report.redirectedTo).toBe(stranger.url);
    expect(stranger.received).toHaveLength(1);
    expect(stranger.received[0]?.url).toBe('/store/report.pdf?signature=abc');
    expect(JSON.stringify(stranger.received)).not.toContain(simulator.spectraAnalyze.token);
    expect(stranger.received[0]?.headers).not.toHaveProperty('authorization');
  });

  test('of a download that ends at the own origin carries the token again, and is no other origin', async () => {
    const { simulator, client } = await startAppliance();
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    await client.createPdfReport(sha1);
    const stranger = await startServer((_request, response) => {
      response.writeHead(302, { location: `${simulator.url}/api/pdf/${sha1}/download` }).end();
    });
    simulator.faults.script({
      route: download,
      fault: { kind: 'redirect', status: 302, location: stranger.url },
    });
    expect((await client.downloadPdfReport(sha1, inMemory)).redirectedTo).toBeUndefined();
    expect(simulator.journal.list({ route: download })).toMatchObject([
      { status: 302 },
      { credential: 'right', status: 200 },
    ]);
  });

  test.each<[string, RouteName, (client: SpectraAnalyzeClient, hash: string) => Promise<unknown>]>([
    ['creation', create, (client, hash) => client.createPdfReport(hash)],
    ['status', 'spectra-analyze.pdf.status', (client, hash) => client.getPdfReportStatus(hash)],
    ['verdict', 'spectra-analyze.samples.classification', (client, hash) => client.getClassification(hash)],
  ])('of a %s to another origin is not followed', async (_what, route, call) => {
    const { simulator, client } = await startAppliance();
    const stranger = await startStranger('{"classification":"goodware","status":1}');
    const { sha1 } = simulator.spectraAnalyze.addSample();
    simulator.faults.script({ route, fault: { kind: 'redirect', status: 302, location: stranger.url } });
    expect(await failureOf(call(client, sha1))).toMatchObject({
      name: 'ServiceError',
      what: `the service redirects to ${stranger.url}, but only the service itself can answer this`,
      remedy: 'Set the base URL to where the service really is.',
      retryable: false,
    });
    expect(stranger.received).toEqual([]);
  });

  test.each([
    [403, 'text/html', '<html><title>AccessDenied</title></html>', false],
    [404, 'application/json', '{"detail":"gone"}', false],
    [410, 'text/plain', '', false],
    [503, 'text/plain', '', true],
  ])(
    'of a download to another origin that answers %i says nothing about token and sample',
    async (status, type, body, retryable) => {
      const { simulator, client } = await startAppliance();
      const { sha1 } = simulator.spectraAnalyze.addSample();
      const stranger = await startServer((_request, response) => {
        response.writeHead(status, { 'content-type': type }).end(body);
      });
      simulator.faults.script({
        route: download,
        times: 'always',
        fault: { kind: 'redirect', status: 302, location: stranger.url },
      });
      expect(await failureOf(client.downloadPdfReport(sha1, inMemory))).toMatchObject({
        name: 'ServiceError',
        status,
        what: `${stranger.url}, to which the service redirects the download, does not give it`,
        retryable,
      });
      await client.createPdfReport(sha1);
    },
  );

  test.each([
    [
      'http://appliance.example.com/',
      'the service redirects to http://appliance.example.com, which is not safe to follow',
    ],
    [
      'http://169.254.169.254/latest/meta-data',
      'the service redirects to http://169.254.169.254, which is not safe to follow',
    ],
    ['ftp://127.0.0.1/', 'the service redirects to ftp://127.0.0.1, which is not safe to follow'],
    ['file:///etc/passwd', 'the service redirects to null, which is not safe to follow'],
    ['http://', 'the service redirects to something that is not a URL'],
  ])('to %s is not followed', async (location, what) => {
    const { simulator, client } = await startAppliance();
    const { sha1 } = simulator.spectraAnalyze.addSample();
    simulator.faults.script({ route: create, fault: { kind: 'redirect', status: 302, location } });
    expect(await failureOf(client.createPdfReport(sha1))).toMatchObject({
      name: 'ServiceError',
      status: 302,
      what,
      retryable: false,
    });
    expect(simulator.journal.list()).toHaveLength(1);
  });

  test('is followed five times and no more', async () => {
    const { simulator, client } = await startAppliance();
    const { sha1 } = simulator.spectraAnalyze.addSample();
    const fault = { kind: 'redirect', status: 302, location: `/api/pdf/${sha1}/create` } as const;
    simulator.faults.script({ route: create, times: 5, fault });
    await client.createPdfReport(sha1);
    expect(simulator.journal.list()).toHaveLength(6);

    simulator.faults.script({ route: create, times: 'always', fault });
    expect(await failureOf(client.createPdfReport(sha1))).toMatchObject({
      what: 'the service redirected more than 5 times',
    });
    expect(simulator.journal.list()).toHaveLength(6 + 6);
  });

  test('of a POST is not followed', async () => {
    const { simulator, client } = await startAppliance();
    const stranger = await startStranger();
    simulator.faults.script({
      route: 'spectra-analyze.samples.status',
      fault: { kind: 'redirect', status: 307, location: stranger.url },
    });
    expect(await failureOf(client.testConnection())).toMatchObject({
      what: 'the service redirects a POST, which is not sent elsewhere',
      remedy: 'Set the base URL to where the service really is.',
    });
    expect(stranger.received).toEqual([]);
    expect(simulator.journal.list()).toHaveLength(1);
  });

  test('without a location is an error with its status', async () => {
    const { simulator, client } = await startAppliance();
    simulator.faults.script({ route: create, fault: { kind: 'status', status: 302 } });
    expect(await failureOf(client.createPdfReport('a'.repeat(32)))).toMatchObject({
      name: 'ServiceError',
      status: 302,
    });
  });
});
