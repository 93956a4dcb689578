import { startSimulator } from '../../packages/simulator/src/index.ts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { N8nProcess } from './support/n8n-process.ts';
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

/** Has a report made that takes so many seconds. Gives the id of the execution. */
async function startReport(creationSeconds: number) {
  const simulator = await startSimulator();
  const { url: baseUrl, spectraAnalyze } = simulator;
  const { sha256: hash } = spectraAnalyze.addSample({ creationSeconds });
  const data = { baseUrl, token: spectraAnalyze.token };
  const credential = await queue.client.createCredential('spectraAnalyzeApi', data);
  const parameters = { resource: 'pdfReport', operation: 'generate', hash };
  const node = ourNode('Report', 'spectraAnalyze', credential, parameters);
  const workflowId = await queue.client.createWorkflow(chain('Report', manualTrigger, node));
  const executionId = await queue.client.start(workflowId);
  return {
    executionId,
    creations: () => simulator.journal.list().filter(({ path }) => path.includes('/create')).length,
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

function workerOf(executionId: string): Promise<N8nProcess> {
  const line = `Worker started execution ${executionId} `;
  return until(`worker that runs execution ${executionId}`, () =>
    Promise.resolve(queue.workers.find(({ child }) => child.output.includes(line))),
  );
}

test('a worker makes a report, and the main process gives its file', async () => {
  await using report = await startReport(0);
  await workerOf(report.executionId);
  const [item] = (await queue.client.untilEnd(report.executionId)).items('Report');
  expect((await queue.client.binary(item)).byteLength).toBe(item?.json['size']);
});

test('a hundred suspended scans hold no worker, and all resume; a killed worker takes only its own execution along', async () => {
  await using simulator = await startSimulator();
  simulator.perceptionPoint.scriptScan({ times: 'always', scan: { scanSeconds: 3600, callbackTimes: 1 } });
  const { client } = queue;
  const credential = await client.createCredential('perceptionPointApi', {
    region: 'custom',
    baseUrl: simulator.url,
    token: simulator.perceptionPoint.token,
  });
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
  await using report = await startReport(3600);
  const worker = await workerOf(report.executionId);
  await until('request for the report', () => Promise.resolve(report.creations() > 0 ? true : undefined));
  await worker.child.kill();

  simulator.advance(3600);
  await until(
    'that all have ended',
    async () => ((await client.countExecutions(workflowId, 'success')) === 2 * scans ? true : undefined),
    180,
  );
  const executions = await client.executions(workflowId);
  const [last] = executions.filter(({ mode }) => mode === 'webhook').slice(-1);
  const ended = await client.untilEnd(last?.id ?? '');
  expect(ended.items('Look')[0]?.json).toMatchObject({ state: 'ready', verdict: 'clean' });
  expect(simulator.journal.list().filter(({ path }) => path.startsWith('/api/v1/scans/list/'))).toEqual([]);

  const lost = await client.untilEnd(report.executionId);
  expect(lost.error?.message).toContain('failed to be processed too many times');
  expect(report.creations()).toBe(1);
}, 400_000);
