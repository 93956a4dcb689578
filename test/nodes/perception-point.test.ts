import { malwareMarker, type Simulator, startSimulator } from '@security-reports/simulator';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
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

const withFile = async (fileName: string, content: string | Buffer = 'harmless') => ({
  items: [await itemWithFile(binaryStore, fileName, content)],
});

function sha256Of(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function documentOf(item: INodeExecutionData | undefined): Promise<unknown> {
  return JSON.parse(await readFile(binaryStore.pathOf(item?.binary?.['data']?.id ?? ''), 'utf8')) as unknown;
}

function looksAtTheList(): number {
  return simulator.journal.list({ route: 'perception-point.scans.list' }).length;
}

describe('File > Submit', () => {
  it('sends a file from a binary field, and gives its scan id without waiting', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 'never' });
    const { items } = await run({ resource: 'file', operation: 'submit' }, await withFile('setup.exe'));
    const [submission] = simulator.perceptionPoint.listSubmissions();
    expect(submission).toMatchObject({ source: 'data', name: 'setup.exe' });
    expect(items).toMatchObject([
      {
        json: {
          service: 'perception-point',
          subject: 'setup.exe',
          state: 'submitted',
          scanId: submission?.scanId,
          submittedSize: 8,
          submittedSha256: sha256Of('harmless'),
        },
        pairedItem: { item: 0 },
      },
    ]);
    expect(looksAtTheList()).toBe(0);
  });

  it('sends a download link, and shows of it no more than where it leads', async () => {
    const { items } = await run({
      resource: 'file',
      operation: 'submit',
      inputSource: 'downloadLink',
      downloadLink: 'https://user:pass-of-link@files.example.com/a/setup.exe?signature=0123456789abcdef',
    });
    const [submission] = simulator.perceptionPoint.listSubmissions();
    expect(submission).toMatchObject({ source: 'download_link', name: 'setup.exe' });
    expect(items[0]?.json).toMatchObject({ subject: 'https://files.example.com/a/setup.exe' });
    expect(JSON.stringify(items)).not.toMatch(/0123456789abcdef|pass-of-link/);
  });

  it('sends a storage path with its storage', async () => {
    const { items } = await run({
      resource: 'file',
      operation: 'submit',
      inputSource: 'storagePath',
      storagePath: 'bucket/setup.exe',
      storage: 'ours',
    });
    const [submission] = simulator.perceptionPoint.listSubmissions();
    expect(submission).toMatchObject({
      source: 'path',
      fields: { path: 'bucket/setup.exe', storage: 'ours', name: 'setup.exe' },
    });
    expect(items[0]?.json).toMatchObject({ subject: 'bucket/setup.exe', state: 'submitted' });
  });

  it('calls the file by another name when told so', async () => {
    const options = { fileName: 'other.exe' };
    await run({ resource: 'file', operation: 'submit', options }, await withFile('setup.exe'));
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([{ name: 'other.exe' }]);
  });

  it('sends the file password, and shows it nowhere', async () => {
    const options = { filePassword: 'pass-of-file' };
    const { items, log } = await run(
      { resource: 'file', operation: 'submit', options },
      await withFile('locked.zip'),
    );
    const scanId = items[0]?.json['scanId'] as string;
    expect(simulator.perceptionPoint.carried(scanId, 'file_password', 'pass-of-file')).toBe(true);
    expect(JSON.stringify([items, log])).not.toContain('pass-of-file');
  });

  it('sends where to call back, and with which headers and parameters', async () => {
    const options = {
      callbackUrl: 'http://127.0.0.1:9/webhook/x/perception-point?key=value',
      callbackHeaders: { header: [{ name: 'X-Ticket', value: 'secret-of-header' }] },
      callbackParams: '{"ticket": 42}',
    };
    const { items } = await run(
      { resource: 'file', operation: 'submit', options },
      await withFile('setup.exe'),
    );
    const scanId = items[0]?.json['scanId'] as string;
    expect(simulator.perceptionPoint.carried(scanId, 'callback_url', options.callbackUrl)).toBe(true);
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      {
        fields: { callback_params: '{"ticket":42}' },
        callbackHeaderNames: expect.arrayContaining(['X-Ticket']) as unknown,
      },
    ]);
    expect(JSON.stringify(items)).not.toContain('secret-of-header');
  });

  it('sends the callback secret of the credential to a trigger', async () => {
    const options = { callbackUrl: 'http://127.0.0.1:9/', callbackToTrigger: true };
    const { items } = await run(
      { resource: 'file', operation: 'submit', options },
      await withFile('setup.exe'),
    );
    const headers = JSON.stringify({ 'x-security-reports-secret': 'a long random text' });
    const scanId = items[0]?.json['scanId'] as string;
    expect(simulator.perceptionPoint.carried(scanId, 'callback_headers', headers)).toBe(true);
  });

  it('sends the callback secret to nobody else', async () => {
    const options = { callbackUrl: 'http://127.0.0.1:9/' };
    await run({ resource: 'file', operation: 'submit', options }, await withFile('setup.exe'));
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([{ callbackHeaderNames: [] }]);
  });

  it('sends nothing for a trigger when the credential has no callback secret', async () => {
    const options = { callbackUrl: 'http://127.0.0.1:9/', callbackToTrigger: true };
    const running = run(
      { resource: 'file', operation: 'submit', options },
      {
        ...(await withFile('setup.exe')),
        credentials: { ...credentialsFor(simulator), callbackSecret: '' },
      },
    );
    await expect(running).rejects.toThrow(/callback secret.*the credential has none/);
    expect(simulator.journal.list()).toEqual([]);
  });

  it('sends nothing when there is no URL for the other options of the callback', async () => {
    const options = { callbackParams: '{"ticket": 42}' };
    const running = run({ resource: 'file', operation: 'submit', options }, await withFile('setup.exe'));
    await expect(running).rejects.toThrow(/callback URL.*it is empty/);
    expect(simulator.journal.list()).toEqual([]);
  });

  it.each(['{"ticket": ', '[1]', '"text"', 'null'])(
    'sends nothing when the callback parameters are %s',
    async (callbackParams) => {
      const options = { callbackUrl: 'http://127.0.0.1:9/', callbackParams };
      const running = run({ resource: 'file', operation: 'submit', options }, await withFile('setup.exe'));
      await expect(running).rejects.toThrow(/callback parameters.*not a JSON object/);
      expect(simulator.journal.list()).toEqual([]);
    },
  );

  it('keeps every digit of a scan id', async () => {
    simulator.perceptionPoint.configure({ idStyle: 'huge-number' });
    const { items } = await run({ resource: 'file', operation: 'submit' }, await withFile('setup.exe'));
    expect(items[0]?.json['scanId']).toBe(simulator.perceptionPoint.listSubmissions()[0]?.scanId);
  });
});

