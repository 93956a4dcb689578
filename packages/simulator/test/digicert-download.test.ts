import type { ReportFormat, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonOf } from './client.ts';
import { addDownload, askReport, download, startRun, unzip } from './digicert-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const today = () => new Date(simulator.now()).toISOString().slice(0, 10);
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const refused = async (path: string, format = 'CSV', more = '') => {
  const answer = await download(simulator, path, format, more);
  return [answer.status, (jsonOf(answer) as { code: string }).code];
};

describe('a small report', () => {
  test.each([
    ['CSV', 'text/csv; charset=utf-8', 'csv', 'record,report'],
    ['JSON', 'application/json', 'json', '[\n{"record"'],
    ['EXCEL', xlsx, 'xlsx', 'PK\x03\x04'],
    ['ZIP', 'application/zip', 'zip', 'PK\x03\x04'],
  ])('arrives as %s', async (format, mediaType, extension, beginning) => {
    const answer = await download(simulator, addDownload(simulator), format);
    expect(answer).toMatchObject({ status: 200, error: undefined });
    expect(answer.headers['content-type']).toBe(mediaType);
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="Orders-${today()}.${extension}"`,
    );
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
    expect(answer.body.subarray(0, beginning.length).toString('latin1')).toBe(beginning);
  });

  test('is in a ZIP as the file that it would be alone', async () => {
    const path = addDownload(simulator);
    const [only, ...others] = await unzip((await download(simulator, path, 'ZIP')).body);
    expect(others).toEqual([]);
    expect(only?.name).toBe('Orders.csv');
    expect(only?.content.equals((await download(simulator, path, 'CSV')).body)).toBe(true);
  });

  test.each([
    [['JSON'], 'Orders.json'],
    [['ZIP', 'EXCEL'], 'Orders.xlsx'],
    [['ZIP'], 'Orders.csv'],
  ] as const)('of the formats %j is in a ZIP as %s', async (formats, name) => {
    const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', formats });
    const { runIdentifier } = simulator.digicert.addRun(identifier);
    const { body } = await download(simulator, `/${identifier}/${runIdentifier}/download`, 'ZIP');
    expect((await unzip(body)).map((unpacked) => unpacked.name)).toEqual([name]);
  });

  test('is named for the day of the download, on the clock of the simulator', async () => {
    const path = addDownload(simulator);
    simulator.advance(86_400 * 40);
    expect((await download(simulator, path, 'CSV')).headers['content-disposition']).toContain(today());
    expect(today()).not.toBe(new Date().toISOString().slice(0, 10));
  });
});

describe('a report of more than 2 MB', () => {
  test.each([
    ['CSV', 'csv'],
    ['JSON', 'json'],
    ['EXCEL', 'xlsx'],
  ])('arrives as a ZIP, also when %s was asked for', async (format, extension) => {
    const answer = await download(simulator, addDownload(simulator, { bytes: 2_100_000 }), format);
    expect(answer.headers['content-type']).toBe('application/zip');
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="Orders-${today()}.zip"`);
    const [only] = await unzip(answer.body);
    expect(only?.name).toBe(`Orders.${extension}`);
    expect(only?.content.length).toBeGreaterThanOrEqual(2_100_000);
    expect(only?.content.length).toBeLessThan(2_110_000);
  });

  test.each(['CSV', 'JSON', 'EXCEL'])('begins just above that: %s of less arrives alone', async (format) => {
    const { headers, body } = await download(simulator, addDownload(simulator, { bytes: 1_900_000 }), format);
    expect(headers['content-type']).not.toBe('application/zip');
    expect(body.length).toBeGreaterThanOrEqual(1_900_000);
    expect(body.length).toBeLessThan(2_000_000);
  });
});

describe('a split report', () => {
  test('arrives part by part, each in a ZIP, the records running on', async () => {
    const path = addDownload(simulator, { splitCount: 3, rows: 10 });
    const records: number[] = [];
    for (const part of [0, 1, 2]) {
      const answer = await download(simulator, path, 'JSON', `&split_report_sequence=${part}`);
      expect(answer.headers['content-type']).toBe('application/zip');
      expect(answer.headers['content-disposition']).toContain(`filename="Orders-${today()}-${part}.zip"`);
      const [only] = await unzip(answer.body);
      expect(only?.name).toBe(`Orders-${part}.json`);
      const rows = JSON.parse(only?.content.toString() ?? '') as { record: number; part: number }[];
      expect(new Set(rows.map((row) => row.part))).toEqual(new Set([part]));
      records.push(...rows.map(({ record }) => record));
    }
    expect(records).toEqual(Array.from({ length: 30 }, (_, index) => 1_000_000_000 + index));
  });

  test('gives its first part to those who do not ask for one', async () => {
    const path = addDownload(simulator, { splitCount: 2 });
    const [unasked, first] = [
      await download(simulator, path, 'CSV'),
      await download(simulator, path, 'CSV', '&split_report_sequence=0'),
    ];
    expect(unasked.body.equals(first.body)).toBe(true);
  });

  test.each(['2', '-1', 'x', '1.0', ''])('has no part %j', async (sequence) => {
    expect(
      await refused(addDownload(simulator, { splitCount: 2 }), 'CSV', `&split_report_sequence=${sequence}`),
    ).toEqual([400, 'invalid_split_report_sequence']);
  });

  test('is not what a report in one piece is', async () => {
    const path = addDownload(simulator);
    expect((await download(simulator, path, 'CSV', '&split_report_sequence=0')).headers['content-type']).toBe(
      'text/csv; charset=utf-8',
    );
    expect(await refused(path, 'CSV', '&split_report_sequence=1')).toEqual([
      400,
      'invalid_split_report_sequence',
    ]);
  });
});

