import type { RouteName } from '@security-reports/simulator';
import { describe, expect, test } from 'vitest';
import type { SpectraAnalyzeClient } from '../../src/spectra-analyze/client.ts';
import { SpectraAnalyzeClient as Client } from '../../src/spectra-analyze/client.ts';
import { inMemory, startAppliance } from '../support/appliance.ts';
import { failureOf, openTransport } from '../support/transport.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type Call = (client: SpectraAnalyzeClient, hash: string) => Promise<unknown>;

const callsOnSamples: [operation: string, call: Call][] = [
  ['create PDF report', (client, hash) => client.createPdfReport(hash)],
  ['get PDF report status', (client, hash) => client.getPdfReportStatus(hash)],
  ['download PDF report', (client, hash) => client.downloadPdfReport(hash, inMemory)],
  ['get classification', (client, hash) => client.getClassification(hash)],
];
const allCalls: typeof callsOnSamples = [
  ...callsOnSamples,
  ['test connection', (client) => client.testConnection()],
];
/** Of whose answer nothing is used. */
const takingAnyObject = ['create PDF report', 'test connection'];
const routes: Record<string, RouteName> = {
  'create PDF report': 'spectra-analyze.pdf.create',
  'get PDF report status': 'spectra-analyze.pdf.status',
  'download PDF report': 'spectra-analyze.pdf.download',
  'get classification': 'spectra-analyze.samples.classification',
  'test connection': 'spectra-analyze.samples.status',
};

function routeOf(operation: string): RouteName {
  const route = routes[operation];
  if (route === undefined) throw new Error(`there is no route for ${operation}`);
  return route;
}

const absentHash = 'a'.repeat(64);

describe('the calls about a PDF report', () => {
  test.each(['md5', 'sha1', 'sha256'] as const)('work with a %s', async (type) => {
    const { simulator, client } = await startAppliance();
    const hash = simulator.spectraAnalyze.addSample({ creationSeconds: 0 })[type];
    await client.createPdfReport(hash);
    expect(await client.getPdfReportStatus(hash)).toEqual({
      state: 'ready',
      number: 2,
      message: 'PDF is ready for download.',
    });
    const report = await client.downloadPdfReport(hash, inMemory);
    expect(report).toMatchObject({
      name: `${hash}.pdf`,
      mediaType: 'application/pdf',
      size: report.delivered.length,
    });
    expect(report.delivered.subarray(0, 5).toString()).toBe('%PDF-');
    expect(simulator.journal.list().map((entry) => `${entry.method} ${entry.path}`)).toEqual([
      `GET /api/pdf/${hash}/create`,
      `GET /api/pdf/${hash}/status`,
      `GET /api/pdf/${hash}/download`,
    ]);
  });

  test('write a hash in lower case, in whatever case it was given', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample();
    await client.createPdfReport(` ${sha256.toUpperCase()}\n`);
    expect(simulator.journal.list()[0]?.path).toBe(`/api/pdf/${sha256}/create`);
  });

  test('know nothing of a report that was created with another type of hash', async () => {
    const { simulator, client } = await startAppliance();
    const { md5, sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    await client.createPdfReport(md5);
    expect(await client.getPdfReportStatus(sha256)).toMatchObject({ state: 'absent', number: 1 });
    expect(await failureOf(client.downloadPdfReport(sha256, inMemory))).toMatchObject({
      name: 'NotFoundError',
      what: expect.stringContaining('was not created with this hash') as string,
    });
  });
});

describe('every call about a sample', () => {
  test.each(callsOnSamples)(
    '%s: refuses a malformed hash before anything is sent',
    async (operation, call) => {
      const { simulator, client } = await startAppliance();
      for (const hash of [
        '',
        'abc',
        'g'.repeat(40),
        'a'.repeat(41),
        '../../admin',
        `${'a'.repeat(40)}/../x`,
      ]) {
        expect(await failureOf(call(client, hash))).toMatchObject({
          name: 'InvalidInputError',
          operation,
          what: 'it is not a hash',
          retryable: false,
        });
      }
      expect(simulator.journal.list()).toEqual([]);
    },
  );

  test.each(callsOnSamples)('%s: says that the sample is not there', async (operation, call) => {
    const { client } = await startAppliance();
    expect(await failureOf(call(client, absentHash))).toMatchObject({
      name: 'NotFoundError',
      operation,
      subject: absentHash,
      status: 404,
      vendorMessage: 'Sample does not exist on the appliance.',
      retryable: false,
    });
  });

  test.each(callsOnSamples)('%s: says that a feature is not configured', async (operation, call) => {
    const { simulator, client } = await startAppliance();
    simulator.faults.script({ route: routeOf(operation), fault: { kind: 'status', status: 428 } });
    expect(await failureOf(call(client, absentHash))).toMatchObject({
      name: 'ServiceError',
      what: 'the appliance has this feature not configured',
    });
  });
});

