import type { Fault } from '@security-reports/simulator';
import { describe, expect } from 'vitest';
import { filesIn, test } from './support/step.ts';

const service = 'digicert';

interface ErrorCode {
  readonly status: number;
  readonly code: string;
  readonly ends: 'missing' | 'failed';
  /** What the user is told to do. */
  readonly remedy: RegExp;
}

/** The documented codes, and that of the sister API for a key it does not know. */
const errorCodes: readonly ErrorCode[] = [
  {
    status: 400,
    code: 'report_format_inapplicable',
    ends: 'failed',
    remedy: /Ask for the format that was chosen/,
  },
  {
    status: 400,
    code: 'missing_mandatory_fields',
    ends: 'failed',
    remedy: /Give a report id, a run id, and one of/,
  },
  {
    status: 400,
    code: 'missing_mandatory_field: report_format',
    ends: 'failed',
    remedy: /Give what the service names/,
  },
  {
    status: 400,
    code: 'invalid_report_identifier',
    ends: 'failed',
    remedy: /Check the report id.*the code names the value/,
  },
  { status: 400, code: 'disabled_report_type', ends: 'failed', remedy: /Ask DigiCert to switch the type on/ },
  {
    status: 401,
    code: 'user_authentication_error',
    ends: 'failed',
    remedy: /Check that the key is complete/,
  },
  { status: 403, code: 'user_forbidden', ends: 'failed', remedy: /role Administrator/ },
  { status: 403, code: 'custom_reports_not_enabled', ends: 'failed', remedy: /enable the Report Library/ },
  {
    status: 403,
    code: 'access_denied|access_denied_invalid_key',
    ends: 'failed',
    remedy: /Check that the key is complete/,
  },
  {
    status: 403,
    code: 'access_denied',
    ends: 'failed',
    remedy: /Check the key first, and then .* Administrator/,
  },
  { status: 404, code: 'reports_not_found', ends: 'missing', remedy: /Check the report id and the run id/ },
  { status: 404, code: 'report_not_found', ends: 'missing', remedy: /Check the report id and the run id/ },
];

const shapes = {
  'as the seed has it': (error: { code: string; message: string }) => error,
  'as the Services API has it': (error: { code: string; message: string }) => ({ errors: [error] }),
};

describe('the error code', { concurrent: true }, () => {
  const rows = errorCodes.flatMap((error) =>
    (Object.keys(shapes) as (keyof typeof shapes)[]).map((shape) => [error.code, shape, error] as const),
  );

  test.for(rows)(
    '%s, %s, ends in the right state with what to do',
    async ([, shape, error], { simulator, workspace, runStep }) => {
      const { status, code, ends, remedy } = error;
      const { identifier, runIdentifiers } = simulator.digicert.addReport({
        displayName: 'Orders',
        runs: [{}],
      });
      const fault: Fault = {
        kind: 'status',
        status,
        json: shapes[shape]({ code, message: 'The words of the vendor.' }),
      };
      const about = [
        [
          'report-id',
          identifier,
          'digicert.report.download',
          { reportId: identifier, runId: runIdentifiers[0] },
        ],
        ['report-name', 'Orders', 'digicert.report.history', {}],
      ] as const;
      for (const [input, subject, route, known] of about) {
        simulator.faults.clear();
        simulator.faults.script({ route, times: 'always', fault });
        const step = await runStep({ service, [input]: subject });
        expect(step.exitCode).toBe(1);
        expect(step.reports).toEqual([
          { service, subject, state: ends, message: expect.stringMatching(remedy) as string, ...known },
        ]);
        expect(step.reports[0]?.message).toContain(`(HTTP ${status}, ${code}, "The words of the vendor.")`);
      }
      // A refusal is no reason to ask again.
      expect(simulator.journal.list({ route: 'digicert.report.download' })).toHaveLength(1);
      expect(await filesIn(workspace)).toEqual([]);
    },
  );

  test.for(Object.keys(shapes) as (keyof typeof shapes)[])(
    'request_limit_exceeded, %s, is waited for, and says what to do when it lasts',
    async (shape, { simulator, runStep }) => {
      const { identifier } = simulator.digicert.addReport({ runs: [{}] });
      const json = shapes[shape]({ code: 'request_limit_exceeded', message: 'Too many.' });
      simulator.faults.script({
        route: 'digicert.report.download',
        fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' }, json },
      });
      const passing = await runStep({ service, 'report-id': identifier });
      expect(passing.reports[0]?.state).toBe('ready');

      simulator.faults.script({
        route: 'digicert.report.download',
        times: 'always',
        // Longer than the step may take, so that it does not wait.
        fault: { kind: 'status', status: 429, headers: { 'retry-after': '3600' }, json },
      });
      const lasting = await runStep({ service, 'report-id': identifier, timeout: '60s' });
      expect(lasting.reports[0]?.state).toBe('failed');
      expect(lasting.reports[0]?.message).toMatch(/request_limit_exceeded.*a key of their own/);
    },
  );
});

