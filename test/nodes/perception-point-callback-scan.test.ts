import { type Simulator, startSimulator } from '@security-reports/simulator';
import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type {
  ICredentialDataDecryptedObject,
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  INodeParameters,
  IWorkflowBase,
  IWorkflowSettings,
} from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PerceptionPointApi } from '../../credentials/PerceptionPointApi.credentials.ts';
import {
  type ScanRequest,
  sealSubmission,
  submissionIn,
} from '../../nodes/PerceptionPoint/callback-scan/scan-request.ts';
import type { DescribedSubmission } from '../../nodes/PerceptionPoint/resources/file/submission.ts';
import { PerceptionPoint } from '../../nodes/PerceptionPoint/PerceptionPoint.node.ts';
import { PerceptionPointCallbackScan } from '../../nodes/PerceptionPoint/PerceptionPointCallbackScan.node.ts';
import { BinaryStore } from './support/binary-store.ts';
import { credentialsFor, itemWithFile } from './support/perception-point.ts';
import { executeFunctions } from './support/run-node.ts';
import { startWebhookNode } from './support/webhook-node.ts';

const executionId = '77';
const resumeUrl = 'http://127.0.0.1:9/webhook-waiting/77?signature=0123456789abcdef';
const request = {
  subject: 'setup.exe',
  waitSeconds: 60,
  outputBinaryField: 'verdict',
  includeRaw: false,
  isForAgent: false,
  sealedSubmission: '',
};
const described: DescribedSubmission = {
  subject: 'setup.exe',
  source: { type: 'data', binaryPropertyName: 'data' },
  name: undefined,
  filePassword: undefined,
};
const callback = { scan_id: '123456', name: 'setup.exe', type: 'File', verdict: 'MAL', evidence: [] };

let simulator: Simulator;
let binaryStore: BinaryStore;

beforeEach(async () => {
  simulator = await startSimulator({ perceptionPoint: { scanSeconds: 0 } });
  binaryStore = await BinaryStore.create();
});

afterEach(async () => {
  await simulator.close();
  await binaryStore.remove();
});

/** The secret that only who has the token can compute. */
function secretOf(id: string): string {
  return createHmac('sha256', simulator.perceptionPoint.token)
    .update(`callback of execution ${id}`)
    .digest('hex');
}

/** Runs a node with what n8n has for nodes that suspend their execution. */
async function runSuspending(
  node: PerceptionPoint | PerceptionPointCallbackScan,
  parameters: INodeParameters,
  items: readonly INodeExecutionData[],
  more: Partial<IExecuteFunctions> = {},
  credentials: ICredentialDataDecryptedObject = credentialsFor(simulator),
): Promise<INodeExecutionData[]> {
  const functions = executeFunctions({
    node,
    credentialType: new PerceptionPointApi(),
    credentials,
    binaryStore,
    parameters,
    items,
  });
  const output = await node.execute.call(
    Object.assign(functions, { getExecutionId: () => executionId, ...more }),
  );
  return output.flat();
}

function runStep(
  operation: string,
  item: INodeExecutionData,
  more: Partial<IExecuteFunctions> = {},
): Promise<INodeExecutionData[]> {
  const parameters = { resource: 'callbackScan', operation, outputBinaryField: 'verdict', options: {} };
  return runSuspending(new PerceptionPointCallbackScan(), parameters, [item], more);
}

