import { startSimulator } from '../../packages/simulator/src/index.ts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { IDataObject } from 'n8n-workflow';
import { credentialData } from './support/credential-data.ts';
import { type Queue, startQueue } from './support/queue.ts';
import { until } from './support/until.ts';
import { baseNode, chain, givenItems, manualTrigger, ourNode } from './support/workflow.ts';

const scans = 100;
let queue: Queue;

beforeAll(async () => {
  // Else it takes n8n up to two minutes to see that a worker is gone.
  const settings = {
    QUEUE_WORKER_LOCK_DURATION: '10000',
    QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
    QUEUE_WORKER_STALLED_INTERVAL: '5000',
  };
  queue = await startQueue(inject('unpackedPackage'), { workers: 2, concurrency: 2, settings });
});

afterAll(async () => {
  await queue[Symbol.asyncDispose]();
});

/** Has a report made that takes so many seconds. */
async function startReport(creationSeconds: number) {
  const simulator = await startSimulator();
  const { sha256: hash } = simulator.spectraAnalyze.addSample({ creationSeconds });
  const { spectraAnalyzeApi } = credentialData(simulator);
  const credential = await queue.client.createCredential('spectraAnalyzeApi', spectraAnalyzeApi);
  const parameters = { resource: 'pdfReport', operation: 'generate', hash };
  const node = ourNode('Report', 'spectraAnalyze', credential, parameters);
  const workflowId = await queue.client.createWorkflow(chain('Report', manualTrigger, node));
  const executionId = await queue.client.start(workflowId);
  return {
    executionId,
    startAgain: () => queue.client.start(workflowId),
    isAsked: () => simulator.journal.list().length > 0,
    advance: (seconds: number) => {
      simulator.advance(seconds);
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

test('a worker makes a report, and the main process gives its file', async () => {
  await using report = await startReport(0);
  const [item] = (await queue.client.untilEnd(report.executionId)).items('Report');
  const line = `Worker started execution ${report.executionId} `;
  expect(queue.workers.filter(({ child }) => child.output.includes(line))).toHaveLength(1);
  expect((await queue.client.binary(item)).byteLength).toBe(item?.json['size']);
});

test('polls and results survive workers that are killed', async () => {
  await using simulator = await startSimulator();
  const { client } = queue;
  const credential = await client.createCredential('digicertApi', credentialData(simulator).digicertApi);
  const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
  const trigger = ourNode('Trigger', 'digicertReportsTrigger', credential, {
    pollTimes: { item: [{ mode: 'everyMinute' }] },
    downloadFile: true,
  });
  const hash = { action: 'hash', type: 'SHA256', binaryData: true, dataPropertyName: 'sha256OfFile' };
  const look = baseNode('Look', 'crypto', 1, hash);
  const workflowId = await client.createWorkflow(chain('New runs', trigger, look));
  await client.activate(workflowId);
  /** Starts a run, and gives all that was emitted so far, as soon as it is so much. */
  const emittedAfterRun = async (count: number): Promise<readonly IDataObject[]> => {
    simulator.digicert.addRun(identifier);
    // n8n polls once as soon as a workflow is active.
    await client.deactivate(workflowId);
    await client.activate(workflowId);
    return until(`${count} emitted runs`, async () => {
      const outputs = await client.outputs(workflowId, 'Look');
      return outputs.length >= count ? outputs : undefined;
    });
  };

  await emittedAfterRun(1);
  await using ready = await startReport(0);
  const [made] = (await client.untilEnd(ready.executionId)).items('Report');
  await using unfinished = await startReport(3600);
  await until('request for the report', () => Promise.resolve(unfinished.isAsked() ? true : undefined));
  await queue.killWorkers();
  await Promise.all([queue.addWorker(), queue.addWorker()]);

  const emitted = await emittedAfterRun(2);
  expect(new Set(emitted.map(({ runId }) => runId)).size).toBe(2);
  expect(emitted.map(({ sha256OfFile }) => sha256OfFile)).toEqual(emitted.map(({ sha256 }) => sha256));
  expect((await client.binary(made)).byteLength).toBe(made?.json['size']);

  expect((await client.untilEnd(unfinished.executionId)).status).toBe('error');
  unfinished.advance(3600);
  const [pdf] = (await client.untilEnd(await unfinished.startAgain())).items('Report');
  expect((await client.binary(pdf)).byteLength).toBe(pdf?.json['size']);
  await client.deactivate(workflowId);
}, 400_000);

test('a hundred suspended scans hold no worker, and all resume, on other workers than they began on', async () => {
  await using simulator = await startSimulator();
  simulator.perceptionPoint.scriptScan({ times: 'always', scan: { scanSeconds: 3600, callbackTimes: 1 } });
  const { client } = queue;
  const { perceptionPointApi } = credentialData(simulator);
  const credential = await client.createCredential('perceptionPointApi', perceptionPointApi);
  const webhook = {
    ...baseNode('Start', 'webhook', 2, { path: 'scan', httpMethod: 'POST' }),
    webhookId: 'scan',
  };
  const scan = ourNode('Scan', 'perceptionPoint', credential, {
    resource: 'file',
    operation: 'scanWithCallback',
    inputSource: 'downloadLink',
    downloadLink: '=https://files.example.com/{{ $json.body.number }}.exe',
  });
  const look = baseNode('Look', 'set', 3.4, { includeOtherFields: true, options: {} });
  const workflowId = await client.createWorkflow(chain('Queue of scans', webhook, scan, look));
  await client.activate(workflowId);

  for (let number = 1; number <= scans; number += 1) {
    await fetch(`${client.url}/webhook/scan`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ number }),
    });
  }
  // Each has an execution of its own for its steps.
  await until(
    'that all are suspended',
    async () => ((await client.countExecutions(workflowId, 'waiting')) === 2 * scans ? true : undefined),
    120,
  );

  const other = await client.execute(chain('Other work', manualTrigger, givenItems({ done: true })));
  expect(other.status).toBe('success');
  await queue.killWorkers();
  await queue.addWorker();

  simulator.advance(3600);
  await until(
    'that all have ended',
    async () => ((await client.countExecutions(workflowId, 'success')) === 2 * scans ? true : undefined),
    // A callback that comes while its execution looks whether there is a verdict is made up for by the next look.
    400,
  );
  const executions = await client.executions(workflowId);
  const [last] = executions.filter(({ mode }) => mode === 'webhook').slice(-1);
  const ended = await client.untilEnd(last?.id ?? '');
  expect(ended.items('Look')[0]?.json).toMatchObject({ state: 'ready', verdict: 'clean' });
  expect(simulator.perceptionPoint.callbacks).toHaveLength(scans);
}, 700_000);
