import type { Fault, JsonValue } from '@security-reports/simulator';
import { unzipSync, zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ReportFormat } from '../../src/digicert/report-file.ts';
import { digicert } from '../../src/digicert/service.ts';
import { NotFoundError } from '../../src/errors.ts';
import { openReport } from '../../src/report.ts';
import { csv } from '../../src/report-kind.ts';
import { startServer } from '../support/servers.ts';
import { failureOf, readBytes } from '../support/transport.ts';
import { only, startCertCentral } from './support.ts';

const today = () => new Date().toISOString().slice(0, 10);

/** A CertCentral with one report of one run, and what to ask for. */
async function withRun(run: object = {}, formats: ReportFormat[] = ['CSV', 'JSON', 'EXCEL']) {
  const certCentral = await startCertCentral();
  const report = certCentral.simulator.digicert.addReport({ displayName: 'Orders', formats, runs: [run] });
  const ids = { reportId: report.identifier, runId: only(report.runIdentifiers) };
  const download = (format: ReportFormat, more: object = {}) =>
    certCentral.client.downloadReport({ ...ids, format, ...more }, readBytes);
  return { ...certCentral, ids, download };
}

describe('a downloaded report', () => {
  test('in CSV is a CSV, with its size and SHA-256', async () => {
    const { download, paths, ids } = await withRun();
    const report = await download('CSV');
    expect(report).toMatchObject({
      name: `Orders-${today()}.csv`,
      mediaType: 'text/csv',
      size: report.delivered.length,
      sha256: createHash('sha256').update(report.delivered).digest('hex'),
      note: undefined,
    });
    expect(report.delivered.toString()).toMatch(/^\ufeff?[a-z_]+,/i);
    expect(paths()).toEqual([`/reports/v1/report/${ids.reportId}/${ids.runId}/download?report_format=CSV`]);
  });

  test('in JSON is JSON', async () => {
    const { download } = await withRun();
    const report = await download('JSON');
    expect(report).toMatchObject({
      name: `Orders-${today()}.json`,
      mediaType: 'application/json',
      note: undefined,
    });
    expect(JSON.parse(report.delivered.toString())).toBeTypeOf('object');
  });

  test('in EXCEL is a workbook', async () => {
    const { download } = await withRun();
    const report = await download('EXCEL');
    expect(report).toMatchObject({
      name: `Orders-${today()}.xlsx`,
      mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      note: undefined,
    });
    expect(Object.keys(unzipSync(report.delivered))).toContain('xl/workbook.xml');
  });

  test('is a workbook also when its media type does not say so', async () => {
    const { download } = await withRun({
      contentType: 'application/octet-stream',
      contentDisposition: false,
    });
    expect(await download('EXCEL')).toMatchObject({ name: expect.stringMatching(/\.xlsx$/) as string });
  });

  test('in ZIP is a ZIP, and nothing is out of the ordinary about that', async () => {
    const { download } = await withRun();
    expect(await download('ZIP')).toMatchObject({
      name: `Orders-${today()}.zip`,
      mediaType: 'application/zip',
      note: undefined,
    });
  });

  test.each(['CSV', 'JSON', 'EXCEL'] as const)(
    'in %s of more than 2 MB is a ZIP, and says why',
    async (format) => {
      const { download } = await withRun({ bytes: 2_500_000, compression: 'stored' });
      const report = await download(format);
      expect(report).toMatchObject({
        name: `Orders-${today()}.zip`,
        mediaType: 'application/zip',
        note: expect.stringContaining(`a ZIP came in place of ${format}`) as string,
      });
      expect(report.size).toBe(report.delivered.length);
    },
  );

  test('that comes in pieces without an announced length is whole, too', async () => {
    const { download } = await withRun({ bytes: 6_000_000 });
    const report = await download('CSV');
    const [csv] = Object.values(unzipSync(report.delivered));
    expect(csv?.byteLength).toBeGreaterThanOrEqual(6_000_000);
  });

  test('that is a ZIP is named so, whatever the service calls it', async () => {
    const { download } = await withRun({
      bytes: 2_500_000,
      contentDisposition: 'attachment; filename="../all orders.csv"',
      contentType: 'text/csv',
    });
    expect(await download('CSV')).toMatchObject({ name: '_all orders.zip', mediaType: 'application/zip' });
  });

  test('without a name has that of the report, or else its id', async () => {
    const { download, ids } = await withRun({ contentDisposition: false });
    expect(await download('CSV')).toMatchObject({ name: `${ids.reportId}-${today()}.csv` });
    expect(await download('JSON', { displayName: 'My/orders' })).toMatchObject({
      name: `My_orders-${today()}.json`,
    });
  });

  test('of a split one is the part that was asked for, with its number in the name', async () => {
    const { download, paths } = await withRun({ splitCount: 12 });
    const part = await download('CSV', { part: { index: 10, count: 12 } });
    expect(part.name).toMatch(/-part-11-of-12\.zip$/);
    expect(paths()[0]).toContain('report_format=CSV&split_report_sequence=10');
    expect(await failureOf(download('CSV', { part: { index: 12, count: 13 } }))).toMatchObject({
      name: 'ServiceError',
      subject: expect.stringMatching(/, part 13 of 13$/) as string,
    });
  });

  test('of any identifier is asked for by it, as one segment of the path', async () => {
    const { simulator, client } = await startCertCentral();
    const [identifier, runIdentifier] = ['a/b?c#d%2f é', '..%2F..'];
    simulator.digicert.addReport({ identifier, runs: [{ runIdentifier }] });
    const report = await client.downloadReport(
      { reportId: identifier, runId: runIdentifier, format: 'CSV' },
      readBytes,
    );
    expect(report.size).toBeGreaterThan(0);
  });
});

