import { type Simulator, startSimulator } from '@security-reports/simulator';
import type { IHookFunctions, INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PerceptionPointTrigger } from '../../nodes/PerceptionPoint/PerceptionPointTrigger.node.ts';
import { BinaryStore } from './support/binary-store.ts';
import { itemWithFile, runPerceptionPoint } from './support/perception-point.ts';
import { startWebhookNode, type WebhookNode, type WebhookNodeOptions } from './support/webhook-node.ts';

const secret = 'a long random text';
const malicious = { scan_id: '123456', name: 'bad.exe', type: 'File', path: 'bad.exe', verdict: 'MAL' };

function startTrigger(
  parameters: INodeParameters = {},
  more: Partial<WebhookNodeOptions> = {},
): Promise<WebhookNode> {
  return startWebhookNode({
    node: new PerceptionPointTrigger(),
    credentials: { token: 'token', callbackSecret: secret },
    parameters,
    ...more,
  });
}

async function send(
  { url }: WebhookNode,
  body: unknown,
  headers: Readonly<Record<string, string>> = { 'x-security-reports-secret': secret },
): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

async function post(...request: Parameters<typeof send>): Promise<number> {
  return (await send(...request)).status;
}

function scanIds({ events }: WebhookNode): unknown[] {
  return events.map(({ json }) => json['scanId']);
}

describe('a callback of the service', () => {
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

  /** Submits a file for the trigger. Gives its scan id, and the status of each answer to the service. */
  async function submitFor(trigger: WebhookNode, options: INodeParameters, callbacks = 1) {
    const { items } = await runPerceptionPoint(
      simulator,
      binaryStore,
      { resource: 'file', operation: 'submit', options: { callbackUrl: trigger.url, ...options } },
      { items: [await itemWithFile(binaryStore, 'setup.exe', 'harmless')] },
    );
    const statuses = () => simulator.perceptionPoint.callbacks.map(({ status }) => status);
    await vi.waitUntil(
      () => statuses().filter((status) => status !== undefined).length === callbacks,
      10_000,
    );
    return { scanId: items[0]?.json['scanId'], statuses: statuses() };
  }

  it('starts the workflow with the verdict', async () => {
    const trigger = await startTrigger();
    const options = { callbackToTrigger: true, callbackParams: '{"ticket":42}' };
    const { scanId } = await submitFor(trigger, options);
    expect(trigger.events.map(({ json }) => json)).toEqual([
      {
        service: 'perception-point',
        subject: 'setup.exe',
        state: 'ready',
        verdict: 'clean',
        verdictCode: 'CLN',
        scanId,
        type: 'File',
        path: 'setup.exe',
        evidence: expect.any(Array) as unknown,
        params: { ticket: 42 },
      },
    ]);
  });

  it('starts nothing when the submission was not told that it is for a trigger', async () => {
    const trigger = await startTrigger();
    const { statuses } = await submitFor(trigger, {});
    expect(statuses).toEqual([401]);
    expect(trigger.events).toEqual([]);
  });

  it('starts the workflow once, however often the service repeats it', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { callbackTimes: 3, scanSeconds: 0 } });
    const trigger = await startTrigger();
    const { scanId, statuses } = await submitFor(trigger, { callbackToTrigger: true }, 3);
    expect(statuses).toEqual([200, 200, 200]);
    expect(scanIds(trigger)).toEqual([scanId]);
  });
});

it('has its secret without the blanks that came along when it was pasted', async () => {
  const trigger = await startTrigger({}, { credentials: { token: 'token', callbackSecret: ` ${secret}\n` } });
  expect(await post(trigger, malicious)).toBe(200);
});

describe('a request that is no callback of the service', () => {
  it.each([
    ['without the secret', {}],
    ['with another secret', { 'x-security-reports-secret': 'another' }],
    ['with an empty secret', { 'x-security-reports-secret': '' }],
    ['with a part of the secret', { 'x-security-reports-secret': secret.slice(0, -1) }],
  ])('is refused %s', async (_how, headers) => {
    const trigger = await startTrigger();
    expect(await post(trigger, malicious, headers)).toBe(401);
    expect(trigger.events).toEqual([]);
  });

  it('does not keep the real callback from starting the workflow', async () => {
    const trigger = await startTrigger();
    await post(trigger, malicious, { 'x-security-reports-secret': 'another' });
    expect(await post(trigger, malicious)).toBe(200);
    expect(scanIds(trigger)).toEqual(['123456']);
  });

  it.each([
    ['an empty object', {}],
    ['a list', [malicious]],
    ['null', null],
    ['a text', 'MAL'],
    ['a callback without a verdict', { ...malicious, verdict: undefined }],
    ['a callback without a scan id', { ...malicious, scan_id: undefined }],
    ['a callback whose verdict is no text', { ...malicious, verdict: { code: 'MAL' } }],
  ])('is refused when it is %s', async (_what, body) => {
    const trigger = await startTrigger();
    expect(await post(trigger, body)).toBe(400);
    expect(trigger.events).toEqual([]);
  });
});

