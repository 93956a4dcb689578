import { type Fault, type RouteName, type Simulator, startSimulator } from '@security-reports/simulator';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { INodeExecutionData, INodePropertyOptions } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SpectraAnalyzeApi } from '../../credentials/SpectraAnalyzeApi.credentials.ts';
import { SpectraAnalyze } from '../../nodes/SpectraAnalyze/SpectraAnalyze.node.ts';
import { selfSignedCertificate } from '../../packages/core/test/support/certificates.ts';
import { leaksIn } from '../../packages/core/test/support/leaks.ts';
import { startServer, unusedPort } from '../../packages/core/test/support/servers.ts';
import { failureOf } from '../../packages/core/test/support/transport.ts';
import { BinaryStore } from './support/binary-store.ts';
import { hourLaterWhen } from './support/hour-later.ts';
import { type NodeRun, runNode } from './support/run-node.ts';

let simulator: Simulator;
let binaryStore: BinaryStore;

beforeEach(async () => {
  simulator = await startSimulator();
  binaryStore = await BinaryStore.create();
});

afterEach(async () => {
  await simulator.close();
  await binaryStore.remove();
});

const operations = {
  generate: { resource: 'pdfReport', operation: 'generate' },
  create: { resource: 'pdfReport', operation: 'create' },
  getStatus: { resource: 'pdfReport', operation: 'getStatus' },
  download: { resource: 'pdfReport', operation: 'download' },
  getClassification: { resource: 'sample', operation: 'getClassification' },
} as const;

const everyOperation = Object.keys(operations) as (keyof typeof operations)[];

/** Runs an operation about a hash, or about one hash for each item. */
function run(
  operation: keyof typeof operations,
  hash: string | readonly string[],
  options: NodeRun['parameters'] & object = {},
  more: Partial<NodeRun> = {},
) {
  const hashes = typeof hash === 'string' ? [hash] : hash;
  return runNode({
    node: new SpectraAnalyze(),
    credentialType: new SpectraAnalyzeApi(),
    credentials: { baseUrl: simulator.url, token: simulator.spectraAnalyze.token },
    binaryStore,
    parameters: (itemIndex) => ({
      ...operations[operation],
      hash: hashes[itemIndex] ?? '',
      options: options as never,
    }),
    items: hashes.map(() => ({ json: {} })),
    ...more,
  });
}

function script(step: 'create' | 'status' | 'download', fault: Fault, times: number | 'always' = 1): void {
  simulator.faults.script({ route: `spectra-analyze.pdf.${step}`, fault, times });
}

function asked(step: 'create' | 'status' | 'download'): number {
  const route: RouteName = `spectra-analyze.pdf.${step}`;
  return simulator.journal.list({ route }).length;
}

function bytesOf(item: INodeExecutionData | undefined, field = 'data'): Promise<Buffer> {
  return readFile(binaryStore.pathOf(item?.binary?.[field]?.id ?? ''));
}