describe('a fault that passes', { concurrent: true }, () => {
  const passing: readonly Fault[] = [
    { kind: 'delay', ms: 200 },
    { kind: 'drip', bytes: 500, pauseMs: 5 },
    { kind: 'status', status: 408 },
    { kind: 'status', status: 500, json: { errors: [{ code: 'internal_error', message: 'Oops.' }] } },
    { kind: 'status', status: 502, text: '<html><title>Bad gateway</title></html>', mediaType: 'text/html' },
    { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
    { kind: 'status', status: 504 },
    { kind: 'reset' },
    { kind: 'reset-mid-body', bytes: 100 },
    { kind: 'truncate', bytes: 100 },
  ];

  test.for(passing)('does no harm: %j', async (fault, { simulator, workspace, runStep }) => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    simulator.faults.script({ route: 'digicert.report.history', fault });
    simulator.faults.script({ route: 'digicert.report.download', fault });
    const step = await runStep({ service, 'report-id': identifier });
    for (const route of ['digicert.report.history', 'digicert.report.download'] as const)
      expect(simulator.journal.list({ route })[0]?.fault).toBe(fault.kind);
    expect(step.reports.map(({ state }) => state)).toEqual(['ready']);
    expect(await filesIn(workspace)).toEqual([step.reports[0]?.path]);
  });
});

describe('a fault that lasts', { concurrent: true }, () => {
  const page = {
    kind: 'status',
    status: 200,
    text: '<!doctype html><title>Hi</title>',
    mediaType: 'text/csv',
  } as const;
  const lasting: readonly (readonly [string, Fault, string, RegExp])[] = [
    ['history', { kind: 'login-page' }, 'failed', /a web page titled 'Sign in'/],
    ['history', { kind: 'wrong-json', json: { rows: [] } }, 'failed', /unknown shape/],
    ['history', { kind: 'huge-body', bytes: 'endless' }, 'failed', /larger than 32000000 bytes/],
    [
      'history',
      { kind: 'redirect', status: 302, location: 'http://example.com/' },
      'failed',
      /not safe to follow/,
    ],
    ['history', { kind: 'garbage-json' }, 'timeout', /not JSON/],
    ['history', { kind: 'status', status: 503 }, 'timeout', /cannot answer for now/],
    ['history', { kind: 'hang' }, 'timeout', /not there in time/],
    ['history', { kind: 'wrong-json', json: { report_history: [] } }, 'missing', /does not list the report/],
    ['history', { kind: 'status', status: 204 }, 'missing', /does not list the report/],
    ['download', { kind: 'partial', bytes: 200 }, 'failed', /only a part of the report arrived/],
    [
      'download',
      { kind: 'wrong-json', json: { detail: 'Not found.' } },
      'failed',
      /no report came, but .*Not found/,
    ],
    ['download', { kind: 'wrong-json', json: null }, 'failed', /no report came, but .*null/],
    ['download', { kind: 'login-page' }, 'failed', /no report came, but a web page titled 'Sign in'/],
    ['download', page, 'failed', /no report came, but a web page titled 'Hi'/],
    [
      'download',
      { kind: 'wrong-json', json: { code: 'oops', message: 'Sorry.' } },
      'failed',
      /no report came, but .*Sorry/,
    ],
    [
      'download',
      { kind: 'redirect', status: 302, location: 'http://example.com/' },
      'failed',
      /not safe to follow/,
    ],
    ['download', { kind: 'status', status: 200 }, 'missing', /has no data/],
    ['download', { kind: 'status', status: 204 }, 'missing', /has no data/],
    ['download', { kind: 'short', bytes: 0 }, 'missing', /has no data/],
    ['download', { kind: 'hang' }, 'timeout', /ready, downloading/],
    ['download', { kind: 'stall', bytes: 100 }, 'timeout', /ready, downloading/],
    ['download', { kind: 'huge-body', bytes: 'endless' }, 'timeout', /ready, downloading/],
    [
      'run',
      { kind: 'status', status: 403, json: { code: 'user_forbidden', message: 'No.' } },
      'failed',
      /Administrator/,
    ],
    [
      'run',
      { kind: 'status', status: 404, json: { code: 'report_not_found', message: 'No.' } },
      'missing',
      /Check the report id/,
    ],
    ['run', { kind: 'status', status: 500 }, 'failed', /may have been started all the same/],
    ['run', { kind: 'reset' }, 'failed', /may have been started all the same/],
    ['run', { kind: 'hang' }, 'failed', /may have been started all the same/],
    ['run', { kind: 'redirect', status: 307, location: '/' }, 'failed', /must not be sent twice/],
  ];

  test.for(lasting)(
    'of the call %s (%j) ends as %s',
    async ([call, fault, state, says], { simulator, workspace, runStep }) => {
      const { identifier } = simulator.digicert.addReport({ runs: [{}] });
      const route = `digicert.report.${call}` as 'digicert.report.history';
      simulator.faults.script({ route, times: 'always', fault });
      // A second request shows that the step got the answer to the first one.
      const requests = call === 'history' && fault.kind !== 'hang' ? 2 : 1;
      const isTimeUp = () => simulator.journal.list({ route }).length >= requests;

      const step = await runStep(
        { service, 'report-id': identifier, run: String(call === 'run') },
        state === 'timeout' || fault.kind === 'hang' ? { timeUpWhen: isTimeUp } : {},
      );

      expect(step.exitCode).toBe(1);
      expect(step.reports.map((report) => [report.subject, report.state])).toEqual([[identifier, state]]);
      expect(step.reports[0]?.message).toMatch(says);
      expect(await filesIn(workspace)).toEqual([]);
      if (call === 'run') expect(simulator.journal.list({ route })).toHaveLength(1);
    },
  );
});
