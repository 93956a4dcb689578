import { type Fault, type Simulator, startSimulator } from '@security-reports/simulator';
import type { INodeExecutionData } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BinaryStore } from './support/binary-store.ts';
import { credentialsFor, itemWithFile, runPerceptionPoint } from './support/perception-point.ts';
import type { NodeRun } from './support/run-node.ts';

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

const run = (parameters: NodeRun['parameters'], more: Partial<NodeRun> = {}) =>
  runPerceptionPoint(simulator, binaryStore, parameters, more);

const scanFile = { resource: 'file', operation: 'scan' };

async function failureOf(
  parameters: NodeRun['parameters'],
  more: Partial<NodeRun> = {},
): Promise<INodeExecutionData['json']> {
  const items = [await itemWithFile(binaryStore, 'setup.exe', 'harmless')];
  const result = await run(parameters, { items, continueOnFail: true, ...more });
  expect(result.items).toHaveLength(1);
  return result.items[0]?.json ?? {};
}

function submitting(fault: Fault): void {
  simulator.faults.script({ route: 'perception-point.files.submit', fault });
}

function timesSent(): number {
  return simulator.journal.list({ route: 'perception-point.files.submit' }).length;
}

describe('a submission', () => {
  it('is sent once when nobody can tell whether the service took it, and the error says what to look for', async () => {
    submitting({ kind: 'reset', handled: true });
    const failure = await failureOf(scanFile);
    expect(failure).toMatchObject({
      error: expect.stringContaining('may have been submitted all the same') as unknown,
      message: expect.stringMatching(
        /Look at the page "Scans".*setup\.exe.*SHA-256 [0-9a-f]{64}.*Submit it again only if/,
      ) as unknown,
      details: { state: 'failed', subject: 'setup.exe' },
    });
    expect(timesSent()).toBe(1);
  });

  it('is sent again when the service certainly did not take it', async () => {
    submitting({ kind: 'status', status: 429, headers: { 'retry-after': '0' } });
    const items = [await itemWithFile(binaryStore, 'setup.exe', 'harmless')];
    const result = await run(scanFile, { items });
    expect(result.items[0]?.json).toMatchObject({ state: 'ready' });
    expect(timesSent()).toBe(2);
    expect(simulator.perceptionPoint.listSubmissions()).toHaveLength(1);
  });

  it('of an empty file is not sent', async () => {
    const items = [await itemWithFile(binaryStore, 'empty.txt', '')];
    const failure = await failureOf(scanFile, { items });
    expect(failure['error']).toMatch(/empty\.txt: it is empty/);
    expect(timesSent()).toBe(0);
  });

  it('is told of in our words, also when n8n takes the name of the file for an error of the system', async () => {
    const items = [await itemWithFile(binaryStore, 'FreeAccess.zip', '')];
    const failure = await failureOf(scanFile, { items });
    expect(failure['error']).toMatch(/FreeAccess\.zip: it is empty/);
  });

  it('of more than 500 MB is not sent', async () => {
    const item = await itemWithFile(binaryStore, 'huge.iso', 'as large as its store says');
    const { helpers } = binaryStore;
    Object.defineProperty(binaryStore, 'helpers', {
      value: { ...helpers, getBinaryMetadata: () => Promise.resolve({ fileSize: 500_000_001 }) },
    });
    const failure = await failureOf(scanFile, { items: [item] });
    expect(failure['error']).toMatch(/huge\.iso: it has 500000001 bytes/);
    expect(timesSent()).toBe(0);
  });

  it('of an item without a file is not sent', async () => {
    const failure = await failureOf(scanFile, { items: [{ json: {} }] });
    expect(failure['error']).toMatch(/no binary field "data"/);
    expect(timesSent()).toBe(0);
  });

  it.each(['not a link', 'ftp://files.example.com/setup.exe'])(
    'of the link "%s" is not sent',
    async (downloadLink) => {
      const failure = await failureOf({ ...scanFile, inputSource: 'downloadLink', downloadLink });
      expect(failure['error']).toMatch(/download link: it is not an http\(s\) URL/);
      expect(timesSent()).toBe(0);
    },
  );
});

