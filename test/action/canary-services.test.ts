import { type Fault, malwareMarker, startSimulator } from '@security-reports/simulator';
import { describe, expect, vi } from 'vitest';
import { canary, careless, expectNowhere } from './support/canary.ts';
import { startListener } from './support/listeners.ts';
import { test, writeFiles } from './support/step.ts';

describe('what is secret for Perception Point', { concurrent: true }, () => {
  const service = 'perception-point';
  const secrets = {
    token: canary('token'),
    password: canary('password'),
    header: canary('header'),
    signature: canary('signature'),
    callbackKey: canary('callback'),
  };
  const all = Object.values(secrets);
  const link = `https://files.example.com/a.zip?sig=${encodeURIComponent(secrets.signature)}`;
  const inputs = {
    service,
    token: secrets.token,
    'file-password': secrets.password,
    'callback-headers': JSON.stringify({ 'X-Hook-Secret': secrets.header }),
    'callback-url': `https://hooks.example.com/?key=${encodeURIComponent(secrets.callbackKey)}`,
  };

  test('reaches the service and the receiver of callbacks, and nothing else', async ({
    workspace,
    runStep,
  }) => {
    await using simulator = await startSimulator({
      perceptionPoint: { token: secrets.token, scanSeconds: 0 },
    });
    await using receiver = await startListener();
    await writeFiles(workspace, { 'bad.txt': malwareMarker });

    const step = await runStep({
      ...inputs,
      'base-url': simulator.url,
      files: 'bad.txt',
      'download-links': link,
      'callback-url': `${receiver.url}/?key=${encodeURIComponent(secrets.callbackKey)}`,
    });

    expect(step.reports.map(({ state }) => state)).toEqual(['ready', 'ready']);
    const [file, linked] = step.reports.map(({ scanId = '' }) => scanId);
    expect(simulator.perceptionPoint.carried(file ?? '', 'file_password', secrets.password)).toBe(true);
    expect(simulator.perceptionPoint.carried(linked ?? '', 'download_link', link)).toBe(true);
    await vi.waitFor(
      () => {
        expect(receiver.requests).toHaveLength(2);
      },
      { timeout: 120_000 },
    );
    expect(receiver.requests[0]?.headers['x-hook-secret']).toBe(secrets.header);
    await expectNowhere([...all, link], step, workspace);
  });

  test('is masked before anything else is printed', async ({ workspace, runStep }) => {
    await using simulator = await startSimulator({
      perceptionPoint: { token: secrets.token, scanSeconds: 0 },
    });
    await writeFiles(workspace, { 'a.txt': 'a' });
    const step = await runStep({
      ...inputs,
      'base-url': simulator.url,
      files: 'a.txt',
      'download-links': link,
    });
    const lines = step.log.split('\n');
    const masks = lines.filter((line) => line.startsWith('::add-mask::'));
    expect(lines.slice(0, masks.length)).toEqual(masks);
    // As in the runner's commands.
    const masked = masks.map((line) => decodeURIComponent(line.slice('::add-mask::'.length)));
    const signature = new URL(link).search.slice(1);
    for (const secret of [secrets.token, secrets.password, secrets.header, signature, inputs['callback-url']])
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
        expect(masked).toContain(form);
  });

  test.for(Object.keys(secrets) as (keyof typeof secrets)[])(
    'appears nowhere when submitting breaks and the service repeats it: %s',
    async (name, { workspace, runStep }) => {
      await using simulator = await startSimulator({ perceptionPoint: { token: secrets.token } });
      const faults: readonly Fault[] = [
        ...(name === 'token' ? waysToRepeat(secrets.token) : careless(secrets[name])),
      ];
      for (const fault of faults) simulator.faults.script({ route: 'perception-point.files.submit', fault });
      const links = faults.map((_, index) => link.replace('/a.zip', `/${index}.zip`));

      const step = await runStep({
        ...inputs,
        'base-url': simulator.url,
        'download-links': links.join('\n'),
        concurrency: '64',
      });

      expect(step.reports.map(({ state }) => state)).toEqual(faults.map(() => 'failed'));
      const requests = simulator.journal.list({ route: 'perception-point.files.submit' });
      expect(requests).toHaveLength(faults.length);
      expect(new Set(requests.map(({ credential }) => credential))).toEqual(new Set(['right']));
      await expectNowhere(all, step, workspace);
    },
  );

  test('includes the signature of a link that only the service knows', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const signature = 'a1b2c3d4e5f6';
    simulator.faults.script({
      route: 'perception-point.files.submit',
      fault: {
        kind: 'status',
        status: 400,
        json: {
          detail: `Not at https://u:pw9876@bucket.example.com/a.zip?X-Amz-Signature=${signature} any more`,
        },
      },
    });
    const step = await runStep({ service, 'storage-paths': 'a.zip' });
    expect(step.reports[0]?.message).toContain('https://bucket.example.com/a.zip?…');
    await expectNowhere([signature, 'pw9876'], step, workspace);
  });

  test.for(waysToRepeat(secrets.token))(
    'appears nowhere when the list of scans breaks and the service repeats it: way %#',
    async (fault, { workspace, runStep }) => {
      await using simulator = await startSimulator({ perceptionPoint: { token: secrets.token } });
      simulator.faults.script({ route: 'perception-point.scans.list', times: 'always', fault });
      // A second request shows that the step got the answer to the first one.
      const timeUpWhen = () => simulator.journal.list({ route: 'perception-point.scans.list' }).length > 1;
      const step = await runStep(
        { service, token: secrets.token, 'base-url': simulator.url, 'scan-ids': '1' },
        { timeUpWhen },
      );
      expect(step.exitCode).toBe(1);
      expect(step.reports[0]?.message).toMatch(/./);
      expect(simulator.journal.list()[0]?.credential).toBe('right');
      await expectNowhere([secrets.token], step, workspace);
    },
  );

  test('is not shown when the input that holds it cannot be used', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    for (const broken of [
      { token: `two words ${secrets.token}` },
      { 'download-links': `ftp://files.example.com/?sig=${secrets.signature}` },
      { 'download-links': secrets.signature },
      { 'callback-url': secrets.callbackKey },
      { 'callback-headers': `{"X-Hook-Secret": "${secrets.header}` },
      { 'callback-headers': JSON.stringify([secrets.header]) },
      { 'callback-headers': JSON.stringify(secrets.header) },
      { 'callback-headers': JSON.stringify({ 'X-Hook-Secret': { nested: secrets.header } }) },
      { 'callback-headers': JSON.stringify({ 'X-Hook-Secret': `${secrets.header}\n` }) },
    ]) {
      const step = await runStep({
        service,
        'storage-paths': 'a.zip',
        'callback-url': 'https://hooks.example.com/',
        ...broken,
      });
      expect(step.exitCode, JSON.stringify(broken)).toBe(1);
      await expectNowhere(all, step, workspace);
      // A single letter that is masked would make the whole log unreadable.
      expect(step.log).not.toMatch(/^::add-mask::.?$/m);
    }
    expect(simulator.journal.list()).toEqual([]);
  });
});

