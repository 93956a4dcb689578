import type { DigicertSettings, ReportOptions } from '@security-reports/simulator';
import { describe, expect, test } from 'vitest';
import {
  type CurlAnswer,
  fillIn,
  hasCurl,
  openFolder,
  openSimulator,
  runCurl,
} from './support/sample-call.ts';

// The page's own line has the host and the path of a preview (www.digicert.com/services/v2, and no slash before
// "download"); this is the address at the top of the page, with the headers of the line.
const download = `\
curl -X GET \\
  'https://api.digicert.com/reports/v1/report/{{report_identifier}}/{{report_run_identifier}}/download?report_format={{report_format}}' \\
  -H 'Content-Type: application/json' \\
  -H 'X-DC-DEVKEY: {{api_key}}'`;

const host = 'https://api.digicert.com';
const unknown = '00000000-0000-4000-8000-000000000000';

/** Runs the sample call for a report that is ready, or with other values. */
async function runDownload(
  report: ReportOptions = {},
  values: Readonly<Record<string, string>> = {},
  settings: Partial<DigicertSettings> = {},
): Promise<CurlAnswer> {
  const { url, digicert } = await openSimulator({ digicert: settings });
  const { identifier, runIdentifiers } = digicert.addReport({
    displayName: 'Orders',
    runs: [{ rows: 3 }],
    ...report,
  });
  const call = fillIn(download, {
    [host]: url,
    '{{report_identifier}}': identifier,
    '{{report_run_identifier}}': runIdentifiers[0] ?? '',
    '{{report_format}}': 'CSV',
    '{{api_key}}': digicert.apiKey,
    ...values,
  });
  return runCurl(call, await openFolder());
}

describe.skipIf(!hasCurl)('the sample call of the report download, with curl,', () => {
  test('brings the report, named by its display name and the date', async () => {
    const answer = await runDownload();

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(/filename="Orders-\d{4}-\d\d-\d\d\.csv"/);
    expect(answer.body.trim().split('\n')).toHaveLength(1 + 3);
  });

  test.each([
    { format: 'JSON', begins: '[' },
    { format: 'ZIP', begins: 'PK' },
  ] as const)('brings it as $format, too', async ({ format, begins }) => {
    const answer = await runDownload({ formats: [format] }, { '{{report_format}}': format });

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toContain(`.${format.toLowerCase()}"`);
    expect(answer.body.slice(0, begins.length)).toBe(begins);
  });

  test('brings no content when there is none', async () => {
    expect(await runDownload({ runs: [{ noContent: true }] })).toMatchObject({ status: 200, body: '' });
  });

  // The page shows each of these answers.
  test.each([
    {
      title: 'another format than that of the report',
      run: () => runDownload({}, { '{{report_format}}': 'JSON' }),
      status: 400,
      code: 'report_format_inapplicable',
      message: 'The given report format is not applicable for the template/report.',
    },
    {
      title: 'no format',
      run: () => runDownload({}, { '{{report_format}}': '' }),
      status: 400,
      code: 'missing_mandatory_fields',
      message: 'Please provide values for mandatory fields',
    },
    {
      title: 'a wrong key',
      run: () => runDownload({}, { '{{api_key}}': 'wrong' }),
      status: 401,
      code: 'user_authentication_error',
      message: 'User is not authenticated.',
    },
    {
      title: 'a key without the permission',
      run: () => runDownload({}, {}, { keyRole: 'without-permission' }),
      status: 403,
      code: 'user_forbidden',
      message: 'User does not have the required permission.',
    },
    {
      title: 'an account without the feature',
      run: () => runDownload({}, {}, { featureEnabled: false }),
      status: 403,
      code: 'custom_reports_not_enabled',
      message: 'Custom reports is not enabled',
    },
    {
      title: 'an unknown report',
      run: () => runDownload({}, { '{{report_identifier}}': unknown }),
      status: 404,
      code: 'reports_not_found',
      message: 'Report with the given identifier does not exist.',
    },
    {
      title: 'an unknown run',
      run: () => runDownload({}, { '{{report_run_identifier}}': unknown }),
      status: 404,
      code: 'report_not_found',
      message: 'Report with the given identifier does not exist.',
    },
  ])('is refused for $title: $status $code', async ({ run, status, code, message }) => {
    const answer = await run();

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({ code, message });
  });
});