describe('every call', () => {
  test.each(allCalls)('%s: says that the token is refused, and asks only once', async (operation, call) => {
    const { simulator, connect } = await startAppliance();
    expect(await failureOf(call(connect({ token: 'wrong' }), absentHash))).toMatchObject({
      name: 'AccessError',
      operation,
      status: 403,
      vendorMessage: 'Invalid token.',
      retryable: false,
    });
    expect(simulator.journal.list()).toMatchObject([{ credential: 'wrong', status: 403 }]);
  });

  test.each(allCalls)(
    '%s: still says so when the body of the refusal breaks off',
    async (operation, call) => {
      const { simulator, connect } = await startAppliance();
      simulator.faults.script({
        route: routeOf(operation),
        times: 'always',
        fault: { kind: 'truncate', bytes: 5 },
      });
      expect(await failureOf(call(connect({ token: 'wrong' }), absentHash))).toMatchObject({
        name: 'AccessError',
        status: 403,
      });
    },
  );

  test.each(allCalls)('%s: takes no login page for an answer', async (operation, call) => {
    const { simulator, client } = await startAppliance();
    simulator.faults.script({ route: routeOf(operation), times: 'always', fault: { kind: 'login-page' } });
    const failure = await failureOf(call(client, absentHash));
    expect(failure).toMatchObject({
      status: 200,
      retryable: false,
      what: expect.stringContaining("a web page titled 'Sign in'") as string,
      remedy: expect.stringContaining('Check the base URL') as string,
    });
    expect(simulator.journal.list()).toHaveLength(1);
  });

  test.each(allCalls)(
    '%s: gives up an error body without an end, and knows its status',
    async (operation, call) => {
      const { simulator, client } = await startAppliance();
      simulator.faults.script({
        route: routeOf(operation),
        times: 'always',
        fault: { kind: 'huge-body', bytes: 'endless', status: 403 },
      });
      expect(await failureOf(call(client, absentHash))).toMatchObject({ name: 'AccessError', status: 403 });
    },
  );

  test.each(allCalls.filter(([operation]) => operation !== 'download PDF report'))(
    '%s: gives up an answer without an end',
    async (operation, call) => {
      const { simulator, client } = await startAppliance();
      simulator.faults.script({
        route: routeOf(operation),
        times: 'always',
        fault: { kind: 'huge-body', bytes: 'endless' },
      });
      expect(await failureOf(call(client, absentHash))).toMatchObject({
        name: 'ServiceError',
        what: 'the answer is larger than 32000000 bytes',
        retryable: false,
      });
    },
  );

  test.each(allCalls.filter(([operation]) => operation !== 'download PDF report'))(
    '%s: tries again when the answer is not JSON, and then quotes it',
    async (operation, call) => {
      const { simulator, client } = await startAppliance();
      simulator.faults.script({
        route: routeOf(operation),
        times: 'always',
        fault: { kind: 'garbage-json' },
      });
      expect(await failureOf(call(client, absentHash))).toMatchObject({
        name: 'ServiceError',
        what: 'the answer is not JSON: {"status": 2, "status_',
      });
      expect(simulator.journal.list()).toHaveLength(5);
    },
  );

  test.each(allCalls.filter(([operation]) => operation !== 'download PDF report'))(
    '%s: quotes JSON of a shape that it does not know',
    async (operation, call) => {
      const { simulator, client } = await startAppliance();
      const others = takingAnyObject.includes(operation) ? [] : [[], { a: 1 }];
      for (const json of ['text', 17, null, ...others]) {
        simulator.faults.script({ route: routeOf(operation), fault: { kind: 'wrong-json', json } });
        expect(await failureOf(call(client, absentHash))).toMatchObject({
          name: 'ServiceError',
          what: `the answer has an unknown shape: ${JSON.stringify(json)}`,
        });
      }
    },
  );
});

test('a create succeeds whatever the appliance says about where to ask next', async () => {
  const { simulator, client } = await startAppliance();
  for (const json of [{}, { a: 1 }, { status_endpoint: null }]) {
    simulator.faults.script({ route: 'spectra-analyze.pdf.create', fault: { kind: 'wrong-json', json } });
    await client.createPdfReport(absentHash);
  }
  expect(simulator.journal.list()).toHaveLength(3);
});