describe('generate', () => {
  it.each(['md5', 'sha1', 'sha256'] as const)(
    'creates, waits for and downloads the PDF of an %s',
    async (type) => {
      const hash = simulator.spectraAnalyze.addSample({ creationSeconds: 600 })[type];
      const running = run('generate', hash);
      await vi.waitUntil(
        () => simulator.journal.list({ route: 'spectra-analyze.pdf.status' }).length > 0,
        10_000,
      );
      simulator.advance(600);
      const { items, log } = await running;
      const [item] = items;
      const bytes = await bytesOf(item);
      expect(items).toHaveLength(1);
      expect(bytes.toString('latin1')).toMatch(/^%PDF-[^]*%%EOF\s*$/);
      expect(item).toEqual({
        json: {
          service: 'spectra-analyze',
          subject: hash,
          state: 'ready',
          fileName: `${hash}.pdf`,
          mediaType: 'application/pdf',
          size: bytes.byteLength,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
        binary: {
          data: expect.objectContaining({ fileName: `${hash}.pdf`, mimeType: 'application/pdf' }) as unknown,
        },
        pairedItem: { item: 0 },
      });
      expect(log).toEqual([
        'Spectra Analyze, item 0: requested',
        'Spectra Analyze, item 0: being created',
        'Spectra Analyze, item 0: ready, downloading',
      ]);
    },
  );

  it('takes a hash with capitals and blanks around it', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const { items } = await run('generate', ` ${sha1.toUpperCase()}\n`);
    expect(items).toMatchObject([{ json: { subject: sha1, fileName: `${sha1}.pdf` } }]);
  });

  it('puts the file in the field that it is told', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const parameters = { ...operations.generate, hash: sha1, outputBinaryField: 'report' };
    const { items } = await run('generate', sha1, {}, { parameters });
    expect(Object.keys(items[0]?.binary ?? {})).toEqual(['report']);
    expect((await bytesOf(items[0], 'report')).byteLength).toBe(items[0]?.json['size']);
  });

  it('looks at the appliance as often as it is told', async () => {
    // The time stands still, so that a rest between two looks is exactly as long as the interval.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const rests = vi.spyOn(AbortSignal, 'timeout');
    onTestFinished(() => {
      rests.mockRestore();
    });
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 3600 });
    const generating = run('generate', sha1, { pollInterval: 1 });
    await expect.poll(() => asked('status')).toBeGreaterThan(1);
    simulator.advance(3600);
    await generating;
    expect(rests.mock.calls.filter(([ms]) => ms === 1000)).toHaveLength(asked('status') - 1);
  });

  it('creates a PDF again that expired before it was downloaded', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, expiresOnce: true });
    const { items } = await run('generate', sha1);
    expect(items).toMatchObject([{ json: { state: 'ready' } }]);
    expect(asked('create')).toBe(2);
  });

  it('downloads a PDF again that came truncated, and keeps only the whole one', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 300_000 });
    script('download', { kind: 'truncate', bytes: 200_000 });
    script('download', { kind: 'short', bytes: 200_000 });
    const { items } = await run('generate', sha1);
    const bytes = await bytesOf(items[0]);
    expect(asked('download')).toBe(3);
    expect(bytes.byteLength).toBe(items[0]?.json['size']);
    expect(bytes.toString('latin1')).toMatch(/%%EOF\s*$/);
  });

  it('never takes a login page for a PDF', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    script('download', { kind: 'login-page' }, 'always');
    expect(await failureOf(run('generate', sha1))).toMatchObject({
      name: 'NodeApiError',
      message: expect.stringMatching(/no PDF came, but a web page/) as string,
      description: expect.stringContaining('Check the base URL, and whether a login page') as string,
    });
    expect(asked('download')).toBe(1);
  });

  it('fails when the appliance cannot create the PDF, in the words of the appliance', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, creationFails: true });
    expect(await failureOf(run('generate', sha1))).toMatchObject({
      name: 'NodeApiError',
      message: `Spectra Analyze, fetch PDF report ${sha1.slice(0, 8)}…: the appliance could not create the PDF ("There was an error creating the PDF.").`,
      context: { itemIndex: 0 },
    });
  });

  it('fails at its time-out with the last state, and Download fetches the PDF later', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 7200 });
    const backToNow = hourLaterWhen(() => asked('status') > 1);
    expect(await failureOf(run('generate', sha1, { timeout: 600 }))).toMatchObject({
      name: 'NodeApiError',
      message: `Spectra Analyze, fetch PDF report ${sha1.slice(0, 8)}…: it was not there in time; the last state: being created ("PDF is being created. Please wait.").`,
      description:
        'The appliance goes on creating it: ask again within 30 minutes and it will be ready, or allow more time. ' +
        `The operation PDF Report > Download fetches it then. The whole hash: ${sha1}.`,
    });
    backToNow();
    simulator.advance(7200);
    expect((await run('download', sha1)).items).toMatchObject([{ json: { state: 'ready' } }]);
    expect(asked('create')).toBe(1);
  });

  it('tells a time-out as data where the node goes on', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 7200 });
    hourLaterWhen(() => asked('status') > 1);
    const { items } = await run('generate', sha1, { timeout: 600 }, { continueOnFail: true });
    const details = {
      service: 'spectra-analyze',
      subject: sha1,
      state: 'timeout',
      lastState: 'being created',
    };
    expect(items).toMatchObject([{ json: { details } }]);
    expect(items[0]).not.toHaveProperty('binary');
  });

  it('serves many items at once, each with its own PDF, in their order', async () => {
    const hashes = Array.from(
      { length: 30 },
      (_, index) =>
        simulator.spectraAnalyze.addSample({ name: `sample ${index}`, creationSeconds: (index % 3) / 10 })
          .sha256,
    );
    const { items } = await run('generate', hashes, { concurrency: 10 });
    expect(items.map(({ json, pairedItem }) => ({ subject: json['subject'], pairedItem }))).toEqual(
      hashes.map((subject, item) => ({ subject, pairedItem: { item } })),
    );
    const digests = await Promise.all(
      items.map(async (item) =>
        createHash('sha256')
          .update(await bytesOf(item))
          .digest('hex'),
      ),
    );
    expect(digests).toEqual(items.map(({ json }) => json['sha256']));
    expect(new Set(digests).size).toBe(30);
  });

  it('fails once, and asks for nothing more, when n8n cannot store the file', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 5_000_000 });
    const helpers = {
      ...binaryStore.helpers,
      prepareBinaryData: () => Promise.reject(new Error('no space left on the device')),
    };
    const failure = failureOf(run('generate', sha1, {}, { binaryStore: { helpers } }));
    expect(await failure).toMatchObject({
      name: 'NodeOperationError',
      message: 'no space left on the device',
    });
    await expect
      .poll(() => simulator.journal.list({ route: 'spectra-analyze.pdf.download' }))
      .toMatchObject([{ aborted: true }]);
  });
});