describe('an error', () => {
  it.each([
    ['a refused link', { kind: 'status', status: 400, text: 'link' }],
    ['a broken connection', { kind: 'reset' }],
  ] satisfies [string, Fault][])('after %s shows no signed link', async (_what, fault) => {
    const downloadLink =
      'https://user:pass-of-link@files.example.com/setup.exe?signature=0123456789abcdef#fragment-0123';
    submitting(fault.kind === 'status' ? { ...fault, text: `No file at ${downloadLink}` } : fault);
    const failure = await failureOf({ ...scanFile, inputSource: 'downloadLink', downloadLink });
    expect(failure['error']).toEqual(expect.any(String));
    expect(JSON.stringify(failure)).not.toMatch(/0123456789abcdef|pass-of-link|fragment-0123/);
  });

  it('shows no file password, even when the service repeats it', async () => {
    submitting({ kind: 'status', status: 400, text: 'The password pass-of-file is wrong.' });
    const failure = await failureOf({ ...scanFile, options: { filePassword: 'pass-of-file' } });
    expect(failure['error']).toMatch(/HTTP 400.*The password/);
    expect(JSON.stringify(failure)).not.toContain('pass-of-file');
  });

  it('shows no value of a callback header, even when the service repeats it', async () => {
    submitting({ kind: 'status', status: 400, text: 'The header secret-of-header is wrong.' });
    const failure = await failureOf({
      resource: 'file',
      operation: 'submit',
      options: {
        callbackUrl: 'http://127.0.0.1:9/',
        callbackHeaders: { header: [{ name: 'X-Ticket', value: 'secret-of-header' }] },
      },
    });
    expect(failure['error']).toMatch(/HTTP 400.*The header/);
    expect(JSON.stringify(failure)).not.toContain('secret-of-header');
  });

  it('shows no token, even when the service repeats it', async () => {
    submitting({ kind: 'echo-credential', status: 400 });
    const failure = await failureOf(scanFile);
    expect(failure['error']).toMatch(/HTTP 400/);
    expect(JSON.stringify(failure)).not.toContain(simulator.perceptionPoint.token);
  });

  it('about a wrong token says what to check', async () => {
    const credentials = { ...credentialsFor(simulator), token: 'wrong' };
    const failure = await failureOf(scanFile, { credentials });
    expect(failure).toMatchObject({
      error: expect.stringContaining('refuses the token') as unknown,
      message: expect.stringContaining('Check the token and the region') as unknown,
    });
  });

  it('names the item that failed, and ends the run', async () => {
    const items = [await itemWithFile(binaryStore, 'setup.exe', 'harmless'), { json: {} }];
    await expect(run(scanFile, { items })).rejects.toMatchObject({ context: { itemIndex: 1 } });
  });

  it('of one item leaves the others alone when the node is set to continue', async () => {
    const items = [
      await itemWithFile(binaryStore, 'first.exe', 'first'),
      { json: {} },
      await itemWithFile(binaryStore, 'third.exe', 'third'),
    ];
    const result = await run(scanFile, { items, continueOnFail: true });
    expect(result.items).toMatchObject([
      { json: { subject: 'first.exe', state: 'ready' }, pairedItem: { item: 0 } },
      { json: { error: expect.any(String) as unknown }, pairedItem: { item: 1 } },
      { json: { subject: 'third.exe', state: 'ready' }, pairedItem: { item: 2 } },
    ]);
  });

  it('that comes after the submission names the scan id', async () => {
    simulator.faults.script({
      route: 'perception-point.scans.list',
      times: 'always',
      fault: { kind: 'status', status: 403, json: { detail: 'No permission.' } },
    });
    const failure = await failureOf(scanFile);
    const scanId = simulator.perceptionPoint.listSubmissions()[0]?.scanId ?? 'none';
    expect(failure).toMatchObject({
      error: expect.stringContaining(`submitted as scan ${scanId}`) as unknown,
      message: expect.stringContaining('Scan > Get') as unknown,
      details: { state: 'failed', subject: 'setup.exe', scanId },
    });
  });
});

describe('a redirect', () => {
  it('to another host is not followed with the token', async () => {
    const other = await startSimulator();
    try {
      submitting({ kind: 'redirect', status: 307, location: `${other.url}/api/v1/files/` });
      await failureOf(scanFile);
      expect(other.journal.list().filter(({ credential }) => credential !== 'none')).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('a canceled execution', () => {
  it('stops waiting at once', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 'never' });
    const canceled = new AbortController();
    const items = [await itemWithFile(binaryStore, 'setup.exe', 'harmless')];
    const running = run(scanFile, { items, cancelSignal: canceled.signal });
    await expect.poll(() => simulator.journal.list({ route: 'perception-point.scans.get' }).length).toBe(1);
    canceled.abort(new Error('canceled by the user'));
    await expect(running).rejects.toThrow('canceled by the user');
  });
});