describe('the status of a PDF report', () => {
  test.each([
    [{ status: 2, status_message: 'PDF is ready for download.' }, 'ready'],
    [{ status: 2 }, 'ready'],
    [{ status: 2, message: 'PDF is ready for download.' }, 'ready'],
    [{ status_message: 'PDF is ready for download.' }, 'ready'],
    [{ status: '2', status_message: 'PDF is ready for download.' }, 'ready'],
    [{ status: 1, status_message: 'PDF does not exist and must be created.' }, 'absent'],
    [{ status: 1 }, 'absent'],
    [{ message: 'PDF does not exist and must be created.' }, 'absent'],
    [{ status: 0, status_message: 'PDF is being created. Please wait.' }, 'creating'],
    [{ status: 0 }, 'creating'],
    [{ status: 17, message: 'PDF is being created. Please wait.' }, 'creating'],
    [{ status: 3, status_message: 'There was an error creating the PDF.' }, 'failed'],
    [{ status: -1, message: 'There was an error creating the PDF.' }, 'failed'],
    [{ status: 0, status_message: 'There was an error creating the PDF.' }, 'failed'],
    [{ status_message: 'PDF creation failed' }, 'failed'],
    [{ status: 4, status_message: 'Queued behind 17 others' }, 'other'],
    [{ status: 7 }, 'other'],
    [{ status_message: 'PDF is not ready' }, 'other'],
    [{ status: 5, status_message: 'PDF is ready for download.' }, 'other'],
  ])('%j is %s', async (json, state) => {
    const { simulator, client } = await startAppliance();
    simulator.faults.script({ route: 'spectra-analyze.pdf.status', fault: { kind: 'wrong-json', json } });
    expect((await client.getPdfReportStatus(absentHash)).state).toBe(state);
  });
});

describe('the classification', () => {
  test.each([
    ['malicious', 'malicious'],
    ['suspicious', 'suspicious'],
    ['goodware', 'clean'],
    ['unknown', 'unknown'],
  ] as const)('%s is the verdict %s', async (classification, verdict) => {
    const { simulator, client } = await startAppliance();
    const { sha1 } = simulator.spectraAnalyze.addSample({
      classification,
      riskscore: 7,
      classification_result: 'Win32.Ransomware.Petya',
    });
    expect(await client.getClassification(sha1)).toEqual({
      verdict,
      classification,
      riskScore: 7,
      threatName: 'Win32.Ransomware.Petya',
      answer: expect.objectContaining({ classification, riskscore: 7 }) as unknown,
    });
    expect(simulator.journal.list()[0]?.path).toBe(`/api/samples/v3/${sha1}/classification/?localonly=1`);
  });

  test('that nobody documents is the verdict unknown', async () => {
    const { simulator, client } = await startAppliance();
    const json = { classification: 'Grayware\u202e', riskscore: 'high', classification_result: null };
    simulator.faults.script({
      route: 'spectra-analyze.samples.classification',
      fault: { kind: 'wrong-json', json },
    });
    expect(await client.getClassification(absentHash)).toEqual({
      verdict: 'unknown',
      classification: 'Grayware',
      riskScore: undefined,
      threatName: undefined,
      answer: json,
    });
  });
});

describe('a classification of another sample', () => {
  const other = { md5: 'f'.repeat(32), sha1: 'f'.repeat(40), sha256: 'f'.repeat(64) };

  test.each(['md5', 'sha1', 'sha256'] as const)('by its %s is no verdict on this one', async (type) => {
    const { simulator, client } = await startAppliance();
    const hashes = simulator.spectraAnalyze.addSample({ classifiedHashes: { [type]: other[type] } });
    expect(await failureOf(client.getClassification(hashes[type]))).toMatchObject({
      name: 'ServiceError',
      subject: hashes[type],
      what: `the answer is about another sample (${other[type]})`,
    });
  });

  test('is not what another type of hash says, nor another letter case', async () => {
    const { simulator, client } = await startAppliance();
    const content = 'a sample';
    const { sha256 } = simulator.spectraAnalyze.addSample({ content });
    simulator.spectraAnalyze.addSample({
      content,
      classifiedHashes: { sha1: other.sha1, sha256: ` ${sha256.toUpperCase()}`, md5: '' },
    });
    expect(await client.getClassification(sha256)).toMatchObject({ verdict: 'clean' });
  });

  test.each([
    { status: 'failed' },
    { status: 'ERROR' },
    { error: 'engine not available' },
    { errors: [{ code: 'x' }] },
    { status: 'timed_out' },
    { scanError: 'engine not available' },
  ])('is unknown where %j stands beside a clean one', async (trouble) => {
    const { simulator, client } = await startAppliance();
    const json = { classification: 'goodware', ...trouble };
    simulator.faults.script({
      route: 'spectra-analyze.samples.classification',
      fault: { kind: 'wrong-json', json },
    });
    expect(await client.getClassification('a'.repeat(64))).toMatchObject({ verdict: 'unknown' });
  });

  test.each(['malicious', 'suspicious'])('is %s whatever error stands beside it', async (classification) => {
    const { simulator, client } = await startAppliance();
    simulator.faults.script({
      route: 'spectra-analyze.samples.classification',
      fault: {
        kind: 'wrong-json',
        json: { classification, status: 'failed', error: 'engine not available' },
      },
    });
    expect(await client.getClassification('a'.repeat(64))).toMatchObject({ verdict: classification });
  });

  test.each([{ status: 'processed' }, { error: null }, { errors: [], error: '' }])(
    'is not what %j beside it says',
    async (nothing) => {
      const { simulator, client } = await startAppliance();
      const json = { classification: 'goodware', ...nothing };
      simulator.faults.script({
        route: 'spectra-analyze.samples.classification',
        fault: { kind: 'wrong-json', json },
      });
      expect(await client.getClassification('a'.repeat(64))).toMatchObject({ verdict: 'clean' });
    },
  );
});

