import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { safeFileName } from '../../src/file-name.ts';
import { ScanWatch } from '../../src/perception-point/scan-watch.ts';
import { scanFile, scanResult } from '../../src/perception-point/scan-file.ts';
import type { Scan, ScanRow } from '../../src/perception-point/scan.ts';
import { readVendorId } from '../../src/vendor-id.ts';
import { leaksIn } from '../support/leaks.ts';
import { failureOf } from '../support/transport.ts';
import { sha256Of, startXRay, textFile, within } from '../support/x-ray.ts';

const list = 'perception-point.scans.list';
const day = 24 * 3_600_000;

/** Around the present of both clocks. */
function lately(): { start: number; end: number } {
  return { start: Date.now() - day, end: Date.now() + day };
}

describe('listing scans', () => {
  test('goes through all pages', async () => {
    const { simulator, client } = await startXRay({ pageSize: 3 });
    const ids = Array.from({ length: 8 }, () => simulator.perceptionPoint.addScan());
    const listed: (string | undefined)[] = [];
    for await (const { id } of client.listScans(lately())) listed.push(id);
    expect(listed.toSorted()).toEqual(ids.toSorted());
    expect(simulator.journal.list({ route: list })).toHaveLength(3);
  });

  test('takes a page of a hundred rows with much to say in each', async () => {
    const { simulator, client } = await startXRay({ pageSize: 100 });
    const evidence = [{ description: 'x'.repeat(20_000) }];
    const ids = Array.from({ length: 100 }, () =>
      simulator.perceptionPoint.addScan({ verdict: 'MAL', evidence, scanSeconds: 0 }),
    );
    const found = await client.findScans(ids, lately());
    expect(found.size).toBe(100);
  });

  test('is given up when a page has no end, and says how to look at it', async () => {
    const { simulator, client } = await startXRay();
    simulator.faults.script({ route: list, fault: { kind: 'huge-body', bytes: 'endless' } });
    await expect(client.findScan('none', lately())).rejects.toMatchObject({
      name: 'ServiceError',
      what: 'the answer is larger than 32000000 bytes',
      remedy: expect.stringContaining('Make the same call by hand') as string,
    });
    expect(simulator.journal.list({ route: list })).toHaveLength(1);
  });

  test('is given up soon when a page is of another shape, however large', async () => {
    const { simulator, client } = await startXRay();
    simulator.faults.script({ route: list, fault: { kind: 'huge-body', bytes: 31_000_000 } });
    await expect(client.findScan('none', lately())).rejects.toThrow(/unknown shape: .{300}…/);
  });

  test('shows nothing of what could change a log or an output', async () => {
    const { simulator, client } = await startXRay();
    const odd = '\u001b[31m\u0007\n\u202e';
    for (const id of [`1${odd}`, '2'.repeat(129)]) simulator.perceptionPoint.addScan({ id });
    simulator.perceptionPoint.addScan({ id: '3', verdict: `CLN${odd}${'x'.repeat(5_000)}`, scanSeconds: 0 });
    const listed: ScanRow[] = [];
    for await (const row of client.listScans(lately())) listed.push(row);
    expect(listed.map(({ id }) => id)).toEqual(['3', undefined, undefined]);
    expect(listed[0]).toMatchObject({
      finished: true,
      verdict: 'unknown',
      verdictCode: `CLN [31m ${'x'.repeat(23)}…`,
    });
  });

  test('never asks for a next page elsewhere', async () => {
    const { simulator, client } = await startXRay({
      pageSize: 1,
      nextOrigin: 'https://elsewhere.example.com',
    });
    for (let scans = 0; scans < 2; scans += 1) simulator.perceptionPoint.addScan();
    await expect(client.findScan('none', lately())).rejects.toThrow(
      'the next page is said to be at https://elsewhere.example.com, where the token must not go',
    );
  });

  test('proves that a token is good, or says that it is not', async () => {
    const { simulator, client } = await startXRay();
    await client.testConnection();
    simulator.perceptionPoint.configure({ licensed: false });
    await expect(client.testConnection()).rejects.toMatchObject({ name: 'AccessError', status: 403 });
  });
});