describe('the key of DigiCert', { concurrent: true }, () => {
  const key = canary('key');
  const routes = ['digicert.report.history', 'digicert.report.run', 'digicert.report.download'] as const;

  test.for(waysToRepeat(key))(
    'appears nowhere when the service repeats it, whatever it was asked: way %#',
    async (fault, { workspace, runStep }) => {
      await using simulator = await startSimulator({ digicert: { apiKey: key } });
      const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
      // What comes as the report itself is delivered as it is.
      for (const route of isReport(fault) ? routes.slice(0, 2) : routes) {
        simulator.faults.clear();
        simulator.faults.script({ route, times: 'always', fault });
        const step = await runStep(
          {
            service: 'digicert',
            token: key,
            'base-url': simulator.url,
            'report-id': identifier,
            run: String(route === 'digicert.report.run'),
            timeout: '60s',
          },
          { timeUpWhen: () => simulator.journal.list({ route }).length > 1 },
        );
        const [request] = simulator.journal.list({ route });
        expect(request).toMatchObject({ credential: 'right', fault: fault.kind });
        await expectNowhere([key], step, workspace);
      }
    },
  );

  function isReport(fault: Fault): boolean {
    return (
      fault.kind === 'wrong-json' ||
      (fault.kind === 'status' && fault.status === 200 && fault.mediaType === undefined)
    );
  }
});

function waysToRepeat(credential: string): readonly Fault[] {
  return [...careless(credential), { kind: 'echo-credential', status: 403 }];
}