describe('a download', () => {
  test('asks a server that negotiates for anything, since not all of them call it a PDF', async () => {
    const { simulator, client } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    await client.createPdfReport(sha256);
    simulator.faults.script({
      route: 'spectra-analyze.pdf.download',
      fault: { kind: 'negotiate', offers: ['application/octet-stream'] },
    });
    expect((await client.downloadPdfReport(sha256, inMemory)).mediaType).toBe('application/pdf');
  });

  test('is no larger than the client was given', async () => {
    const { simulator, transport, clock } = await startAppliance();
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 50_000 });
    const { token } = simulator.spectraAnalyze;
    const connection = { baseUrl: simulator.url, token, transport, clock };
    const client = new Client({ ...connection, maxReportBytes: 40_000 });
    await client.createPdfReport(sha256);
    expect(await failureOf(client.downloadPdfReport(sha256, inMemory))).toMatchObject({
      name: 'InvalidReportError',
      subject: sha256,
      what: expect.stringMatching(
        /^the PDF has 5\d{4} bytes, more than the 40000 that are allowed$/,
      ) as string,
      remedy: expect.stringContaining('max-report-size') as string,
    });
    expect(simulator.journal.list({ route: 'spectra-analyze.pdf.download' })).toHaveLength(1);
  });
});

describe('the test of a connection', () => {
  test('asks for a sample that nobody has, as the vendor does', async () => {
    const { simulator, client } = await startAppliance();
    await client.testConnection();
    expect(simulator.journal.list()).toMatchObject([
      {
        method: 'POST',
        path: '/api/samples/status/?status=processed',
        subjects: ['0'.repeat(40)],
        credential: 'right',
        status: 200,
      },
    ]);
  });

  test('is made again after a passing failure, since it changes nothing', async () => {
    const { simulator, client } = await startAppliance();
    simulator.faults.script({ route: 'spectra-analyze.samples.status', fault: { kind: 'reset' } });
    await client.testConnection();
    expect(simulator.journal.list()).toHaveLength(2);
  });
});

describe('a client', () => {
  const transport = { send: () => Promise.reject(new Error('nothing is to be sent')) };

  test.each(['', ' ', 'with blank', 'two\nlines', 'ümlaut', 'tab\t'])('takes no token like %j', (token) => {
    const options = { baseUrl: 'https://appliance.test', token, transport, clock: new VirtualClock() };
    expect(() => new Client(options)).toThrow(/Spectra Analyze, read the token: /);
  });

  test('takes no base URL to which a token would travel in clear', () => {
    const options = { baseUrl: 'http://appliance.test', token: 't', transport, clock: new VirtualClock() };
    expect(() => new Client(options)).toThrow('in clear');
  });

  test('asks below the path of its base URL', async () => {
    const { simulator, connect } = await startAppliance();
    await failureOf(connect({ baseUrl: `${simulator.url}/below/` }).createPdfReport(absentHash));
    expect(simulator.journal.list()[0]?.path).toBe(`/below/api/pdf/${absentHash}/create`);
  });

  test('whose appliance cannot be reached says what to check', async () => {
    const client = new Client({
      baseUrl: 'https://appliance.invalid',
      token: 't',
      transport: openTransport(),
      clock: new VirtualClock(),
    });
    expect(await failureOf(client.testConnection())).toMatchObject({
      name: 'ConnectionError',
      message: expect.stringMatching(
        /^Spectra Analyze, test connection: appliance\.invalid .*\. Check the base URL/,
      ) as string,
    });
  });
});