describe('create', () => {
  it('starts the creation and waits for nothing', async () => {
    const { md5 } = simulator.spectraAnalyze.addSample();
    expect((await run('create', md5)).items).toEqual([
      { json: { service: 'spectra-analyze', subject: md5, state: 'submitted' }, pairedItem: { item: 0 } },
    ]);
    expect(simulator.journal.list()).toHaveLength(1);
    expect((await run('getStatus', md5)).items).toMatchObject([{ json: { state: 'submitted' } }]);
  });
});

describe('get status', () => {
  const about = (hash: string) => ({ service: 'spectra-analyze', subject: hash });

  it('says that a PDF was not asked for', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample();
    expect((await run('getStatus', sha1)).items).toEqual([
      {
        json: {
          ...about(sha1),
          state: 'missing',
          status: 1,
          message: 'PDF does not exist and must be created.',
        },
        pairedItem: { item: 0 },
      },
    ]);
  });

  it.each([
    ['is being created', { creationSeconds: 60 }, 'submitted', 0, 'PDF is being created. Please wait.'],
    ['is ready', { creationSeconds: 0 }, 'ready', 2, 'PDF is ready for download.'],
    [
      'failed',
      { creationSeconds: 0, creationFails: true },
      'failed',
      3,
      'There was an error creating the PDF.',
    ],
    [
      'is in a state that nobody documents',
      { creationSeconds: 60, creatingStatus: 17, creatingMessage: 'Rendering page 3' },
      'submitted',
      17,
      'Rendering page 3',
    ],
  ])('says that a PDF %s', async (_what, sample, state, status, message) => {
    const { sha1 } = simulator.spectraAnalyze.addSample(sample);
    await run('create', sha1);
    expect((await run('getStatus', sha1)).items).toMatchObject([
      { json: { ...about(sha1), state, status, message } },
    ]);
  });
});

describe('download', () => {
  it('fetches a PDF that was created before, without waiting', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    await run('create', sha1);
    const { items } = await run('download', sha1);
    expect(items).toMatchObject([
      {
        json: { subject: sha1, state: 'ready', fileName: `${sha1}.pdf` },
        binary: { data: { mimeType: 'application/pdf' } },
      },
    ]);
    expect((await bytesOf(items[0])).byteLength).toBe(items[0]?.json['size']);
    expect(simulator.journal.list()).toHaveLength(2);
  });

  it.each([
    ['was never created', 0, false],
    ['has expired', 1801, true],
  ])('says what to do about a PDF that %s', async (_what, seconds, created) => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    if (created) await run('create', sha1);
    simulator.advance(seconds);
    const { items } = await run('download', sha1, {}, { continueOnFail: true });
    expect(items).toMatchObject([
      {
        json: {
          error: expect.stringContaining('there is no such PDF on the appliance') as string,
          message: `Create the PDF report again, with the same hash. The whole hash: ${sha1}.`,
          details: { state: 'missing', status: 404, subject: sha1 },
        },
      },
    ]);
  });
});

describe('get classification', () => {
  it.each([
    ['malicious', 'malicious', 10, { threatName: 'Win32.Ransomware.Simulated' }],
    ['suspicious', 'suspicious', 6, { threatName: 'Win32.PUA.Simulated' }],
    ['goodware', 'clean', 0, {}],
    ['unknown', 'unknown', 0, {}],
  ] as const)(
    'gives the verdict on a sample that is %s',
    async (classification, verdict, riskScore, more) => {
      const { sha256 } = simulator.spectraAnalyze.addSample({ classification });
      expect((await run('getClassification', sha256)).items).toEqual([
        {
          json: {
            service: 'spectra-analyze',
            subject: sha256,
            state: 'ready',
            verdict,
            classification,
            riskScore,
            ...more,
          },
          pairedItem: { item: 0 },
        },
      ]);
    },
  );
});

