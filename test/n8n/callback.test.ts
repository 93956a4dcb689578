import { malwareMarker, startSimulator } from '../../packages/simulator/src/index.ts';
import type { INode, INodeParameters } from 'n8n-workflow';
import { describe, expect, inject, test } from 'vitest';
import { N8nClient } from './support/n8n-client.ts';
import { type AskedCallback, startRecordingProxy } from './support/recording-proxy.ts';
import { until } from './support/until.ts';
import { baseNode, chain, givenItems, manualTrigger, ourNode, textFile } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);

/** A scan with callback under way in an n8n, before a service that only calls back when it is told to. */
async function startScan(options: {
  parameters?: INodeParameters;
  scanSeconds?: number | 'never';
  callbackTimes?: number;
  onError?: INode['onError'];
}) {
  const simulator = await startSimulator();
  const proxy = await startRecordingProxy(simulator.url);
  const { scanSeconds = 3600, callbackTimes = 0 } = options;
  const scan = { scanSeconds, callbackTimes };
  simulator.perceptionPoint.scriptScan({ times: 'always', scan });
  const credential = await client.createCredential('perceptionPointApi', {
    region: 'custom',
    baseUrl: proxy.url,
    token: simulator.perceptionPoint.token,
  });
  const parameters = { resource: 'file', operation: 'scanWithCallback', ...options.parameters };
  const given = baseNode('Look', 'set', 3.4, {
    assignments: {
      assignments: [{ id: 'a', name: 'given', value: "={{ $('Given').item.json.content }}", type: 'string' }],
    },
    includeOtherFields: true,
    options: {},
  });
  const workflowId = await client.createWorkflow(
    chain(
      'Callback',
      manualTrigger,
      givenItems({ content: `some ${malwareMarker}` }),
      textFile(),
      ourNode('Scan', 'perceptionPoint', credential, parameters, {
        ...(options.onError && { onError: options.onError }),
      }),
      given,
    ),
  );
  const executionId = await client.start(workflowId);
  return {
    simulator,
    workflowId,
    executionId,
    /** Waits until the execution is suspended. Gives what the service was asked to call. */
    suspended: async (): Promise<AskedCallback> => {
      await client.untilStatus(executionId, ['waiting']);
      await until('suspended steps', async () => {
        const executions = await client.executions(workflowId);
        return executions.length === 2 && executions.every(({ status }) => status === 'waiting')
          ? true
          : undefined;
      });
      const [callback] = proxy.callbacks;
      if (callback === undefined) throw new Error('nothing was submitted');
      return callback;
    },
    listRequests: () =>
      simulator.journal.list().filter(({ path }) => path.startsWith('/api/v1/scans/list/')).length,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await simulator.close();
    },
  };
}

async function call({ url, headers }: AskedCallback, body: object): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

const malicious = { scan_id: '123456', name: 'sample.txt', type: 'File', verdict: 'MAL', evidence: [] };

describe('a suspended scan', { concurrent: true }, () => {
  test('resumes with the verdict when the service calls back', async () => {
    await using scan = await startScan({ scanSeconds: 3, callbackTimes: 1 });
    const execution = await client.untilEnd(scan.executionId);
    expect(execution.status).toBe('success');
    const [item] = execution.items('Scan');
    expect(item?.json).toMatchObject({
      state: 'ready',
      verdict: 'malicious',
      subject: 'sample.txt',
      size: 22,
    });
    expect(JSON.parse((await client.binary(item)).toString())).toMatchObject({ verdict: 'MAL' });
    expect(execution.items('Look')[0]?.json['given']).toContain(malwareMarker);
    expect(scan.listRequests()).toBe(0);
    expect(execution.text).not.toContain(scan.simulator.perceptionPoint.token);
  });

  test('is not moved by a callback without the secret, and resumes for the right one, once', async () => {
    await using scan = await startScan({});
    const callback = await scan.suspended();
    const forged = { 'x-security-reports-secret': '0'.repeat(64) };
    expect(await call({ ...callback, headers: forged }, malicious)).toBe(401);
    expect(await call({ ...callback, headers: {} }, malicious)).toBe(401);
    expect(await call(callback, { hello: 'world' })).toBe(400);
    expect(
      await call(
        { ...callback, url: callback.url.replace(/signature=\w{8}/, 'signature=00000000') },
        malicious,
      ),
    ).toBe(401);
    expect((await client.execution(scan.executionId))?.status).toBe('waiting');

    expect(await call(callback, malicious)).toBe(200);
    expect(await call(callback, malicious)).toBe(409);
    const execution = await client.untilEnd(scan.executionId);
    expect(execution.status).toBe('success');
    expect(execution.runs('Look')).toHaveLength(1);
  });

  test('asks once when the limit passes without a callback, and knows no late one', async () => {
    await using scan = await startScan({ scanSeconds: 1, parameters: { options: { timeout: 60 } } });
    const callback = await scan.suspended();
    const execution = await client.untilEnd(scan.executionId, 150);
    expect(execution.status).toBe('success');
    expect(execution.items('Scan')[0]?.json).toMatchObject({ state: 'ready', verdict: 'malicious' });
    expect(scan.listRequests()).toBe(1);
    expect(await call(callback, malicious)).toBe(409);
    expect(scan.listRequests()).toBe(1);
  });

  test('goes on with all that is known of the failure, where the node continues', async () => {
    const parameters = { options: { timeout: 60 } };
    await using scan = await startScan({
      scanSeconds: 'never',
      parameters,
      onError: 'continueRegularOutput',
    });
    const execution = await client.untilEnd(scan.executionId, 150);
    expect(execution.status).toBe('success');
    const [submission] = scan.simulator.perceptionPoint.listSubmissions();
    expect(execution.items('Scan')[0]?.json).toMatchObject({
      error: expect.stringContaining('no callback came in time') as unknown,
      details: { state: 'timeout', scanId: submission?.scanId, subject: submission?.scanId },
    });
    expect(execution.items('Look')[0]?.json['given']).toContain(malwareMarker);
  });

  test('fails with the id to ask for, when there is no verdict at the limit either', async () => {
    await using scan = await startScan({ scanSeconds: 'never', parameters: { options: { timeout: 60 } } });
    const execution = await client.untilEnd(scan.executionId, 150);
    expect(execution.status).toBe('error');
    const [submission] = scan.simulator.perceptionPoint.listSubmissions();
    expect(execution.error?.message).toContain('no callback came in time');
    expect(execution.error?.description).toContain(`the scan id ${submission?.scanId}`);
  });
});

test('several items are refused before anything is sent, with what to do', async () => {
  await using simulator = await startSimulator();
  const credential = await client.createCredential('perceptionPointApi', {
    region: 'custom',
    baseUrl: simulator.url,
    token: simulator.perceptionPoint.token,
  });
  const parameters = { resource: 'file', operation: 'scanWithCallback' };
  const execution = await client.execute(
    chain(
      'Several',
      manualTrigger,
      givenItems({ content: 'one' }, { content: 'two' }),
      textFile(),
      ourNode('Scan', 'perceptionPoint', credential, parameters),
    ),
  );
  expect(execution.error?.message).toContain('one item at a time, but 2 came');
  expect(execution.error?.description).toContain('Loop Over Items');
  expect(simulator.perceptionPoint.listSubmissions()).toEqual([]);
});
