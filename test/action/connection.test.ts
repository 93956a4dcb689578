import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Server as ProxyServer } from 'proxy-chain';
import { startSimulator } from '@security-reports/simulator';
import { describe, expect, onTestFinished } from 'vitest';
import { selfSignedCertificate } from './support/certificate.ts';
import { test } from './support/step.ts';

/** An appliance with a certificate that nobody knows, and a sample on it. */
async function startAppliance() {
  const certificate = await selfSignedCertificate();
  const simulator = await startSimulator({ tls: certificate });
  onTestFinished(() => simulator.close());
  const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
  const inputs = { 'base-url': simulator.url, token: simulator.spectraAnalyze.token, hashes: sha1 };
  return { certificate, simulator, inputs };
}

async function startProxy() {
  const requests: string[] = [];
  const proxy = new ProxyServer({
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction: ({ username, password, hostname, port }) => {
      requests.push(`${username}:${password} ${hostname}:${port}`);
      return { requestAuthentication: username !== 'user' || password !== 'pass' };
    },
  });
  await proxy.listen();
  onTestFinished(() => proxy.close(true));
  return { url: `http://user:pass@127.0.0.1:${proxy.port}`, port: proxy.port, requests };
}

describe('an appliance with a self-signed certificate', () => {
  test('is not trusted, and the step says what to give', async ({ runStep }) => {
    const { inputs, simulator } = await startAppliance();
    const step = await runStep(inputs);
    expect(step.reports[0]?.state).toBe('failed');
    expect(step.reports[0]?.message).toMatch(
      /certificate of 127\.0\.0\.1:\d+ is not trusted .*CA certificate/,
    );
    expect(simulator.journal.list()).toEqual([]);
  });

  test('is trusted by its certificate as PEM text, or as the path of a PEM file', async ({
    workspace,
    runStep,
  }) => {
    const { inputs, certificate } = await startAppliance();
    await writeFile(join(workspace, 'ca.pem'), certificate.cert);
    for (const given of [certificate.cert, 'ca.pem']) {
      const step = await runStep({ ...inputs, 'ca-certificate': given });
      expect(step.reports[0]?.state).toBe('ready');
      expect(step.log).not.toContain('::warning');
    }
  });

  test('is accepted blindly on demand, with a warning', async ({ runStep }) => {
    const { inputs } = await startAppliance();
    const step = await runStep({ ...inputs, 'insecure-skip-tls-verify': 'true' });
    expect(step.reports[0]?.state).toBe('ready');
    expect(step.log).toMatch(/^::warning::insecure-skip-tls-verify is on/m);
  });
});

describe('a forward proxy', () => {
  test('is used as HTTPS_PROXY says, together with a CA of the user’s own', async ({ runStep }) => {
    const { inputs, certificate, simulator } = await startAppliance();
    const proxy = await startProxy();
    const step = await runStep(
      { ...inputs, 'ca-certificate': certificate.cert },
      { env: { HTTPS_PROXY: proxy.url, NO_PROXY: '' } },
    );
    expect(step.reports[0]?.state).toBe('ready');
    expect(proxy.requests).toContain(`user:pass ${new URL(simulator.url).host}`);
  });

  test('is left aside as NO_PROXY says', async ({ runStep }) => {
    const { inputs, certificate } = await startAppliance();
    const proxy = await startProxy();
    const step = await runStep(
      { ...inputs, 'ca-certificate': certificate.cert },
      { env: { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } },
    );
    expect(step.reports[0]?.state).toBe('ready');
    expect(proxy.requests).toEqual([]);
  });

  test('that wants other credentials is named as the cause, without showing them', async ({ runStep }) => {
    const { inputs, certificate } = await startAppliance();
    const proxy = await startProxy();
    const step = await runStep(
      { ...inputs, 'ca-certificate': certificate.cert, timeout: '5s' },
      { env: { HTTPS_PROXY: `http://user:wrong-password@127.0.0.1:${proxy.port}`, NO_PROXY: '' } },
    );
    expect(step.reports[0]?.state).toBe('failed');
    expect(step.reports[0]?.message).toMatch(/proxy.*407/i);
    expect(step.log).not.toContain('wrong-password');
  });
});
