import { malwareMarker, startSimulator } from '../../packages/simulator/src/index.ts';
import type { INode } from 'n8n-workflow';
import { expect, inject, test } from 'vitest';
import { N8nClient, type StoredCredential } from './support/n8n-client.ts';
import { until } from './support/until.ts';
import { chain, givenItems, manualTrigger, ourNode, textFile } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);

/** What a trigger has emitted so far, over all executions that it started. */
async function emitted(workflowId: string, trigger: INode): Promise<readonly unknown[]> {
  const executions = await client.executions(workflowId);
  const ended = await Promise.all(executions.map(({ id }) => client.untilEnd(id)));
  return ended.flatMap((execution) => execution.items(trigger.name).map(({ json }) => json));
}

test('the Perception Point Trigger starts its workflow once for each scan, and for nobody without the secret', async () => {
  await using simulator = await startSimulator();
  const token = simulator.perceptionPoint.token;
  const credential = await client.createCredential('perceptionPointApi', {
    region: 'custom',
    baseUrl: simulator.url,
    token,
    callbackSecret: 'a long random text',
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
  expect(await emitted(workflowId, trigger)).toEqual([
    expect.objectContaining({
      scanId: malicious?.json['scanId'],
      verdict: 'malicious',
      state: 'ready',
      params: { ticket: 7 },
    }),
  ]);
  await client.deactivate(workflowId);
});

test('the DigiCert Reports Trigger emits each new run once, with its file, also after it was switched off and on', async () => {
  await using simulator = await startSimulator();
  const credential = await client.createCredential('digicertApi', {
    baseUrl: simulator.url,
    apiKey: simulator.digicert.apiKey,
  });
  const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
  const trigger = pollingTrigger(credential, { downloadFile: true });
  const workflowId = await client.createWorkflow(chain('New runs', trigger, givenItems({})));
  await client.activate(workflowId);
  const emittedRuns = (count: number) =>
    // n8n polls at most once a minute.
    until(
      `${count} emitted runs`,
      async () => {
        const runs = await emitted(workflowId, trigger);
        return runs.length >= count ? runs : undefined;
      },
      90,
    );
  expect(await emitted(workflowId, trigger)).toEqual([]);

  const first = simulator.digicert.addRun(identifier).runIdentifier;
  await emittedRuns(1);
  await client.deactivate(workflowId);
  const second = simulator.digicert.addRun(identifier).runIdentifier;
  // n8n polls once as soon as a workflow is active.
  await client.activate(workflowId);

  const runs = await emittedRuns(2);
  expect(runs).toEqual(
    [first, second].map(
      (runId) => expect.objectContaining({ runId, state: 'ready', mediaType: 'text/csv' }) as unknown,
    ),
  );
  await client.deactivate(workflowId);
});

function pollingTrigger(credential: StoredCredential, parameters: object): INode {
  return ourNode('Trigger', 'digicertReportsTrigger', credential, {
    pollTimes: { item: [{ mode: 'everyMinute' }] },
    ...parameters,
  });
}