describe('File > Scan', () => {
  it('waits for the verdict, and gives the answer of the service as a file', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 1 });
    const content = `This is ${malwareMarker}.`;
    const { items } = await run({ resource: 'file', operation: 'scan' }, await withFile('bad.exe', content));
    const scanId = simulator.perceptionPoint.listSubmissions()[0]?.scanId;
    expect(items).toMatchObject([
      {
        json: {
          service: 'perception-point',
          subject: 'bad.exe',
          state: 'ready',
          verdict: 'malicious',
          verdictCode: 'MAL',
          scanId,
          submittedSha256: sha256Of(content),
          submittedSize: content.length,
          fileName: `bad.exe-${scanId ?? ''}.json`,
          mediaType: 'application/json',
        },
        binary: { data: { fileName: `bad.exe-${scanId ?? ''}.json`, mimeType: 'application/json' } },
      },
    ]);
    expect(await documentOf(items[0])).toMatchObject({
      verbose_verdict: 'MAL',
      submitted_sha256: sha256Of(content),
    });
    const document = await readFile(binaryStore.pathOf(items[0]?.binary?.['data']?.id ?? ''));
    expect(items[0]?.json).toMatchObject({ size: document.byteLength, sha256: sha256Of(document) });
  });

  it('tells the scan id as soon as the service has the file', async () => {
    const { items, log } = await run({ resource: 'file', operation: 'scan' }, await withFile('setup.exe'));
    const scanId = items[0]?.json['scanId'] as string;
    expect(log).toContain(`Perception Point, item 0: submitted as scan ${scanId}`);
  });

  it.each([
    ['CLN', 'clean'],
    ['SPM', 'spam'],
    ['SUS', 'suspicious'],
    ['BLK', 'restricted'],
    ['MAL', 'malicious'],
    ['NEW', 'unknown'],
  ])('tells the verdict %s as %s', async (verdictCode, verdict) => {
    simulator.perceptionPoint.scriptScan({ scan: { verdict: verdictCode, scanSeconds: 0 } });
    const { items } = await run({ resource: 'file', operation: 'scan' }, await withFile('setup.exe'));
    expect(items[0]?.json).toMatchObject({ state: 'ready', verdict, verdictCode });
  });

  it.each(['number', 'string', 'huge-number'] as const)('finds a scan whose id is a %s', async (idStyle) => {
    simulator.perceptionPoint.configure({ idStyle });
    const { items } = await run({ resource: 'file', operation: 'scan' }, await withFile('setup.exe'));
    expect(items[0]?.json).toMatchObject({
      state: 'ready',
      scanId: simulator.perceptionPoint.listSubmissions()[0]?.scanId,
    });
  });

  it.each(['', 'Token ', 'Authorization: Token '])(
    'takes a token that was pasted with blanks and "%s"',
    async (header) => {
      const token = ` ${header}${simulator.perceptionPoint.token}\n`;
      const credentials = { ...credentialsFor(simulator), token };
      const { items } = await run(
        { resource: 'file', operation: 'scan' },
        { ...(await withFile('setup.exe')), credentials },
      );
      expect(items[0]?.json).toMatchObject({ state: 'ready', verdict: 'clean' });
    },
  );

  it('adds the raw answer only on demand', async () => {
    const { items } = await run(
      (itemIndex) => ({ resource: 'file', operation: 'scan', options: { includeRaw: itemIndex === 1 } }),
      {
        items: [await itemWithFile(binaryStore, 'a', 'a'), await itemWithFile(binaryStore, 'b', 'b')],
      },
    );
    expect(items[0]?.json).not.toHaveProperty('raw');
    expect(items[1]?.json).toMatchObject({ raw: { verbose_verdict: 'CLN' } });
  });

  it('puts the file into the field that is asked for', async () => {
    const parameters = { resource: 'file', operation: 'scan', outputBinaryField: 'verdict' };
    const { items } = await run(parameters, await withFile('setup.exe'));
    expect(Object.keys(items[0]?.binary ?? {})).toEqual(['verdict']);
  });

  it('streams a file of 20 MB from the store of n8n', async () => {
    const content = randomBytes(20_000_000);
    const { items } = await run({ resource: 'file', operation: 'scan' }, await withFile('big.iso', content));
    expect(items[0]?.json).toMatchObject({ submittedSize: 20_000_000, submittedSha256: sha256Of(content) });
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { file: { size: 20_000_000, sha256: sha256Of(content) } },
    ]);
  });

  it('takes a file that n8n keeps in memory', async () => {
    const binary = {
      data: Buffer.from('harmless').toString('base64'),
      fileName: 'a.txt',
      mimeType: 'text/plain',
    };
    const { items } = await run(
      { resource: 'file', operation: 'scan' },
      { items: [{ json: {}, binary: { data: binary } }] },
    );
    expect(items[0]?.json).toMatchObject({ state: 'ready', submittedSha256: sha256Of('harmless') });
  });

  it('asks for many items with one polling loop, and keeps their order', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 2 });
    const names = Array.from({ length: 10 }, (_, index) => `file-${index}.bin`);
    const items = await Promise.all(names.map((name) => itemWithFile(binaryStore, name, name)));
    const parameters = {
      resource: 'file',
      operation: 'scan',
      options: { concurrency: 10, pollInterval: 1 },
    };
    const result = await run(parameters, { items });
    expect(result.items.map(({ json, pairedItem }) => [json['subject'], pairedItem])).toEqual(
      names.map((name, item) => [name, { item }]),
    );
    // Each of ten loops would have asked at least twice.
    expect(looksAtTheList()).toBeLessThan(20);
  });

  it('gives up at the time-out with the scan id, by which Scan > Get goes on', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 3600 });
    const failed = await run(
      // Far more than a submission takes on a busy machine.
      { resource: 'file', operation: 'scan', options: { timeout: 12 } },
      { ...(await withFile('slow.exe')), continueOnFail: true },
    );
    const scanId = simulator.perceptionPoint.listSubmissions()[0]?.scanId ?? '';
    expect(failed.items[0]?.json).toMatchObject({
      error: expect.stringContaining(scanId) as unknown,
      message: expect.stringMatching(/Scan > Get/) as unknown,
      details: { service: 'perception-point', state: 'timeout', scanId },
    });
    simulator.advance(3600);
    const resumed = await run({ resource: 'scan', operation: 'get', scanId });
    expect(resumed.items[0]?.json).toMatchObject({ state: 'ready', verdict: 'clean', scanId });
  });
});