it('get classification adds the raw answer only on demand', async () => {
  const { sha256 } = simulator.spectraAnalyze.addSample({ classification: 'malicious' });
  const { items } = await run('getClassification', sha256, { includeRaw: true });
  expect(items[0]?.json['raw']).toMatchObject({ classification: 'malicious', riskscore: 10 });
});

describe.each(everyOperation)('%s', (operation) => {
  it('refuses what is no hash before anything is sent', async () => {
    for (const hash of ['abc', 'g'.repeat(40), 'a'.repeat(41)]) {
      expect(await failureOf(run(operation, hash))).toMatchObject({
        name: 'NodeOperationError',
        message: expect.stringContaining('it is not a hash') as string,
        description: 'Give an MD5 (32 hex digits), SHA-1 (40) or SHA-256 (64).',
      });
    }
    expect(simulator.journal.list()).toEqual([]);
  });

  it.each([
    [null, 'Hash is empty'],
    ['', 'Hash is empty'],
    [17, 'it is not a hash'],
    [{ sha1: 'a' }, 'Hash is not a text'],
  ])('refuses an expression that gives %j', async (hash, what) => {
    const parameters = { ...operations[operation], hash: hash as never };
    expect(await failureOf(run(operation, '', {}, { parameters }))).toMatchObject({
      name: 'NodeOperationError',
      message: expect.stringContaining(what) as string,
    });
    expect(simulator.journal.list()).toEqual([]);
  });

  it('says that a sample is missing', async () => {
    const hash = 'b'.repeat(40);
    const { items } = await run(operation, hash, {}, { continueOnFail: true });
    const details = { service: 'spectra-analyze', subject: hash, state: 'missing' };
    expect(items).toMatchObject([{ json: { details }, pairedItem: { item: 0 } }]);
    expect(simulator.journal.list()).toHaveLength(1);
  });

  it('says that the token is wrong, and shows it nowhere', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample();
    const token = 'Canary0123456789';
    const credentials = { baseUrl: simulator.url, token };
    const failure = await failureOf(run(operation, sha1, {}, { credentials }));
    expect(failure).toMatchObject({
      name: 'NodeApiError',
      httpCode: '403',
      message: expect.stringContaining(
        'the appliance refuses the token (HTTP 403, "Invalid token.")',
      ) as string,
      description: expect.stringContaining('Create a new API token on the appliance') as string,
    });
    expect(leaksIn(failure, token)).toEqual([]);
    expect(simulator.journal.list()).toMatchObject([{ credential: 'wrong' }]);
  });

  it('is described to people and to agents', () => {
    const { usableAsTool, properties } = new SpectraAnalyze().description;
    const described = properties
      .filter(({ name }) => name === 'operation')
      .flatMap(({ options = [] }) => options as INodePropertyOptions[])
      .filter(({ value }) => value === operation);
    expect(usableAsTool).toBe(true);
    expect(described).toHaveLength(1);
    expect(described[0]?.description).toMatch(/^[A-Z].{20,}[^.]$/);
    expect(described[0]?.action).toMatch(/^[A-Z].{10,}$/);
  });
});