describe('scanning a file', () => {
  test.each([
    ['CLN', 'clean'],
    ['SPM', 'spam'],
    ['SUS', 'suspicious'],
    ['BLK', 'restricted'],
    ['MAL', 'malicious'],
    ['NEW', 'unknown'],
  ])('gives the verdict for the code %s: %s', async (code, verdict) => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.scriptScan({ scan: { verdict: code } });
    const result = await scanFile(
      client,
      new ScanWatch(client),
      { source: { type: 'data', file: textFile('hello') } },
      within(client, 3_000),
    );
    expect(result).toMatchObject({ verdict, verdictCode: code });
    const document = JSON.parse(result.document) as Record<string, unknown>;
    expect(document).toMatchObject({ verbose_verdict: code, submitted_sha256: sha256Of('hello') });
    expect(result.document).toContain('\n  "verbose_verdict"');
    expect(result.documentName).toBe(`letter.txt-${result.scanId}.json`);
  });

  test.each(['root_scan_id', 'full_scan_id'] as const)(
    'finds it when it is listed only as %s',
    async (listedAs) => {
      const { simulator, client } = await startXRay();
      simulator.perceptionPoint.scriptScan({ scan: { verdict: 'MAL', listedAs } });
      const { verdict } = await scanFile(
        client,
        new ScanWatch(client),
        { source: { type: 'data', file: textFile('hello') } },
        within(client, 3_000),
      );
      expect(verdict).toBe('malicious');
    },
  );

  test('takes the verdict on an archive, not that on one of its files', async () => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.scriptScan({
      scan: { verdict: 'MAL', listedAs: 'root_scan_id', parts: [{ verdict: 'MAL' }, { verdict: 'CLN' }] },
    });
    const { verdict } = await scanFile(
      client,
      new ScanWatch(client),
      { source: { type: 'data', file: textFile('hello') } },
      within(client, 3_000),
    );
    expect(verdict).toBe('malicious');
  });

  test('waits while the scan is not listed, and while a verdict is not final', async () => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.scriptScan({
      scan: { listLagSeconds: 600, scanSeconds: 3600, finishedAtLagSeconds: 600 },
    });
    const states: string[] = [];
    const scanned = scanFile(
      client,
      new ScanWatch(client),
      { source: { type: 'data', file: textFile('hello') } },
      { ...within(client, 9_000), onProgress: ({ state }) => states.push(state) },
    );
    await expect.poll(() => states).toEqual(['not listed yet']);
    simulator.advance(600);
    await expect.poll(() => states.at(-1)).toBe('being scanned');
    simulator.advance(3000);
    const looks = (): number => simulator.journal.list({ route: list }).length;
    const before = looks();
    await expect.poll(looks).toBeGreaterThan(before + 1);
    simulator.advance(600);
    await scanned;
    expect(states).toEqual(['not listed yet', 'being scanned']);
  });

  test('ends at the deadline with the id, by which asking later succeeds', async () => {
    const { simulator, client } = await startXRay({ scanSeconds: 3600 });
    const watch = new ScanWatch(client);
    const error = await scanFile(
      client,
      watch,
      { source: { type: 'data', file: textFile('hello') } },
      within(client, 15),
    ).catch((reason: unknown) => reason as { resumeId: string; message: string });
    const [submission] = simulator.perceptionPoint.listSubmissions();
    expect(error).toMatchObject({
      name: 'TimeoutError',
      resumeId: submission?.scanId,
      lastState: 'being scanned',
      message: expect.stringContaining(
        `The service goes on scanning: ask again for the scan id ${submission?.scanId ?? ''}`,
      ) as string,
    });
    simulator.advance(3600);
    const scan = await watch.waitFor(submission?.scanId ?? '', within(client, 3_000));
    expect(scan.verdict).toBe('clean');
  });
});