describe('File > Scan With Callback', () => {
  const scanWithCallback = (
    items: readonly INodeExecutionData[],
    more: Partial<IExecuteFunctions> = {},
    options: INodeParameters = {},
    parameters: INodeParameters = {},
  ) =>
    runSuspending(
      new PerceptionPoint(),
      {
        resource: 'file',
        operation: 'scanWithCallback',
        outputBinaryField: 'verdict',
        options,
        ...parameters,
      },
      items,
      more,
    );

  /** What the steps were started with. */
  const startedBy = async (
    given: readonly INodeExecutionData[],
    options: INodeParameters,
    settings: IWorkflowSettings = {},
    parameters: INodeParameters = {},
  ) => {
    const started: { items: INodeExecutionData[]; workflow: IWorkflowBase | undefined }[] = [];
    const waiting = { json: { submitted: { scanId: '123456' } } };
    const output = await scanWithCallback(
      given,
      {
        getWorkflow: () => ({ id: 'workflow', active: true }),
        getWorkflowSettings: () => settings,
        setMetadata: () => undefined,
        executeWorkflow: ({ code }, items = []) => {
          started.push({ items, workflow: code });
          return Promise.resolve({ executionId: '78', data: [[waiting]] });
        },
      },
      options,
      parameters,
    );
    const [first] = started;
    if (first === undefined) throw new Error('no steps were started');
    return { ...first, output };
  };

  it('sends nothing for several items, and says what to do', async () => {
    const items = [await itemWithFile(binaryStore, 'a', 'a'), await itemWithFile(binaryStore, 'b', 'b')];
    await expect(scanWithCallback(items)).rejects.toMatchObject({
      message: expect.stringContaining('one item at a time, but the input has 2') as unknown,
      description: 'Put a Loop Over Items node with a batch size of 1 before it.',
    });
    expect(simulator.journal.list()).toEqual([]);
  });

  it.each([
    [
      300,
      3600,
      'Set "Timeout Workflow" to at least 3720 seconds, or the option Timeout to at most 180 seconds.',
    ],
    [
      719,
      600,
      'Set "Timeout Workflow" to at least 720 seconds, or the option Timeout to at most 599 seconds.',
    ],
    [90, 3600, 'Set "Timeout Workflow" to at least 3720 seconds.'],
  ])(
    'submits nothing where n8n cancels the execution after %i of %i seconds, and says both numbers',
    async (executionTimeout, timeout, remedy) => {
      const item = await itemWithFile(binaryStore, 'setup.exe', 'harmless');
      const options = { getWorkflowSettings: () => ({ executionTimeout }) };
      const executeWorkflow = () => Promise.reject(new Error('the steps were started'));
      await expect(
        scanWithCallback([item], { ...options, executeWorkflow }, { timeout }),
      ).rejects.toMatchObject({
        message: expect.stringMatching(
          new RegExp(` ${executionTimeout} seconds.* ${timeout} seconds`),
        ) as unknown,
        description: `${remedy} Nothing was submitted.`,
      });
      expect(simulator.journal.list()).toEqual([]);
    },
  );

  it.each([{}, { executionTimeout: -1 }, { executionTimeout: 720 }])(
    'starts where the workflow has the settings %j',
    async (settings) => {
      const item = await itemWithFile(binaryStore, 'setup.exe', 'harmless');
      const started = await startedBy([item], { timeout: 600 }, settings);
      expect(started.items).toHaveLength(1);
    },
  );

  it('keeps the file apart from the settings of the workflow, wherever the item has it', async () => {
    const { binary } = await itemWithFile(binaryStore, 'setup.exe', 'harmless');
    // With the workflow setting "combined", a file is a part of the JSON, and an expression can give it.
    const combined = { json: { _files: { data: binary?.['data'] } } } as unknown as INodeExecutionData;
    const { items, workflow } = await startedBy(
      [combined],
      {},
      { binaryMode: 'combined' },
      {
        binaryPropertyName: binary?.['data'] as never,
      },
    );
    expect(items).toMatchObject([{ binary: { file: { fileName: 'setup.exe' } } }]);
    expect(workflow?.settings).toMatchObject({ binaryMode: 'separate' });
  });

  it('hands the steps what the item asks for, with its file, and nothing secret that n8n would keep', async () => {
    const item = await itemWithFile(binaryStore, 'setup.exe', 'harmless');
    const options = { timeout: 60, filePassword: 'pass-of-file', includeRaw: true };
    const { items: started, output } = await startedBy([item], options);
    const asked = started[0]?.json as unknown as { readonly request: ScanRequest };
    expect(asked).toEqual({
      request: {
        subject: 'setup.exe',
        waitSeconds: 60,
        outputBinaryField: 'verdict',
        includeRaw: true,
        isForAgent: false,
        sealedSubmission: expect.any(String) as string,
      },
    });
    expect(started).toMatchObject([{ binary: { file: item.binary?.['data'] } }]);
    expect(JSON.stringify(started)).not.toContain('pass-of-file');
    expect(submissionIn(asked.request, simulator.perceptionPoint.token)).toEqual({
      subject: 'setup.exe',
      source: { type: 'data', binaryPropertyName: 'file' },
      filePassword: 'pass-of-file',
    });
    expect(() => submissionIn(asked.request, 'another token')).toThrow();
    expect(output[0]?.json).toEqual({
      service: 'perception-point',
      subject: 'setup.exe',
      state: 'submitted',
      scanId: '123456',
    });
  });
});