describe('a run without data', () => {
  test.each([
    ['an empty answer', { kind: 'status', status: 200 } as const],
    ['status 204', { kind: 'status', status: 204 } as const],
    ['a line break', { kind: 'status', status: 200, text: '\ufeff\r\n', mediaType: 'text/csv' } as const],
  ])('is told by %s, and nothing is delivered', async (_what, fault) => {
    const { client, ids, script, paths } = await withRun();
    script('download', fault);
    let deliveries = 0;
    const deliver = () => Promise.resolve((deliveries += 1));
    expect(await failureOf(client.downloadReport({ ...ids, format: 'CSV' }, deliver))).toMatchObject({
      name: 'NotFoundError',
      what: 'the run has no data: the service answers without any content',
      status: fault.status,
      retryable: false,
    });
    expect(deliveries).toBe(0);
    expect(paths()).toHaveLength(1);
  });

  test('is told by the simulator', async () => {
    const { download } = await withRun({ noContent: true });
    expect(await failureOf(download('JSON'))).toMatchObject({ name: 'NotFoundError' });
  });

  test('is not what a shorter answer than announced is', async () => {
    const nothing = (async function* () {
      await Promise.resolve();
      yield new Uint8Array();
    })();
    const headers = { 'content-length': '3' };
    const response = { status: 200, headers, body: nothing, discard: () => undefined };
    const context = { service: digicert, operation: 'download report', clean: (text: string) => text };
    const whenEmpty = () => new NotFoundError({ ...context, what: 'there is no data', remedy: 'None.' });
    const expected = { kinds: [csv], called: 'report', name: () => 'a.csv', whenEmpty };
    expect(await failureOf(openReport(response, expected, context))).toMatchObject({
      name: 'InvalidReportError',
      what: 'no report came, but nothing',
      retryable: true,
    });
  });

  test('is not what a broken answer is', async () => {
    const { download, script, paths } = await withRun();
    script('download', { kind: 'truncate', bytes: 0 });
    expect((await download('CSV')).size).toBeGreaterThan(0);
    expect(paths()).toHaveLength(2);
  });
});

