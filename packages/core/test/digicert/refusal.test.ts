import { describe, expect, test } from 'vitest';
import { DigicertClient } from '../../src/digicert/client.ts';
import { openTransport, failureOf, readBytes } from '../support/transport.ts';
import { fetching, startCertCentral } from './support.ts';

const codes: [status: number, code: string, name: string, what: RegExp, remedy: RegExp][] = [
  [
    400,
    'report_format_inapplicable',
    'ServiceError',
    /does not come in this format/,
    /chosen when .* created/,
  ],
  [400, 'missing_mandatory_fields', 'ServiceError', /is missing/, /CSV, JSON, EXCEL and ZIP/],
  [400, 'missing_mandatory_field: report_format', 'ServiceError', /is missing/, /what the service names/],
  [400, 'invalid_report_identifier', 'ServiceError', /nothing of a value/, /report id, the run id/],
  [400, 'disabled_report_type', 'ServiceError', /switched off/, /Ask DigiCert/],
  [401, 'user_authentication_error', 'AccessError', /does not know the API key/, /was not revoked/],
  [403, 'user_forbidden', 'AccessError', /its user may not read reports/, /role Administrator/],
  [
    403,
    'custom_reports_not_enabled',
    'AccessError',
    /Report Library is not enabled/,
    /enable the Report Library/,
  ],
  [
    403,
    'access_denied|access_denied_invalid_key',
    'AccessError',
    /does not know the API key/,
    /was not revoked/,
  ],
  [403, 'access_denied', 'AccessError', /denies access/, /role Administrator/],
  [404, 'reports_not_found', 'NotFoundError', /no such report/, /report history lists both/],
  [404, 'report_not_found', 'NotFoundError', /no such report or run/, /report history lists both/],
  [429, 'request_limit_exceeded', 'ServiceError', /more requests than/, /a key of their own/],
  [401, 'unheard_of', 'AccessError', /does not know the API key/, /was not revoked/],
  [
    403,
    'unheard_of',
    'AccessError',
    /refuses the API key, or what its user may do/,
    /Report Library is enabled/,
  ],
  [429, 'unheard_of', 'ServiceError', /more requests than/, /a key of their own/],
  [404, 'unheard_of', 'NotFoundError', /knows nothing/, /base URL/],
  [400, 'unheard_of', 'ServiceError', /refused the request/, /what the service says/],
];

const shapes = {
  bare: (code: string) => ({ code, message: 'In its own words.' }),
  list: (code: string) => ({ errors: [{ code, message: 'In its own words.' }] }),
};

describe('an error of the service', () => {
  for (const [shape, shaped] of Object.entries(shapes)) {
    test.each(codes)(
      `%i %s, in the ${shape} shape, says what to do`,
      async (status, code, name, what, remedy) => {
        const { client, script } = await startCertCentral();
        script('download', { kind: 'status', status, json: shaped(code) }, 5);
        const download = { reportId: 'a', runId: 'b', format: 'CSV' } as const;
        expect(await failureOf(client.downloadReport(download, readBytes))).toMatchObject({
          name,
          what: expect.stringMatching(what) as string,
          remedy: expect.stringMatching(remedy) as string,
          status,
          vendorCode: code,
          vendorMessage: 'In its own words.',
          retryable: status === 429,
        });
      },
    );
  }

  test('is explained by what the service does, for every call', async () => {
    const { simulator, connect } = await startCertCentral();
    const { identifier } = simulator.digicert.addReport();
    const calls: ((client: DigicertClient) => Promise<unknown>)[] = [
      (client) => client.testConnection(),
      (client) => client.listReportHistory().next(),
      (client) => client.runReport(identifier),
      (client) => client.downloadReport({ reportId: identifier, runId: 'a', format: 'CSV' }, readBytes),
    ];
    // One client makes no more calls after a refusal.
    const whatHappens = async (options?: { apiKey: string }) =>
      new Set(
        (await Promise.all(calls.map((call) => failureOf(call(connect(options)))))).map(
          (error) => (error as { what: string }).what,
        ),
      );

    for (const keyRefusal of ['user_authentication_error', 'access_denied'] as const) {
      simulator.digicert.configure({ keyRefusal });
      expect(await whatHappens({ apiKey: 'another' })).toEqual(
        new Set(['the service does not know the API key']),
      );
    }
    simulator.digicert.configure({ keyRole: 'without-permission' });
    expect(await whatHappens()).toEqual(new Set(['the API key is known, but its user may not read reports']));
    simulator.digicert.configure({
      keyRole: 'administrator',
      featureEnabled: false,
      errorShape: 'errors-array',
    });
    expect(await whatHappens()).toEqual(
      new Set(['the feature Report Library is not enabled for the account']),
    );
  });

  test('about too many requests is waited out, for 5 seconds unless the service says how long', async () => {
    const { clock, simulator, client, script } = await startCertCentral();
    const started = clock.now();
    script('history', { kind: 'status', status: 429, json: shapes.bare('request_limit_exceeded') });
    await client.testConnection();
    expect(clock.now() - started).toBeGreaterThanOrEqual(5_000);
    script('run', { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    await client.runReport(simulator.digicert.addReport().identifier);
    expect(simulator.journal.list().map(({ status }) => status)).toEqual([429, 200, 429, 200]);
  });

  test('never repeats the key', async () => {
    const { simulator, client, script, connect } = await startCertCentral();
    script('history', { kind: 'echo-credential', status: 403 });
    const error = await failureOf(client.testConnection());
    expect(error).toMatchObject({ name: 'AccessError', message: expect.stringContaining('***') as string });
    expect(String(error)).not.toContain(simulator.digicert.apiKey);
    script('download', {
      kind: 'status',
      status: 200,
      text: `<html><title>${simulator.digicert.apiKey}</title>`,
    });
    const page = fetching(
      { client: connect() },
      { report: { id: simulator.digicert.addReport({ runs: [{}] }).identifier } },
    );
    const pageError = await failureOf(page.result);
    expect(String(pageError)).toContain('***');
    expect(String(pageError)).not.toContain(simulator.digicert.apiKey);
  });
});

describe('a client', () => {
  test.each([
    ['an empty key', { apiKey: '' }, 'it is empty'],
    ['a key with a line break', { apiKey: 'a\n' }, 'characters that no token has'],
    ['a base URL without https', { baseUrl: 'http://api.example.com' }, 'in clear'],
    ['a base URL that is none', { baseUrl: 'api.example.com' }, 'not an absolute URL'],
  ])('is not made of %s', (_what, options, what) => {
    const make = () =>
      new DigicertClient({
        apiKey: 'key',
        transport: openTransport(),
        clock: undefined as never,
        ...options,
      });
    expect(make).toThrow(what);
  });

  test.each(['', ' ', '.', '..'])('asks for nothing by the identifier "%s"', async (id) => {
    const { client, paths } = await startCertCentral();
    const calls = [
      client.runReport(id),
      client.downloadReport({ reportId: id, runId: 'a', format: 'CSV' }, readBytes),
      client.downloadReport({ reportId: 'a', runId: id, format: 'CSV' }, readBytes),
    ];
    for (const call of calls) expect(await failureOf(call)).toMatchObject({ name: 'InvalidInputError' });
    expect(paths()).toEqual([]);
  });
});