describe('a scan', () => {
  it('starts the workflow once when two callbacks come at the same moment', async () => {
    const trigger = await startTrigger();
    const statuses = await Promise.all(Array.from({ length: 10 }, () => post(trigger, malicious)));
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
    expect(scanIds(trigger)).toEqual(['123456']);
  });

  it('is not taken for another one', async () => {
    const trigger = await startTrigger();
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(ids.map((id) => post(trigger, { ...malicious, scan_id: id })));
    expect(scanIds(trigger).toSorted()).toEqual(ids.toSorted());
  });

  it('is remembered when n8n starts again', async () => {
    const earlier = await startTrigger();
    await post(earlier, malicious);
    vi.resetModules();
    const restarted = await import('../../nodes/PerceptionPoint/PerceptionPointTrigger.node.ts');
    const trigger = await startTrigger({}, { node: new restarted.PerceptionPointTrigger(), earlier });
    expect(await post(trigger, malicious)).toBe(200);
    expect(trigger.events).toEqual([]);
  });

  it('starts each of the workflows that wait for it', async () => {
    const triggers = [await startTrigger(), await startTrigger()];
    for (const trigger of triggers) await post(trigger, malicious);
    expect(triggers.map(scanIds)).toEqual([['123456'], ['123456']]);
  });

  it('can be tried again and again in the editor', async () => {
    const trigger = await startTrigger({}, { mode: 'manual' });
    await post(trigger, malicious);
    await post(trigger, malicious);
    expect(scanIds(trigger)).toEqual(['123456', '123456']);
  });

  it('is forgotten long after, so that the memory does not grow for ever', async () => {
    const seenScans = Array.from({ length: 1000 }, (_, index) => `old-${index}`);
    const trigger = await startTrigger({}, { earlier: { workflowId: 'full', staticData: { seenScans } } });
    await post(trigger, malicious);
    expect(trigger.staticData['seenScans']).toEqual([...seenScans.slice(1), '123456']);
  });
});

describe('the output', () => {
  it('is only for the verdicts that were chosen', async () => {
    const trigger = await startTrigger({ verdicts: ['malicious', 'unknown'] });
    const codes = { a: 'CLN', b: 'MAL', c: 'NEW', d: 'SUS' };
    for (const [id, verdict] of Object.entries(codes)) {
      expect(await post(trigger, { ...malicious, scan_id: id, verdict })).toBe(200);
    }
    expect(scanIds(trigger)).toEqual(['b', 'c']);
  });

  it('shows nothing of a link that may be its signature', async () => {
    const trigger = await startTrigger();
    const path = 'https://user:pass-of-link@files.example.com/a.exe?signature=0123456789abcdef';
    await post(trigger, { ...malicious, name: undefined, type: 'URL', path });
    expect(trigger.events[0]?.json).toMatchObject({ subject: 'https://files.example.com/a.exe' });
    expect(JSON.stringify(trigger.events)).not.toMatch(/0123456789abcdef|pass-of-link/);
  });

  it('has the callback as it came only on demand', async () => {
    const plain = await startTrigger();
    const detailed = await startTrigger({ options: { includeRaw: true } });
    for (const trigger of [plain, detailed]) await post(trigger, malicious);
    expect(plain.events[0]?.json).not.toHaveProperty('raw');
    expect(detailed.events[0]?.json['raw']).toEqual(malicious);
  });
});

describe('a credential without a callback secret', () => {
  it('starts nothing, whatever comes', async () => {
    const trigger = await startTrigger({}, { credentials: { token: 'token', callbackSecret: '' } });
    expect(await post(trigger, malicious, { 'x-security-reports-secret': '' })).toBe(401);
    expect(await post(trigger, malicious, {})).toBe(401);
    expect(trigger.events).toEqual([]);
  });

  it('is what the answer tells of', async () => {
    const trigger = await startTrigger({}, { credentials: { token: 'token', callbackSecret: '' } });
    expect((await send(trigger, malicious)).text).toContain('has no callback secret');
  });

  const activate = (callbackSecret: string): Promise<boolean> => {
    const trigger = new PerceptionPointTrigger();
    const functions = {
      getCredentials: () => Promise.resolve({ token: 'token', callbackSecret }),
      getNode: () => ({ name: 'Trigger' }),
    };
    return trigger.webhookMethods.default.create.call(functions as unknown as IHookFunctions);
  };

  it('keeps the workflow from being activated, and says what is missing', async () => {
    await expect(activate('')).rejects.toMatchObject({
      message: expect.stringContaining('the credential has none') as unknown,
      description: expect.stringContaining('Open the credential') as unknown,
    });
  });

  it('does so, too, when the secret could not stand in a header', async () => {
    await expect(activate('Schlüssel €')).rejects.toMatchObject({
      message: expect.stringContaining('characters that cannot stand in a header') as unknown,
    });
  });

  it('is the only thing that keeps it', async () => {
    await expect(activate(secret)).resolves.toBe(true);
  });
});