describe('what to do about a wait that was in vain', () => {
  test('is to check an id that was never listed', async () => {
    const { client } = await startXRay();
    const error = await failureOf(new ScanWatch(client).waitFor('4711', within(client, 15)));
    expect(error).toMatchObject({
      name: 'TimeoutError',
      lastState: 'not listed yet',
      remedy: expect.stringMatching(/^Check the id, .* ask again for the scan id 4711/) as string,
    });
  });

  test('is to ask again for what was submitted and is not listed yet', async () => {
    const { simulator, client } = await startXRay();
    simulator.perceptionPoint.scriptScan({ scan: { listLagSeconds: 600 } });
    const source = { type: 'data', file: textFile('hello') } as const;
    const error = await failureOf(scanFile(client, new ScanWatch(client), { source }, within(client, 60)));
    expect(error).toMatchObject({
      lastState: 'not listed yet',
      remedy: expect.stringMatching(/may take a while to list .* ask again for the scan id/) as string,
    });
  });

  test('is to look at a service that does not tell', async () => {
    const { simulator, client } = await startXRay();
    simulator.faults.script({ route: list, times: 'always', fault: { kind: 'status', status: 503 } });
    const error = await failureOf(new ScanWatch(client).waitFor('4711', within(client, 60)));
    expect(error).toMatchObject({
      lastState: 'the service cannot answer for now',
      remedy: expect.stringMatching(/^Look at the state of the service; .* scan id 4711/) as string,
    });
  });
});

test('a wait at an interval below the shortest one rests no negative time', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const { simulator, client } = await startXRay({ offersLookUp: false });
  const id = simulator.perceptionPoint.addScan({ createdSecondsAgo: 0, scanSeconds: 3600 });
  const waiting = new ScanWatch(client, 100).waitFor(id, within(client, 9_000));
  await expect.poll(() => simulator.journal.list({ route: list }).length).toBeGreaterThan(2);
  simulator.advance(3600);
  await waiting;
  expect(warnings).toEqual([]);
});

describe('many that wait at once', () => {
  test('share one polling loop', async () => {
    const { simulator, client } = await startXRay({ scanSeconds: 3600, offersLookUp: false });
    const watch = new ScanWatch(client);
    const looks = (): number => simulator.journal.list({ route: list }).length;
    const submitted = (): number => simulator.perceptionPoint.listSubmissions().length;
    /** How often they look within ten seconds of their clock. */
    const waitForAll = async (files: number): Promise<number> => {
      const all = submitted() + files;
      const scanned = Promise.all(
        Array.from({ length: files }, (_, index) =>
          scanFile(
            client,
            watch,
            { source: { type: 'data', file: textFile(`file ${index}`) } },
            within(client, 9_000),
          ),
        ),
      );
      await expect.poll(submitted).toBe(all);
      const before = looks();
      await client.clock.sleep(10_000, new AbortController().signal);
      const count = looks() - before;
      simulator.advance(3600);
      await scanned;
      return count;
    };
    const looksForOne = await waitForAll(1);
    // All rows fit on one page, so that a look is one request.
    expect(await waitForAll(30)).toBeLessThan(2 * looksForOne + 4);
  });

  test('end each for itself: the cancel of one, the failure of none', async () => {
    const { simulator, client } = await startXRay();
    const never = simulator.perceptionPoint.addScan({ scanSeconds: 'never' });
    const soon = simulator.perceptionPoint.addScan({ createdSecondsAgo: 0, scanSeconds: 0.3 });
    const watch = new ScanWatch(client);
    const cancellation = new AbortController();
    const canceled = watch.waitFor(never, { ...within(client, 3_000), signal: cancellation.signal });
    const finished = watch.waitFor(soon, within(client, 3_000));
    cancellation.abort(new Error('enough'));
    await expect(canceled).rejects.toThrow('enough');
    expect((await finished).finished).toBe(true);
  });

  test('outlast a list that fails for a while, and end when it is refused', async () => {
    const { simulator, client } = await startXRay();
    const id = simulator.perceptionPoint.addScan({ createdSecondsAgo: 0 });
    const watch = new ScanWatch(client);
    simulator.faults.script({ route: list, times: 6, fault: { kind: 'status', status: 503 } });
    const states: string[] = [];
    await watch.waitFor(id, { ...within(client, 3_000), onProgress: ({ state }) => states.push(state) });
    expect(states).toContain('the service cannot answer for now');
    simulator.faults.script({ route: list, times: 'always', fault: { kind: 'status', status: 401 } });
    await expect(watch.waitFor(id, within(client, 3_000))).rejects.toMatchObject({ name: 'AccessError' });
  });

  test('stop asking when nobody waits any more', async () => {
    const { simulator, client } = await startXRay();
    const id = simulator.perceptionPoint.addScan({ createdSecondsAgo: 0 });
    await new ScanWatch(client).waitFor(id, within(client, 3_000));
    const asked = simulator.journal.list({ route: list }).length;
    await client.clock.sleep(20_000, new AbortController().signal);
    expect(simulator.journal.list({ route: list })).toHaveLength(asked);
  });
});