describe('the step that submits', () => {
  const submit = async (more: Partial<DescribedSubmission> = {}, token = simulator.perceptionPoint.token) => {
    const { binary } = await itemWithFile(binaryStore, 'setup.exe', 'harmless');
    const sealedSubmission = sealSubmission(token, { ...described, ...more });
    const [item] = await runStep(
      'submit',
      { json: { request: { ...request, sealedSubmission } }, ...(binary && { binary }) },
      {
        evaluateExpression: (expression) =>
          expression === '{{ $execution.resumeUrl }}' ? resumeUrl : undefined,
      },
    );
    return item?.json ?? {};
  };

  it('asks to be called back where the execution waits, with a secret that only it can know', async () => {
    const { submitted } = await submit();
    const { scanId } = submitted as { scanId: string };
    const headers = JSON.stringify({ 'x-security-reports-secret': secretOf(executionId) });
    expect(simulator.perceptionPoint.carried(scanId, 'callback_url', resumeUrl)).toBe(true);
    expect(simulator.perceptionPoint.carried(scanId, 'callback_headers', headers)).toBe(true);
  });

  it('hands on what was submitted and until when to wait, but no secret', async () => {
    const before = Date.now();
    const json = await submit({ filePassword: 'pass-of-file' });
    expect(json).toMatchObject({
      request: { subject: 'setup.exe' },
      submitted: { name: 'setup.exe', size: 8 },
    });
    expect(json['waitUntil']).toBeGreaterThanOrEqual(before + 60_000);
    expect(JSON.stringify(json)).not.toContain(secretOf(executionId));
    expect(JSON.stringify(json)).not.toContain('pass-of-file');
  });

  it('submits nothing when the service cannot reach the resume URL, and says what to do', async () => {
    const baseUrl = 'https://service.example.com';
    const failing = runSuspending(
      new PerceptionPointCallbackScan(),
      { resource: 'callbackScan', operation: 'submit', options: {} },
      [{ json: { request } }],
      { evaluateExpression: () => resumeUrl },
      { region: 'custom', baseUrl, token: 'token' },
    );
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining('http://127.0.0.1:9, which only this machine reaches') as unknown,
      description: expect.stringContaining('WEBHOOK_URL') as unknown,
    });
  });

  it('sends the file password', async () => {
    const { submitted } = await submit({ filePassword: 'pass-of-file' });
    const { scanId } = submitted as { scanId: string };
    expect(simulator.perceptionPoint.carried(scanId, 'file_password', 'pass-of-file')).toBe(true);
  });
});