describe('the headers', () => {
  const disposition = async (contentDisposition: boolean | string | undefined, displayName = 'Orders') =>
    (
      await download(
        simulator,
        addDownload(simulator, contentDisposition === undefined ? {} : { contentDisposition }, displayName),
        'CSV',
      )
    ).headers['content-disposition'];

  test('can do without a name', async () => {
    expect(await disposition(false)).toBeUndefined();
  });

  test.each([
    `attachment; filename="fallback.csv"; filename*=UTF-8''%E5%A0%B1%E5%91%8A.csv`,
    'attachment; filename=../../etc/passwd',
    'inline',
    'attachment; filename="',
  ])('can name the file by %s', async (value) => {
    expect(await disposition(value)).toBe(value);
  });

  test('name the file after the report, whatever it is called', async () => {
    expect(await disposition(true, 'a "b" \\ c')).toBe(
      `attachment; filename="a \\"b\\" \\\\ c-${today()}.csv"`,
    );
    expect(await disposition(undefined, "報告 (ü)'\n")).toBe(
      `attachment; filename="__ (_)'_-${today()}.csv"; ` +
        `filename*=UTF-8''%E5%A0%B1%E5%91%8A%20%28%C3%BC%29%27%0A-${today()}.csv`,
    );
  });

  test('can give another media type', async () => {
    const path = addDownload(simulator, { contentType: 'application/octet-stream' });
    expect((await download(simulator, path, 'CSV')).headers['content-type']).toBe('application/octet-stream');
  });

  test('lead an entry of a ZIP into no folder', async () => {
    const path = addDownload(simulator, {}, '../a\\b:c\n');
    const [only] = await unzip((await download(simulator, path, 'ZIP')).body);
    expect(only?.name).toBe('.._a_b_c_.csv');
  });
});

test('a report without data is a 200 without content', async () => {
  const path = addDownload(simulator, { noContent: true });
  for (const format of ['CSV', 'ZIP']) {
    const answer = await download(simulator, path, format);
    expect(answer).toMatchObject({ status: 200, error: undefined });
    expect(answer.body).toHaveLength(0);
    expect(answer.headers['content-length']).toBe('0');
    expect(answer.headers).not.toHaveProperty('content-type');
    expect(answer.headers).not.toHaveProperty('content-disposition');
  }
});

describe('a download is refused', () => {
  const only = (...formats: ReportFormat[]) => {
    const { identifier } = simulator.digicert.addReport({ formats });
    return `/${identifier}/${simulator.digicert.addRun(identifier).runIdentifier}/download`;
  };

  test('in a format that the report does not have', async () => {
    const path = only('JSON');
    expect(await refused(path, 'CSV')).toEqual([400, 'report_format_inapplicable']);
    expect(await refused(path, 'EXCEL')).toEqual([400, 'report_format_inapplicable']);
    expect((await download(simulator, path, 'JSON')).status).toBe(200);
  });

  test.each(['PDF', 'csv', 'XLSX'])('in the unknown format %s', async (format) => {
    expect(await refused(only('CSV'), format)).toEqual([400, 'report_format_inapplicable']);
  });

  test('as a ZIP only where the setting says so', async () => {
    expect((await download(simulator, only('CSV'), 'ZIP')).status).toBe(200);
    simulator.digicert.configure({ zipForEveryReport: false });
    expect(await refused(only('CSV'), 'ZIP')).toEqual([400, 'report_format_inapplicable']);
    expect((await download(simulator, only('CSV', 'ZIP'), 'ZIP')).status).toBe(200);
  });

  test('without a format', async () => {
    const path = only('CSV');
    const answer = await askReport(simulator, path);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toEqual({
      code: 'missing_mandatory_fields',
      message: 'Please provide values for mandatory fields',
    });
    expect(await refused(path, '')).toEqual([400, 'missing_mandatory_fields']);
  });

  test('of an unknown report, and of an unknown run', async () => {
    const { identifier } = simulator.digicert.addReport();
    expect(await refused(`/nowhere/nothing/download`)).toEqual([404, 'reports_not_found']);
    expect(await refused(`/${identifier}/nothing/download`)).toEqual([404, 'report_not_found']);
  });

  test.each(['SCHEDULED', 'GENERATING', 'FAILED'] as const)('of a run that is %s', async (status) => {
    expect(await refused(addDownload(simulator, { status }))).toEqual([404, 'report_not_found']);
  });

  test('until the run is READY', async () => {
    const { identifier } = simulator.digicert.addReport();
    await startRun(simulator, identifier);
    const run = simulator.digicert.listReports()[0]?.runIdentifiers[0] ?? '';
    const path = `/${identifier}/${run}/download`;
    expect(await refused(path)).toEqual([404, 'report_not_found']);
    simulator.advance(3);
    expect((await download(simulator, path, 'CSV')).status).toBe(200);
  });
});
