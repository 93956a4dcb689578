import type { Fault, RouteName } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { Server as ProxyServer } from 'proxy-chain';
import { describe, expect, onTestFinished } from 'vitest';
import { privateAuthority, signedCertificate } from '../../packages/core/test/support/certificates.ts';
import { startServer } from '../../packages/core/test/support/servers.ts';
import { test } from './support/step.ts';

const hashes = Array.from({ length: 30 }, (_, index) => index.toString(16).padStart(64, '0'));
const create: RouteName = 'spectra-analyze.pdf.create';
const download: RouteName = 'spectra-analyze.pdf.download';

test('a wrong token is refused once for thirty hashes, and the others say so in short', async ({
  simulator,
  runStep,
}) => {
  const step = await runStep({ hashes: hashes.join('\n'), token: 'wrong-token-4711' });
  expect(step.exitCode).toBe(1);
  expect(simulator.journal.list()).toMatchObject([{ credential: 'wrong', status: 403 }]);
  expect(step.reports.map(({ state }) => state)).toEqual(hashes.map(() => 'failed'));
  const short = step.reports.filter(({ message = '' }) => message.includes('not asked'));
  expect(short).toHaveLength(29);
  for (const { message = '' } of short) {
    expect(message).toMatch(/because the service refused access before: .* See the first error\.$/);
    expect(message.length).toBeLessThan(240);
  }
});

describe('what decides', () => {
  test('is not taken from another origin, and the error says what to set', async ({ simulator, runStep }) => {
    let requests = 0;
    const stranger = await startServer((_request, response) => {
      requests += 1;
      response.end('{"status":1,"classification":"goodware"}');
    });
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    simulator.faults.script({
      route: create,
      times: 'always',
      fault: { kind: 'redirect', status: 302, location: stranger.url },
    });
    const step = await runStep({ hashes: sha1 });
    expect(step.reports).toMatchObject([{ state: 'failed' }]);
    expect(step.reports[0]?.message).toContain(`redirects to ${stranger.url}, but only the service itself`);
    expect(step.reports[0]?.message).toContain('Set the base URL');
    expect(requests).toBe(0);
  });

  test('is not a web page with status 404', async ({ simulator, runStep }) => {
    const { sha1 } = simulator.spectraAnalyze.addSample();
    const text = '<!doctype html><html><title>Not Found</title></html>';
    const fault = { kind: 'status', status: 404, text, mediaType: 'text/html' } as const;
    simulator.faults.script({ route: create, times: 'always', fault });
    const step = await runStep({ hashes: sha1 });
    expect(step.reports).toMatchObject([{ state: 'failed' }]);
    expect(step.reports[0]?.message).toMatch(
      /a web page titled 'Not Found' arrived in place of the answer.*Check the base URL/,
    );
  });
});

describe('a report is fetched from an appliance that sends unasked', () => {
  const faults: Readonly<Record<string, Fault>> = {
    gzip: { kind: 'encoded', encoding: 'gzip' },
    'deflate without its frame': { kind: 'encoded', encoding: 'raw-deflate' },
    br: { kind: 'encoded', encoding: 'br' },
    '100 Continue': { kind: 'interim', statuses: [100] },
    '103 Early Hints': { kind: 'interim', statuses: [103, 103] },
  };
  for (const [what, fault] of Object.entries(faults)) {
    test(what, async ({ simulator, runStep }) => {
      const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
      for (const route of [create, download]) simulator.faults.script({ route, times: 'always', fault });
      const step = await runStep({ hashes: sha1 });
      expect(step.reports).toMatchObject([{ state: 'ready' }]);
      expect(simulator.journal.list({ route: download })).toHaveLength(1);
    });
  }
});

describe('a connection', () => {
  test('goes past the proxy to what lies in a range of NO_PROXY, and trusts an intermediate authority', async ({
    runStep,
  }) => {
    const root = await privateAuthority('Root authority');
    const intermediate = await privateAuthority('Issuing authority', { ca: root });
    const certificate = await signedCertificate(intermediate);
    await using simulator = await startSimulator({ tls: certificate });
    const requests: string[] = [];
    const proxy = new ProxyServer({
      host: '127.0.0.1',
      port: 0,
      prepareRequestFunction: ({ hostname }) => {
        requests.push(hostname);
        return {};
      },
    });
    await proxy.listen();
    onTestFinished(() => proxy.close(true));
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const inputs = {
      hashes: sha1,
      'base-url': simulator.url,
      token: simulator.spectraAnalyze.token,
      'ca-certificate': intermediate.cert,
    };
    const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    const direct = await runStep(inputs, { env: { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8, 127.0.0.0/8' } });
    expect(direct.reports).toMatchObject([{ state: 'ready' }]);
    expect(requests).toEqual([]);
    const through = await runStep(inputs, { env: { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8, 0.0.1' } });
    expect(through.reports).toMatchObject([{ state: 'ready' }]);
    expect(requests).not.toEqual([]);
  });
});