describe('the step that waits', () => {
  // The time stands still, so that limits are exact.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const wait = async (json: IDataObject) => {
    const limits: number[] = [];
    const [item] = await runStep(
      'awaitCallback',
      { json },
      {
        putExecutionToWait: (limit) => {
          limits.push(limit.getTime());
          return Promise.resolve();
        },
      },
    );
    return { limits, json: item?.json };
  };
  const waiting = (scanId: string, seconds: { waited?: number; left?: number } = {}) => ({
    request,
    submitted: { scanId, submittedAt: Date.now() - (seconds.waited ?? 0) * 1000 },
    waitFrom: Date.now() - (seconds.waited ?? 0) * 1000,
    waitUntil: Date.now() + (seconds.left ?? 100_000) * 1000,
  });

  it('first suspends the execution for a minute, and asks nobody', async () => {
    const item = waiting('123456');
    const { limits, json } = await wait(item);
    expect(limits).toEqual([Date.now() + 60_000]);
    expect(json).toEqual(item);
    expect(simulator.journal.list()).toEqual([]);
  });

  it('then looks for a verdict whose callback came while the execution was not suspended', async () => {
    const scanId = simulator.perceptionPoint.addScan({ verdict: 'MAL' });
    const { limits, json } = await wait(waiting(scanId, { waited: 60 }));
    expect(limits).toEqual([]);
    expect(json).toMatchObject({ isListed: true });
    expect(simulator.journal.list().map(({ route }) => route)).toEqual(['perception-point.scans.get']);
  });

  it.each([
    [60, 240],
    [300, 1200],
    [1500, 6000],
  ])('suspends it after %i seconds for %i more, when there is none', async (waited, more) => {
    const item = waiting(simulator.perceptionPoint.addScan({ scanSeconds: 'never' }), { waited });
    const { limits, json } = await wait(item);
    expect(limits).toEqual([Date.now() + more * 1000]);
    expect(json).toEqual(item);
  });

  it.each([
    ['at first', {}],
    ['later', { waited: 60 }],
  ])('never suspends it beyond the limit, %s', async (_when, waited) => {
    const scanId = simulator.perceptionPoint.addScan({ scanSeconds: 'never' });
    const item = waiting(scanId, { ...waited, left: 30 });
    expect((await wait(item)).limits).toEqual([item.waitUntil]);
  });

  it('suspends it also when the service cannot be asked just now', async () => {
    const fault = { kind: 'status', status: 401 } as const;
    simulator.faults.script({ route: 'perception-point.scans.list', times: 'always', fault });
    const item = waiting('123456', { waited: 60 });
    expect(await wait(item)).toMatchObject({ limits: [expect.any(Number)], json: item });
  });
});

describe('the resume URL', () => {
  const post = async (body: unknown, headers: Readonly<Record<string, string>>, asked = request) => {
    const waiting: IDataObject = { request: asked, submitted: { scanId: '123456' } };
    const resume = await startWebhookNode({
      node: new PerceptionPointCallbackScan(),
      credentials: credentialsFor(simulator),
      parameters: { resource: 'callbackScan', operation: 'awaitCallback' },
      execution: { id: executionId, json: waiting },
    });
    const { status } = await fetch(resume.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status, events: resume.events, waiting };
  };

  it('resumes the execution with the callback', async () => {
    const { status, events, waiting } = await post(callback, {
      'x-security-reports-secret': secretOf(executionId),
    });
    expect(status).toBe(200);
    expect(events).toEqual([{ json: { ...waiting, callback } }]);
  });

  it('knows id and verdict also where a short password is a part of them', async () => {
    const { token } = simulator.perceptionPoint;
    const sealedSubmission = sealSubmission(token, { ...described, filePassword: 'A' });
    const headers = { 'x-security-reports-secret': secretOf(executionId) };
    const { events } = await post(callback, headers, { ...request, sealedSubmission });
    expect(events).toMatchObject([{ json: { callback: { scan_id: '123456', verdict: 'MAL' } } }]);
  });

  it('hands on nothing of the callback that was submitted in secret', async () => {
    const { token } = simulator.perceptionPoint;
    const secrets = [token, secretOf(executionId), 'pass of file'];
    const evidence = secrets.map((secret) => ({ description: `Sent: ${secret}` }));
    const sealedSubmission = sealSubmission(token, { ...described, filePassword: 'pass of file' });
    const { events } = await post(
      { ...callback, evidence },
      { 'x-security-reports-secret': secretOf(executionId) },
      { ...request, sealedSubmission },
    );
    expect(JSON.stringify(events)).toContain('Sent: ***');
    expect(events).toMatchObject([{ json: { callback: { scan_id: '123456', verdict: 'MAL' } } }]);
    for (const secret of secrets) expect(JSON.stringify(events)).not.toContain(secret);
  });

  it.each([
    ['no secret', () => ({})],
    ['a made-up secret', () => ({ 'x-security-reports-secret': '0'.repeat(64) })],
    ['the secret of another execution', () => ({ 'x-security-reports-secret': secretOf('78') })],
  ])('resumes nothing for %s', async (_what, headers) => {
    expect(await post(callback, headers())).toMatchObject({ status: 401, events: [] });
  });

  it('resumes nothing for what is no callback', async () => {
    const headers = { 'x-security-reports-secret': secretOf(executionId) };
    expect(await post({ hello: 'world' }, headers)).toMatchObject({ status: 400, events: [] });
  });
});