describe('Scan > Get', () => {
  it('waits for the verdict of a scan that goes on', async () => {
    const scanId = simulator.perceptionPoint.addScan({
      createdSecondsAgo: 0,
      scanSeconds: 1,
      verdict: 'SUS',
    });
    const { items } = await run({ resource: 'scan', operation: 'get', scanId });
    expect(items[0]?.json).toMatchObject({
      service: 'perception-point',
      state: 'ready',
      verdict: 'suspicious',
      scanId,
    });
    expect(await documentOf(items[0])).toMatchObject({ verbose_verdict: 'SUS' });
  });

  it('asks once when it is not to wait, and gives the verdict that is there', async () => {
    const scanId = simulator.perceptionPoint.addScan({ verdict: 'MAL' });
    const { items } = await run({ resource: 'scan', operation: 'get', scanId, wait: false });
    expect(items[0]?.json).toMatchObject({ state: 'ready', verdict: 'malicious', scanId });
    // Nothing in the list can make a malicious scan worse.
    expect(simulator.journal.list().map(({ route }) => route)).toEqual(['perception-point.scans.get']);
  });

  it('says that a scan is going on that only the list of running scans has', async () => {
    simulator.perceptionPoint.configure({ listsRunning: false, offersLookUp: false });
    const scanId = simulator.perceptionPoint.addScan({ scanSeconds: 'never' });
    const { items } = await run({ resource: 'scan', operation: 'get', scanId, wait: false });
    expect(items[0]?.json).toMatchObject({ state: 'submitted', scanId });
  });

  it('asks once when it is not to wait, and says that there is no verdict yet', async () => {
    const scanId = simulator.perceptionPoint.addScan({ scanSeconds: 'never' });
    const { items } = await run({ resource: 'scan', operation: 'get', scanId, wait: false });
    expect(items[0]?.json).toMatchObject({ state: 'submitted', scanId });
    expect(items[0]).not.toHaveProperty('binary');
    expect(simulator.journal.list().map(({ route }) => route)).toEqual(['perception-point.scans.get']);
  });

  it('says that a scan is missing when it is not to wait', async () => {
    const { items } = await run(
      { resource: 'scan', operation: 'get', scanId: '999', wait: false },
      { continueOnFail: true },
    );
    expect(items[0]?.json).toMatchObject({
      error: expect.stringContaining('does not list it') as unknown,
      details: { state: 'missing', subject: '999' },
    });
  });

  it('asks nothing without a scan id', async () => {
    await expect(run({ resource: 'scan', operation: 'get', scanId: ' ' })).rejects.toThrow(/scan ID/i);
    expect(simulator.journal.list()).toEqual([]);
  });
});