describe('a failure', () => {
  it.each<[string, Fault]>([
    ['an answer that repeats the token', { kind: 'echo-credential', status: 403 }],
    ['an answer that nobody can read', { kind: 'wrong-json', json: 'text' }],
  ])('after %s holds no token', async (_what, fault) => {
    const { sha1 } = simulator.spectraAnalyze.addSample();
    script('create', fault, 'always');
    const failure = await failureOf(run('create', sha1));
    expect(leaksIn(failure, simulator.spectraAnalyze.token)).toEqual([]);
  });

  it('to reach the appliance says why, in our words, and holds no token', async () => {
    const host = `127.0.0.1:${await unusedPort()}`;
    const credentials = { baseUrl: `http://${host}`, token: 'Canary0123456789' };
    const failure = await failureOf(run('create', 'a'.repeat(40), { timeout: 4 }, { credentials }));
    expect(failure).toMatchObject({
      message: expect.stringContaining(`${host} refused the connection (ECONNREFUSED).`) as string,
    });
    expect(leaksIn(failure, credentials.token)).toEqual([]);
  });

  it('to trust the appliance says what to do, and holds no token', async () => {
    await using secure = await startSimulator({ tls: await selfSignedCertificate() });
    const { sha1 } = secure.spectraAnalyze.addSample({ creationSeconds: 0 });
    const { token } = secure.spectraAnalyze;
    const credentials = { baseUrl: secure.url, token };
    const failure = await failureOf(run('generate', sha1, {}, { credentials }));
    expect(failure).toMatchObject({
      message: expect.stringContaining('is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).') as string,
      description: expect.stringContaining('Give the CA certificate that it was signed with') as string,
    });
    expect(leaksIn(failure, token)).toEqual([]);
    expect(secure.journal.list()).toEqual([]);
    const trusting = { credentials: { ...credentials, ignoreSslIssues: true } };
    expect((await run('generate', sha1, {}, trusting)).items).toMatchObject([{ json: { state: 'ready' } }]);
  });

  it.each([
    ['http://appliance.test', 'token', /would send the token in clear/],
    ['appliance.test', 'token', /it is not an absolute URL/],
    ['https://appliance.test', '', /it is empty/],
    ['https://appliance.test', 'to ken', /characters that no token has/],
  ])(
    'of the credential %s, %j is told for each item where the node goes on',
    async (baseUrl, token, what) => {
      const { items } = await run(
        'create',
        ['a'.repeat(40), 'b'.repeat(40)],
        {},
        { credentials: { baseUrl, token }, continueOnFail: true },
      );
      const json = { error: expect.stringMatching(what) as string, details: { state: 'failed' } };
      expect(items).toMatchObject([{ json }, { json }]);
    },
  );
});

describe('canceling', () => {
  const reason = new Error('canceled by the user');

  it('stops looking at the appliance', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 3600 });
    const canceling = new AbortController();
    const failure = failureOf(run('generate', sha1, {}, { cancelSignal: canceling.signal }));
    await expect.poll(() => asked('status')).toBeGreaterThanOrEqual(2);
    canceling.abort(reason);
    expect(await failure).toBe(reason);
    const before = simulator.journal.list().length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(simulator.journal.list()).toHaveLength(before);
  });

  it('ends a download in its middle, and with it the connection', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 1_000_000 });
    script('download', { kind: 'stall', bytes: 500_000 });
    const canceling = new AbortController();
    const failure = failureOf(run('generate', sha1, {}, { cancelSignal: canceling.signal }));
    await expect.poll(() => asked('download')).toBe(1);
    canceling.abort(reason);
    expect(await failure).toBe(reason);
    await expect
      .poll(() => simulator.journal.list({ route: 'spectra-analyze.pdf.download' }))
      .toMatchObject([{ aborted: true }]);
  });
});

it('takes a PDF whole that somebody on the way has compressed', async () => {
  const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 200_000 });
  const compressing = await startServer((request, response) => {
    void (async () => {
      const { headers, url: path = '' } = request;
      const authorization = headers.authorization ?? '';
      const answer = await fetch(new URL(path, simulator.url), { headers: { authorization } });
      const packed = gzipSync(await answer.bytes());
      const type = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, {
        'content-type': type,
        'content-encoding': 'gzip',
        'content-length': packed.byteLength,
      });
      response.end(packed);
    })();
  });
  const { token } = simulator.spectraAnalyze;
  const { items } = await run('generate', sha1, {}, { credentials: { baseUrl: compressing.url, token } });
  const pdf = await readFile(binaryStore.pathOf(items[0]?.binary?.['data']?.id ?? ''));
  expect(pdf.byteLength).toBeGreaterThanOrEqual(200_000);
  expect(items[0]?.json).toMatchObject({
    state: 'ready',
    size: pdf.byteLength,
    sha256: createHash('sha256').update(pdf).digest('hex'),
  });
});

it.each(['', 'Token ', 'Authorization: Token '])(
  'takes a token that was pasted with blanks and "%s"',
  async (header) => {
    const { sha1 } = simulator.spectraAnalyze.addSample();
    const token = ` ${header}${simulator.spectraAnalyze.token}\n`;
    const { items } = await run(
      'getClassification',
      sha1,
      {},
      { credentials: { baseUrl: simulator.url, token } },
    );
    expect(items[0]?.json).toMatchObject({ state: 'ready' });
  },
);
