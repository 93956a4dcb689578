import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { ReportHistoryFilter } from '../../src/digicert/client.ts';
import { findReportId } from '../../src/digicert/report-lookup.ts';
import { startServer } from '../support/servers.ts';
import { failureOf, readBytes } from '../support/transport.ts';
import { listed, startCertCentral } from './support.ts';

function row(run: string, more: Record<string, string | number | null> = {}) {
  return { report_identifier: 'r', report_run_identifier: run, status: 'READY', ...more };
}

describe('the report history', () => {
  test('tells all that is known of a run', async () => {
    const { simulator, client } = await startCertCentral();
    const started = Math.floor((simulator.now() - 7_200_000) / 1000) * 1000;
    const { identifier, runIdentifiers } = simulator.digicert.addReport({
      displayName: 'All orders',
      type: 'audit-logs',
      schedule: 'MONTHLY',
      formats: ['CSV', 'JSON'],
      runs: [{ startedSecondsAgo: (simulator.now() - started) / 1000, generationSeconds: 60, splitCount: 3 }],
    });
    const [run, ...others] = await listed(client.listReportHistory());
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      reportId: identifier,
      runId: runIdentifiers[0],
      displayName: 'All orders',
      status: 'READY',
      formats: ['CSV', 'JSON'],
      splitCount: 3,
      startedAt: started,
      endedAt: started + 60_000,
      type: 'audit-logs',
      schedule: 'MONTHLY',
    });
    expect(run?.createdAt).toBeLessThan(started);
    expect(run?.answer['created_by_user_name']).toBeTypeOf('string');
  });

  test('reads dates as UTC', async () => {
    const { client, script } = await startCertCentral();
    const dates = {
      report_start_date: '2021-01-13 09:15:37',
      created_date: 'yesterday',
      report_end_date: null,
    };
    script('history', {
      kind: 'wrong-json',
      json: { page: { total: 1 }, report_history: [row('a', dates)] },
    });
    const [run] = await listed(client.listReportHistory());
    expect(run).toMatchObject({
      startedAt: Date.UTC(2021, 0, 13, 9, 15, 37),
      createdAt: undefined,
      endedAt: undefined,
    });
  });

  test('has a row for a report that has not run', async () => {
    const { simulator, client } = await startCertCentral();
    simulator.digicert.addReport();
    expect(await listed(client.listReportHistory())).toMatchObject([
      { runId: undefined, status: 'SCHEDULED', startedAt: undefined },
    ]);
  });

  test('is read page by page, each run once, the newest first', async () => {
    const { simulator, client, paths } = await startCertCentral();
    simulator.digicert.addReport({
      runs: Array.from({ length: 250 }, (_, index) => ({
        runIdentifier: `run ${index}`,
        startedSecondsAgo: index * 10,
      })),
    });
    const runs = await listed(client.listReportHistory());
    expect(runs.map(({ runId }) => runId)).toEqual(Array.from({ length: 250 }, (_, index) => `run ${index}`));
    expect(paths().map((path) => new URLSearchParams(path.split('?')[1]).get('offset'))).toEqual([
      '0',
      '100',
      '200',
    ]);
    expect(paths()[0]).toContain('sort_by=report_start_date&sort_direction=DESC');
  });

  test.each([204, 200])('is empty when the answer is %i without content', async (status) => {
    const { client, script } = await startCertCentral();
    script('history', { kind: 'status', status });
    expect(await listed(client.listReportHistory())).toEqual([]);
  });

  test('is named in its errors, with the report that it is asked for', async () => {
    const { client, script } = await startCertCentral();
    script('history', { kind: 'wrong-json', json: { rows: [] } }, 3);
    const failures = [
      [client.listReportHistory(), 'of all reports'],
      [client.listReportHistory({ displayName: 'Orders' }), 'Orders'],
    ] as const;
    for (const [listing, subject] of failures) {
      expect(await failureOf(listed(listing))).toMatchObject({
        subject,
        message: expect.stringMatching(
          new RegExp(`^DigiCert CertCentral, list report history ${subject}: .+\\. Check that the base URL`),
        ) as string,
      });
    }
    expect(await failureOf(findReportId(client, { displayName: 'Orders' }))).toMatchObject({
      subject: 'Orders',
    });
  });

  test('is not asked for again once nobody wants more of it', async () => {
    const { simulator, client, paths } = await startCertCentral();
    simulator.digicert.addReport({ runs: Array.from({ length: 150 }, () => ({})) });
    for await (const run of client.listReportHistory()) {
      expect(run.status).toBe('READY');
      break;
    }
    expect(paths()).toHaveLength(1);
  });

  test.each<[string, ReportHistoryFilter, string[]]>([
    ['name', { displayName: 'two' }, ['b']],
    ['status', { status: ['FAILED', 'GENERATING'] }, ['b', 'c']],
    ['schedule', { schedule: ['WEEKLY'] }, ['c']],
    ['type', { reportType: ['domains', 'users'] }, ['b', 'c']],
    ['a part of the name', { search: 'O' }, ['a', 'b']],
    ['nothing', { displayName: '', search: '', status: [] }, ['a', 'b', 'c']],
    ['all at once', { status: ['FAILED'], reportType: ['users'] }, []],
  ])('is filtered by %s', async (_what, filter, expected) => {
    const { simulator, client } = await startCertCentral();
    const { digicert } = simulator;
    digicert.addReport({ displayName: 'one', runs: [{ runIdentifier: 'a' }] });
    digicert.addReport({
      displayName: 'two',
      type: 'domains',
      runs: [{ runIdentifier: 'b', status: 'FAILED' }],
    });
    digicert.addReport({
      displayName: 'last',
      type: 'users',
      schedule: 'WEEKLY',
      runs: [{ runIdentifier: 'c', status: 'GENERATING' }],
    });
    const runs = await listed(client.listReportHistory(filter));
    expect(runs.map(({ runId }) => runId).toSorted()).toEqual(expected);
  });

  test('lists a row once that a newer one has moved to the next page', async () => {
    const { client, script } = await startCertCentral();
    const pages = [[row('a'), row('b')], [row('b'), row('c')], [row('d')]];
    for (const rows of pages) {
      script('history', { kind: 'wrong-json', json: { page: { total: 5 }, report_history: rows } });
    }
    const runs = await listed(client.listReportHistory());
    expect(runs.map(({ runId }) => runId)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('ends when a service gives the same page again and again, or tells no total', async () => {
    const { client, script, paths } = await startCertCentral();
    script('history', { kind: 'wrong-json', json: { page: {}, report_history: [row('a')] } }, 9);
    expect(await listed(client.listReportHistory())).toHaveLength(1);
    expect(paths()).toHaveLength(2);
  });

  test('leaves out what is no row, and takes what is odd as it is', async () => {
    const { client, script } = await startCertCentral();
    const rows = [
      null,
      'a',
      {},
      { report_identifier: 'r' },
      row('b', { status: 'ARCHIVED', format: 'csv', split_report_count: -1 }),
    ];
    script('history', { kind: 'wrong-json', json: { page: null, report_history: rows } });
    script('history', { kind: 'wrong-json', json: { report_history: [] } });
    expect(await listed(client.listReportHistory())).toMatchObject([
      { runId: 'b', status: 'ARCHIVED', formats: ['CSV'], splitCount: 0, displayName: '' },
    ]);
  });

  test('leaves out an identifier that could change a log, or would fill it', async () => {
    const { client, script } = await startCertCentral();
    const rows = [
      row('a', { report_identifier: 'r\u001b[31m' }),
      row('b', { report_identifier: 'r'.repeat(129) }),
      row('c\u202e'),
    ];
    script('history', { kind: 'wrong-json', json: { page: { total: 3 }, report_history: rows } });
    expect(await listed(client.listReportHistory())).toMatchObject([{ reportId: 'r', runId: undefined }]);
  });

  test('keeps every digit of an identifier that comes as a number', async () => {
    const { client, script } = await startCertCentral();
    const text =
      '{"page":{"total":1},"report_history":[{"report_identifier":12345678901234567890,"status":"READY"}]}';
    script('history', { kind: 'status', status: 200, text });
    expect(await listed(client.listReportHistory())).toMatchObject([{ reportId: '12345678901234567890' }]);
  });

  test.each([
    ['another shape', { kind: 'wrong-json', json: { reports: [] } } as const, /unknown shape/],
    ['a login page', { kind: 'login-page' } as const, /web page/],
    ['garbage', { kind: 'garbage-json' } as const, /not JSON/],
    ['too much', { kind: 'huge-body', bytes: 'endless' } as const, /larger than 32000000 bytes/],
  ])('is no history in %s', async (_what, fault, what) => {
    const { client, script } = await startCertCentral();
    script('history', fault, 5);
    expect(await failureOf(client.testConnection())).toMatchObject({
      name: 'ServiceError',
      what: expect.stringMatching(what) as string,
    });
  });
});

describe('a test of the connection', () => {
  test.each(['', '/', '/reports/v1', '/reports/v1/'])(
    'takes a base URL that ends in "%s"',
    async (ending) => {
      const { simulator, connect } = await startCertCentral();
      await connect({ baseUrl: `${simulator.url}${ending}` }).testConnection();
      expect(simulator.journal.list({ route: 'digicert.report.history' })).toHaveLength(1);
    },
  );

  test('asks for one row', async () => {
    const { client, paths } = await startCertCentral();
    await client.testConnection();
    expect(paths()).toEqual([expect.stringContaining('/reports/v1/report/history?offset=0&limit=1&')]);
  });
});

describe('starting a run', () => {
  test('makes the call once', async () => {
    const { simulator, client } = await startCertCentral();
    const { identifier } = simulator.digicert.addReport();
    await client.runReport(identifier);
    expect(simulator.digicert.listReports()[0]?.runIdentifiers).toHaveLength(1);
    expect(simulator.journal.list()).toMatchObject([
      { method: 'POST', path: `/reports/v1/report/${identifier}/run` },
    ]);
  });

  test.each([
    ['no body', { kind: 'status', status: 204 } as const],
    ['a body that breaks off', { kind: 'reset-mid-body', bytes: 1 } as const],
    ['a text', { kind: 'status', status: 202, text: 'ok' } as const],
  ])('succeeds with %s in the answer', async (_what, fault) => {
    const { simulator, client, script, paths } = await startCertCentral();
    const { identifier } = simulator.digicert.addReport();
    script('run', fault);
    await client.runReport(identifier);
    expect(paths()).toHaveLength(1);
  });

  test.each([
    ['the connection broke', { kind: 'reset', handled: true } as const],
    ['the service failed', { kind: 'status', status: 502 } as const],
    ['no answer came', { kind: 'hang' } as const],
  ])('is not repeated when %s, and says that it may have begun', async (_what, fault) => {
    const timeouts = { connect: 60_000, headers: 1000, body: 1000 };
    const { simulator, client, script, paths } = await startCertCentral({ timeouts });
    const { identifier } = simulator.digicert.addReport();
    script('run', fault);
    expect(await failureOf(client.runReport(identifier))).toMatchObject({
      name: 'UncertainSubmissionError',
      subject: identifier,
      what: expect.stringContaining('may have been started') as string,
      remedy: expect.stringContaining('latest run') as string,
    });
    expect(paths()).toHaveLength(1);
  });

  test('is certainly not begun when a login page came, or the report is unknown', async () => {
    const { client, script, paths } = await startCertCentral();
    script('run', { kind: 'login-page' });
    expect(await failureOf(client.runReport('a'))).toMatchObject({ name: 'ServiceError' });
    expect(await failureOf(client.runReport('a'))).toMatchObject({ name: 'NotFoundError' });
    expect(paths()).toHaveLength(2);
  });
});

test('every request says that it is about JSON, as the samples of the vendor do, and other origins do not get it', async () => {
  const received: (readonly [path: string, contentType: string | undefined])[] = [];
  const keep = ({ url, headers }: IncomingMessage): void => {
    received.push([url?.split('?')[0] ?? '', headers['content-type']]);
  };
  const store = await startServer((request, response) => {
    keep(request);
    response.end('a,b\n1,2\n');
  });
  const service = await startServer((request, response) => {
    keep(request);
    const isDownload = request.url?.includes('/download') === true;
    if (isDownload) response.writeHead(302, { location: `${store.url}/file.csv` }).end();
    else response.end('{"page":{"total":0},"report_history":[]}');
  });
  const { connect } = await startCertCentral();
  const client = connect({ baseUrl: service.url });
  await listed(client.listReportHistory());
  await client.runReport('r');
  await client.downloadReport({ reportId: 'r', runId: 'n', format: 'CSV' }, readBytes);
  expect(received).toEqual([
    ['/reports/v1/report/history', 'application/json'],
    ['/reports/v1/report/r/run', 'application/json'],
    ['/reports/v1/report/r/n/download', 'application/json'],
    ['/file.csv', undefined],
  ]);
});