describe('a document', () => {
  test('holds neither the token nor what was submitted in secret, although the service repeats both', async () => {
    const { simulator, client } = await startXRay();
    const { token } = simulator.perceptionPoint;
    const filePassword = 'pa55 "word"';
    const url = 'https://example.com/f?sig=s1gnature';
    const secrets = [token, filePassword, 's1gnature', 'head3r value'];
    const evidence = [{ tried: secrets, [token]: encodeURIComponent(filePassword), from: url }];
    simulator.perceptionPoint.scriptScan({ scan: { verdict: 'MAL', evidence } });
    const submission = {
      source: { type: 'download-link', url },
      filePassword,
      callbackHeaders: { a: 'head3r value' },
    } as const;
    const result = await scanFile(client, new ScanWatch(client), submission, within(client, 3_000));
    for (const secret of secrets) expect(leaksIn(result, secret)).toEqual([]);
    expect(JSON.parse(result.document)).toMatchObject({
      verbose_verdict: 'MAL',
      evidence: [{ tried: ['***', '***', '***', '***'], '***': '***', from: '***' }],
    });
  });

  test('holds no secret that only whoever asks for it knows', () => {
    const scan = { ...finished, answer: { id: 7, note: 'opened with pa55word' } };
    const { document } = scanResult({ scanId: '7', sha256: 'ab12' }, scan, ['pa55word']);
    expect(JSON.parse(document)).toEqual({ id: 7, note: 'opened with ***', submitted_sha256: 'ab12' });
  });
});

const finished: Scan = {
  finished: true,
  verdict: 'clean',
  verdictCode: 'CLN',
  reportsError: false,
  fileName: '../odd:name.doc',
  answer: { id: 7 },
};

test('a document without a submission is named by what the service says', () => {
  const { documentName, document } = scanResult({ scanId: '7' }, finished);
  expect(documentName).toBe('_odd_name.doc-7.json');
  expect(JSON.parse(document)).toEqual({ id: 7 });
});

test.each([
  ['a'.repeat(250), 'a'.repeat(157)],
  ['漢'.repeat(80), '漢'.repeat(52)],
  [`${'a'.repeat(156)}. b`, 'a'.repeat(156)],
  ['...', 'scan'],
])('the name of a document keeps the scan id, however long the file name is: %s', (name, stem) => {
  const scanId = '94824_1_6f0d_20230607'.padEnd(37, '0');
  expect(scanResult({ scanId, name }, finished).documentName).toBe(`${stem}-${scanId}.json`);
});

test('the name of a document is safe, whatever the file name and the scan id are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const id = text.map((value) => readVendorId(value) ?? '7');
  fc.assert(
    fc.property(text, id, (name, scanId) => {
      const { documentName } = scanResult({ scanId, name }, finished);
      expect(safeFileName(documentName, 'none')).toBe(documentName);
    }),
  );
});
