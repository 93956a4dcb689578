import { malwareMarker, startSimulator } from '../../packages/simulator/src/index.ts';
import { expect, inject, test } from 'vitest';
import { credentialData } from './support/credential-data.ts';
import { N8nClient } from './support/n8n-client.ts';
import { N8nHome } from './support/n8n-process.ts';
import { until } from './support/until.ts';
import { chain, givenItems, manualTrigger, ourNode, textFile } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);
const callbackSecret = 'a long random text';

test('the Perception Point Trigger starts its workflow once for each scan, and for nobody without the secret', async () => {
  await using simulator = await startSimulator();
  const credential = await client.createCredential('perceptionPointApi', {
    ...credentialData(simulator).perceptionPointApi,
    callbackSecret,
  });
  const trigger = {
    ...ourNode('Trigger', 'perceptionPointTrigger', credential, { verdicts: ['malicious'] }),
    webhookId: 'scans-of-the-test',
  };
  const workflowId = await client.createWorkflow(chain('Scan events', trigger, givenItems({})));
  await client.activate(workflowId);
  const triggerUrl = `${client.url}/webhook/scans-of-the-test/perception-point`;

  expect((await fetch(triggerUrl, { method: 'POST', body: '{}' })).status).toBe(401);

  simulator.perceptionPoint.scriptScan({ times: 'always', scan: { scanSeconds: 0, callbackTimes: 2 } });
  const submit = ourNode('Submit', 'perceptionPoint', credential, {
    resource: 'file',
    operation: 'submit',
    options: { callbackUrl: triggerUrl, callbackToTrigger: true, callbackParams: '{"ticket": 7}' },
  });
  const submission = await client.execute(
    chain(
      'Submit',
      manualTrigger,
      givenItems({ content: malwareMarker }, { content: 'harmless' }),
      textFile(),
      submit,
    ),
  );
  const [malicious] = submission.items('Submit');
  await until('four callbacks with an answer', () => {
    const answered = simulator.perceptionPoint.callbacks.filter(({ status }) => status === 200);
    return Promise.resolve(answered.length === 4 ? true : undefined);
  });
  expect(await client.outputs(workflowId, trigger.name)).toEqual([
    expect.objectContaining({
      scanId: malicious?.json['scanId'],
      verdict: 'malicious',
      state: 'ready',
      params: { ticket: 7 },
    }),
  ]);
  await client.deactivate(workflowId);
});

test('both triggers tell each event once, also when n8n is killed and started again', async () => {
  await using simulator = await startSimulator();
  const home = await N8nHome.create(inject('unpackedPackage'));
  let n8n = await home.run(['start']);
  try {
    let owner = await N8nClient.setUp(n8n.url);
    const service = await owner.createCredential('perceptionPointApi', {
      ...credentialData(simulator).perceptionPointApi,
      callbackSecret,
    });
    const account = await owner.createCredential('digicertApi', credentialData(simulator).digicertApi);
    const scans = { ...ourNode('Scans', 'perceptionPointTrigger', service, {}), webhookId: 'scans' };
    const runs = ourNode('Runs', 'digicertReportsTrigger', account, {
      pollTimes: { item: [{ mode: 'everyMinute' }] },
      downloadFile: true,
    });
    const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
    const addRun = (): string => simulator.digicert.addRun(identifier).runIdentifier;
    const scanWorkflow = await owner.createWorkflow(chain('Scan events', scans, givenItems({})));
    const runWorkflow = await owner.createWorkflow(chain('New runs', runs, givenItems({})));
    await owner.activate(scanWorkflow);
    await owner.activate(runWorkflow);
    const call = async (scanId: string): Promise<void> => {
      await fetch(`${n8n.url}/webhook/scans/perception-point`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-security-reports-secret': callbackSecret },
        body: JSON.stringify({ scan_id: scanId, name: 'a.exe', type: 'File', verdict: 'MAL', evidence: [] }),
      });
    };
    const told = async (count: number) =>
      until(
        `${count} events of each`,
        async () => {
          const scanIds = (await owner.outputs(scanWorkflow, 'Scans')).map(({ scanId }) => scanId);
          const runIds = (await owner.outputs(runWorkflow, 'Runs')).map(({ runId }) => runId);
          return Math.min(scanIds.length, runIds.length) >= count ? { scanIds, runIds } : undefined;
        },
        // n8n polls at most once a minute.
        90,
      );

    const first = addRun();
    await call('1');
    expect(await told(1)).toEqual({ scanIds: ['1'], runIds: [first] });

    await n8n.child.kill();
    const second = addRun();
    n8n = await home.run(['start']);
    owner = new N8nClient(n8n.url, owner.cookie);
    await until('listening trigger', async () => {
      const response = await fetch(`${n8n.url}/webhook/scans/perception-point`, {
        method: 'POST',
        body: '{}',
      });
      return response.status === 401 ? true : undefined;
    });
    await call('1');
    await call('2');
    expect(await told(2)).toEqual({ scanIds: ['1', '2'], runIds: [first, second] });
    expect(await owner.outputs(runWorkflow, 'Runs')).toMatchObject([
      { state: 'ready', mediaType: 'text/csv' },
      { state: 'ready', mediaType: 'text/csv' },
    ]);
  } finally {
    await n8n.child.stop();
    await home.remove();
  }
});