describe('the step that settles', () => {
  const content = 'harmless';
  const sha256OfFile = createHash('sha256').update(content).digest('hex');
  const settle = (scanId: string, more: IDataObject = {}) =>
    runStep('settle', {
      json: {
        request,
        submitted: { scanId, name: 'setup.exe', submittedAt: Date.now(), sha256: sha256OfFile, size: 8 },
        ...more,
      },
    });

  it('takes the verdict from the callback, and asks nobody', async () => {
    const [item] = await settle('123456', { callback });
    expect(item?.json).toMatchObject({
      service: 'perception-point',
      subject: 'setup.exe',
      state: 'ready',
      verdict: 'malicious',
      verdictCode: 'MAL',
      scanId: '123456',
      submittedSha256: sha256OfFile,
      submittedSize: 8,
      fileName: 'setup.exe-123456.json',
    });
    const document = await readFile(binaryStore.pathOf(item?.binary?.['verdict']?.id ?? ''), 'utf8');
    expect(JSON.parse(document)).toEqual({ ...callback, submitted_sha256: sha256OfFile });
    expect(simulator.journal.list()).toEqual([]);
  });

  it('delivers no secret that the list repeats', async () => {
    const filePassword = 'pass of file';
    const { token } = simulator.perceptionPoint;
    const secrets = [token, secretOf(executionId), filePassword];
    const evidence = secrets.map((secret) => ({ description: `Sent: ${secret}`, in: [secret] }));
    const scanId = simulator.perceptionPoint.addScan({ content, verdict: 'MAL', evidence });
    const sealedSubmission = sealSubmission(token, { ...described, filePassword });
    const [item] = await settle(scanId, { request: { ...request, sealedSubmission, includeRaw: true } });
    const document = await readFile(binaryStore.pathOf(item?.binary?.['verdict']?.id ?? ''), 'utf8');
    expect(document).toContain('Sent: ***');
    for (const secret of secrets) expect(JSON.stringify([item?.json, document])).not.toContain(secret);
  });

  it('takes no verdict on another file that has its scan id', async () => {
    const scanId = simulator.perceptionPoint.addScan({ content: 'another', verdict: 'CLN' });
    await expect(settle(scanId)).rejects.toThrow('the last state: not listed yet');
  });

  it('asks once when no callback came', async () => {
    const scanId = simulator.perceptionPoint.addScan({ content, verdict: 'SUS' });
    const [item] = await settle(scanId);
    expect(item?.json).toMatchObject({ state: 'ready', verdict: 'suspicious', scanId });
    expect(simulator.journal.list().map(({ route }) => route)).toEqual([
      'perception-point.scans.get',
      'perception-point.scans.list',
    ]);
  });

  it.each([
    ['being scanned', 'The service goes on scanning', { scanSeconds: 'never' }],
    ['not listed yet', 'The service may list it later', { listLagSeconds: 3600 }],
  ] as const)('fails with the scan id when it is %s', async (lastState, outlook, scan) => {
    const scanId = simulator.perceptionPoint.addScan({ content, ...scan });
    await expect(settle(scanId)).rejects.toMatchObject({
      message: expect.stringContaining(
        `no callback came in time, and there is no verdict either; the last state: ${lastState}`,
      ) as unknown,
      description: expect.stringContaining(`${outlook}: ask again for the scan id ${scanId}`) as unknown,
    });
  });
});
