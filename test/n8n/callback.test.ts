import { malwareMarker, type Simulator, startSimulator } from '../../packages/simulator/src/index.ts';
import type { INode, INodeParameters, IWorkflowSettings } from 'n8n-workflow';
import { describe, expect, inject, test } from 'vitest';
import { credentialData } from './support/credential-data.ts';
import { N8nClient } from './support/n8n-client.ts';
import { type AskedCallback, startRecordingProxy } from './support/recording-proxy.ts';
import { startScriptedModel } from './support/scripted-model.ts';
import { until } from './support/until.ts';
import {
  baseNode,
  chain,
  givenItems,
  langchainNode,
  manualTrigger,
  ourNode,
  textFile,
} from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);

/** A scan with callback under way in an n8n, before a service that only calls back when it is told to. */
async function startScan(options: {
  parameters?: INodeParameters;
  scanSeconds?: number | 'never';
  callbackTimes?: number;
  onError?: INode['onError'];
  /** What the node can refer to, beside the content of its file. */
  given?: object;
  settings?: IWorkflowSettings;
}) {
  const simulator = await startSimulator();
  const proxy = await startRecordingProxy(simulator.url);
  const { scanSeconds = 3600, callbackTimes = 0 } = options;
  const scan = { scanSeconds, callbackTimes };
  simulator.perceptionPoint.scriptScan({ times: 'always', scan });
  const credential = await client.createCredential('perceptionPointApi', {
    ...credentialData(simulator).perceptionPointApi,
    baseUrl: proxy.url,
  });
  const parameters = { resource: 'file', operation: 'scanWithCallback', ...options.parameters };
  const given = baseNode('Look', 'set', 3.4, {
    assignments: {
      assignments: [{ id: 'a', name: 'given', value: "={{ $('Given').item.json.content }}", type: 'string' }],
    },
    includeOtherFields: true,
    options: {},
  });
  const draft = chain(
    'Callback',
    manualTrigger,
    givenItems({ content: `some ${malwareMarker}`, ...options.given }),
    textFile(),
    ourNode('Scan', 'perceptionPoint', credential, parameters, {
      ...(options.onError && { onError: options.onError }),
    }),
    given,
  );
  const settings: IWorkflowSettings = { executionOrder: 'v1', ...options.settings };
  const workflowId = await client.createWorkflow({ ...draft, settings });
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
      submittedSize: 22,
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

  test('makes up for a callback that comes before it is suspended', async () => {
    await using scan = await startScan({ scanSeconds: 0, callbackTimes: 1 });
    const execution = await client.untilEnd(scan.executionId, 150);
    expect(execution.items('Scan')[0]?.json).toMatchObject({ state: 'ready', verdict: 'malicious' });
    const [callback] = scan.simulator.perceptionPoint.callbacks;
    // One look whether the verdict is there, and one that fetches it.
    expect({ status: callback?.status, looks: scan.listRequests() }).toEqual({ status: 409, looks: 2 });
  });

  test('is suspended again after a look, and resumes when the service calls back then', async () => {
    await using scan = await startScan({ scanSeconds: 'never' });
    const callback = await scan.suspended();
    await until('look', () => Promise.resolve(scan.listRequests() === 1 ? true : undefined), 150);
    await scan.suspended();
    expect(await call(callback, malicious)).toBe(200);
    const execution = await client.untilEnd(scan.executionId);
    expect(execution.items('Scan')[0]?.json).toMatchObject({ state: 'ready', verdict: 'malicious' });
    expect(execution.items('Look')[0]?.json['given']).toContain(malwareMarker);
    expect(scan.listRequests()).toBe(1);
  });

  test.each([
    ['by its path, as the nodes of n8n take it', '_files.data'],
    ['by an expression', '={{ $json._files.data }}'],
  ])('resumes in a workflow with the setting "combined", its file given %s', async (_how, field) => {
    const parameters = { binaryPropertyName: field };
    const settings = { binaryMode: 'combined' } as const;
    await using scan = await startScan({ parameters, settings });
    const callback = await scan.suspended();
    expect(await call(callback, malicious)).toBe(200);
    const execution = await client.untilEnd(scan.executionId);
    expect(execution.error).toBeUndefined();
    expect(execution.items('Scan')[0]?.json).toMatchObject({ verdict: 'malicious', subject: 'sample.txt' });
    expect(execution.items('Look')).toHaveLength(1);
    expect(scan.listRequests()).toBe(0);
  });

  test('is not submitted where n8n would cancel the execution before the wait is over', async () => {
    const settings = { executionTimeout: 300 };
    await using scan = await startScan({ settings });
    const execution = await client.untilEnd(scan.executionId);
    expect(execution.error?.message).toMatch(/after 300 seconds.*for 3600 seconds/);
    expect(execution.error?.description).toContain('Set "Timeout Workflow" to at least 3720 seconds');
    expect(scan.simulator.journal.list()).toEqual([]);
  });

  test.each([
    ['goes on', 'continueRegularOutput', 0],
    ['takes its error output', 'continueErrorOutput', 1],
  ] as const)('%s with all that is known of the failure', async (_what, onError, output) => {
    const parameters = { options: { timeout: 60 } };
    await using scan = await startScan({ scanSeconds: 'never', parameters, onError });
    const execution = await client.untilEnd(scan.executionId, 150);
    expect(execution.status).toBe('success');
    const [submission] = scan.simulator.perceptionPoint.listSubmissions();
    const [failed] = execution.items('Scan', output);
    expect(failed?.json).toMatchObject({
      error: expect.stringContaining('no callback came in time') as unknown,
      message: expect.stringContaining('ask again') as unknown,
      details: { state: 'timeout', scanId: submission?.scanId, subject: submission?.scanId },
    });
    expect(failed?.pairedItem).toMatchObject({ item: 0 });
  });

  test('shows what is under way, and nothing secret, while it waits and when it is stopped', async () => {
    const secrets = { link: 's1gn4tur3-0f-th3-l1nk', password: 'p4ssw0rd-of-the-file' };
    await using scan = await startScan({
      parameters: {
        inputSource: 'downloadLink',
        // An expression: what a node's field says itself is kept with the workflow.
        downloadLink: '={{ "https://files.example.com/a.exe?signature=" + $json.link }}',
        options: { filePassword: '={{ $json.password }}' },
      },
      given: secrets,
    });
    const callback = await scan.suspended();
    const [submission] = scan.simulator.perceptionPoint.listSubmissions();
    const check = async (): Promise<void> => {
      const parent = await client.execution(scan.executionId);
      expect(parent?.items('Scan')[0]?.json).toEqual({
        service: 'perception-point',
        subject: 'https://files.example.com/a.exe',
        state: 'submitted',
        scanId: submission?.scanId,
      });
      for (const { id } of await client.executions(scan.workflowId)) {
        const execution = await client.execution(id);
        for (const node of ['Scan', 'start', 'submit', 'awaitCallback', 'isSettled', 'settle']) {
          const shown = JSON.stringify(execution?.runs(node));
          for (const secret of Object.values(secrets)) expect(shown).not.toContain(secret);
        }
      }
    };
    await check();
    await client.stopExecution(scan.executionId);
    await client.untilStatus(scan.executionId, ['canceled']);
    await check();
    await call(callback, malicious);
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

async function credentialFor(simulator: Simulator) {
  return client.createCredential('perceptionPointApi', credentialData(simulator).perceptionPointApi);
}

const parameters = { resource: 'file', operation: 'scanWithCallback' };

/** What an AI agent says in the end: all that it gets from its tool, a scan of a link. */
async function askAgent(simulator: Simulator, parameters: INodeParameters, more: Partial<INode> = {}) {
  const service = await credentialFor(simulator);
  await using model = await startScriptedModel({ Scan: {} });
  const openAi = await client.createCredential('openAiApi', { apiKey: 'none', url: `${model.url}/v1` });
  const scan = {
    resource: 'file',
    inputSource: 'downloadLink',
    downloadLink: 'https://files.example.com/a.exe',
    toolDescription: 'Scans a file',
    ...parameters,
  };
  const tool = ourNode('Scan', 'perceptionPointTool', service, scan, more);
  const chatModel = {
    ...langchainNode('Model', 'lmChatOpenAi', 1.3, { model: { __rl: true, mode: 'id', value: 'scripted' } }),
    credentials: { openAiApi: openAi },
  };
  const agent = langchainNode('Agent', 'agent', 3.1, { promptType: 'define', text: 'Scan the file' });
  const { connections, ...workflow } = chain('Agent', manualTrigger, agent);
  const executionId = await client.start(
    await client.createWorkflow({
      ...workflow,
      nodes: [...workflow.nodes, chatModel, tool],
      connections: {
        ...connections,
        Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
        Scan: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
      },
    }),
  );
  const execution = await client.untilEnd(executionId, 180);
  expect(execution.error).toBeUndefined();
  return JSON.stringify(execution.items('Agent')[0]?.json);
}

test('an AI agent waits for the callback of its tool', async () => {
  await using simulator = await startSimulator();
  expect(await askAgent(simulator, { operation: 'scanWithCallback' })).toContain('verdict');
  const [callback] = simulator.perceptionPoint.callbacks;
  expect(callback?.status).toBe(200);
});

describe('an AI agent whose tool fails', { concurrent: true }, () => {
  test.each([
    ['Scan', { operation: 'scan', options: { timeout: 2 } }, {}],
    [
      'Scan that goes on',
      { operation: 'scan', options: { timeout: 2 } },
      { onError: 'continueRegularOutput' },
    ],
    ['Scan With Callback', { operation: 'scanWithCallback', options: { timeout: 60 } }, {}],
  ] as const)('learns the scan id and what to do: %s', async (_what, parameters, more) => {
    await using simulator = await startSimulator();
    const scan = { scanSeconds: 'never', callbackTimes: 0 } as const;
    simulator.perceptionPoint.scriptScan({ times: 'always', scan });
    const answer = await askAgent(simulator, parameters, more);
    const [submission] = simulator.perceptionPoint.listSubmissions();
    expect(answer).toContain(`ask again for the scan id ${submission?.scanId}`);
    expect(answer).toContain('The operation Scan > Get asks for it again.');
  });
});

test('several items are scanned one after the other in a loop', async () => {
  await using simulator = await startSimulator();
  const scan = ourNode('Scan', 'perceptionPoint', await credentialFor(simulator), parameters);
  const loop = baseNode('Loop', 'splitInBatches', 3);
  const { connections, ...workflow } = chain(
    'Loop',
    manualTrigger,
    givenItems({ content: 'harmless' }, { content: malwareMarker }),
    textFile(),
    loop,
  );
  const executionId = await client.start(
    await client.createWorkflow({
      ...workflow,
      nodes: [...workflow.nodes, scan],
      connections: {
        ...connections,
        Loop: { main: [[], [{ node: 'Scan', type: 'main', index: 0 }]] },
        Scan: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
      },
    }),
  );
  const execution = await client.untilEnd(executionId);
  expect(execution.items('Loop', 0).map(({ json }) => json['verdict'])).toEqual(['clean', 'malicious']);
});

test('several items are refused before anything is sent, with what to do', async () => {
  await using simulator = await startSimulator();
  const credential = await credentialFor(simulator);
  const execution = await client.execute(
    chain(
      'Several',
      manualTrigger,
      givenItems({ content: 'one' }, { content: 'two' }),
      textFile(),
      ourNode('Scan', 'perceptionPoint', credential, parameters),
    ),
  );
  expect(execution.error?.message).toContain('one item at a time, but the input has 2');
  expect(execution.error?.description).toBe('Put a Loop Over Items node with a batch size of 1 before it.');
  expect(simulator.perceptionPoint.listSubmissions()).toEqual([]);
});