describe('what is no report, or not all of it', () => {
  test.each<[what: string, fault: Fault, message: RegExp, tries: number]>([
    ['a login page', { kind: 'login-page' } as const, /^no report came, but a web page/, 1],
    [
      'a JSON error with status 200',
      { kind: 'wrong-json', json: { errors: [{ code: 'access_denied', message: 'no' }] } } as const,
      /^no report came, but data that begin with: .*access_denied/,
      5,
    ],
    ['garbage', { kind: 'garbage-json' } as const, /ends too early|no report came/, 5],
    ...[
      null,
      {},
      { code: 'access_denied', message: 'no' },
      { detail: 'Not found.' },
      { error: 'no' },
      { message: 'No room to build the report' },
      { message: 'x'.repeat(5000) },
      ['no'],
    ].map((body): [string, Fault, RegExp, number] => [
      `${JSON.stringify(body).slice(0, 40)} with status 200`,
      { kind: 'wrong-json', json: body as JsonValue },
      /^no report came, but data that begin with/,
      5,
    ]),
    [
      'a message in plain text',
      { kind: 'status', status: 200, text: 'Service unavailable, try again later.\n' } as const,
      /^no report came, but data that begin with: Service unavailable/,
      5,
    ],
    ['a part', { kind: 'partial', bytes: 300 } as const, /^only a part of the report arrived$/, 5],
  ])('is never delivered: %s', async (_what, fault, what, tries) => {
    const { download, script, paths } = await withRun();
    script('download', fault, 5);
    expect(await failureOf(download('CSV'))).toMatchObject({
      name: 'InvalidReportError',
      what: expect.stringMatching(what) as string,
    });
    expect(paths()).toHaveLength(tries);
  });

  test.each([
    ['a connection that is reset', 'CSV', { kind: 'reset-mid-body', bytes: 300 } as const],
    ['a connection that ends early', 'CSV', { kind: 'truncate', bytes: 300 } as const],
    ['a short JSON', 'JSON', { kind: 'short', bytes: 300 } as const],
    ['a short workbook', 'EXCEL', { kind: 'short', bytes: 3000 } as const],
    ['a ZIP that is short of its last byte', 'ZIP', { kind: 'short', bytes: -1 } as const],
    ['a short JSON at its very beginning', 'JSON', { kind: 'short', bytes: 1 } as const],
  ] as const)('is asked for again: %s', async (_what, format, fault) => {
    const { download, script, paths } = await withRun();
    const whole = await download(format);
    const bytes = fault.bytes < 0 ? whole.size + fault.bytes : fault.bytes;
    script('download', { ...fault, bytes }, 2);
    const report = await download(format);
    expect(report.sha256).toBe(whole.sha256);
    expect(paths()).toHaveLength(4);
  });

  test('is a JSON that stops in its middle, although a bracket is its last character', async () => {
    const { download, script } = await withRun();
    script(
      'download',
      { kind: 'status', status: 200, text: '{"orders":[{"id":1}', mediaType: 'text/csv' },
      5,
    );
    expect(await failureOf(download('JSON'))).toMatchObject({
      name: 'InvalidReportError',
      what: 'the JSON ends too early, after 19 bytes',
    });
  });

  test('is a report without rows, but a whole one', async () => {
    const { download, script } = await withRun();
    script('download', { kind: 'wrong-json', json: [] });
    expect(await download('JSON')).toMatchObject({ mediaType: 'application/json', size: 2 });
  });

  test('is told as the last failure when it stays so', async () => {
    const { download, script } = await withRun();
    script('download', { kind: 'short', bytes: 300 }, 5);
    expect(await failureOf(download('JSON'))).toMatchObject({
      name: 'InvalidReportError',
      what: 'the JSON ends too early, after 300 bytes',
      retryable: true,
    });
  });

  test('is a text that came in place of JSON, but not one that is announced as CSV', async () => {
    const { download, script } = await withRun();
    const text = 'Order,Name\n1,a\n';
    script('download', { kind: 'status', status: 200, text, mediaType: 'text/plain' }, 5);
    expect(await failureOf(download('JSON'))).toMatchObject({ name: 'InvalidReportError' });
    script('download', { kind: 'status', status: 200, text, mediaType: 'text/csv; charset=utf-8' });
    expect(await download('JSON')).toMatchObject({
      mediaType: 'text/csv',
      note: 'what came is CSV, although JSON was asked for',
    });
    script('download', { kind: 'status', status: 200, text, mediaType: 'text/plain' });
    expect(await download('CSV')).toMatchObject({ mediaType: 'text/csv', note: undefined });
  });

  test('is told as such, and not as what a consumer makes of it', async () => {
    const { client, ids, script } = await withRun();
    script('download', { kind: 'short', bytes: 300 }, 5);
    const wrapping = client.downloadReport({ ...ids, format: 'JSON' }, async (report) => {
      await readBytes(report).catch(() => {
        throw new Error('the disk says no');
      });
    });
    expect(await failureOf(wrapping)).toMatchObject({ name: 'InvalidReportError' });
  });

  test('does not hide what a consumer fails with', async () => {
    const { client, ids, paths } = await withRun();
    const full = new Error('the disk is full');
    const failing = client.downloadReport({ ...ids, format: 'CSV' }, () => Promise.reject(full));
    expect(await failureOf(failing)).toBe(full);
    expect(paths()).toHaveLength(1);
  });
});

describe('a download that the service has moved', () => {
  test('is followed without the key', async () => {
    const archive = zipSync({ 'orders.csv': Buffer.from('a,b\n') });
    const keys: unknown[] = [];
    const store = await startServer((request, response) => {
      keys.push(request.headers['x-dc-devkey']);
      response.writeHead(200, { 'content-type': 'binary/octet-stream' }).end(archive);
    });
    const { download, script } = await withRun();
    script('download', { kind: 'redirect', status: 302, location: `${store.url}/orders?signature=secret` });
    expect(await download('CSV')).toMatchObject({ mediaType: 'application/zip', size: archive.byteLength });
    expect(keys).toEqual([undefined]);
  });
});
