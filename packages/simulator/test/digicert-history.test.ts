import type { Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonOf } from './client.ts';
import { askReport, history } from './digicert-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

/** The name and the run of each row. */
const found = async (query = '') =>
  (await history(simulator, query)).report_history.map(
    (row) =>
      `${row['report_display_name']?.toString() ?? ''}/${row['report_run_identifier']?.toString() ?? '-'}`,
  );
const date = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

describe('the history', () => {
  test('of an empty library is empty', async () => {
    expect(await history(simulator)).toEqual({
      page: { total: 0, limit: 100, offset: 0 },
      report_history: [],
    });
  });

  test('of an empty library can be an answer without content', async () => {
    simulator.digicert.configure({ emptyHistory: 'no-content' });
    const answer = await askReport(simulator, '/history');
    expect(answer).toMatchObject({ status: 204, body: Buffer.alloc(0) });
    simulator.digicert.addReport();
    expect((await askReport(simulator, '/history')).status).toBe(200);
  });

  test('lists a report beside its runs, or after its schedule was deleted its runs alone', async () => {
    const runs = [{ runIdentifier: 'run' }];
    simulator.digicert.addReport({ displayName: 'kept', listedBesideRuns: true, runs });
    simulator.digicert.addReport({ displayName: 'gone', scheduleDeleted: true, runs });
    expect(await found()).toEqual(['kept/-', 'kept/run', 'gone/run']);
  });

  test('says of a run what the vendor says, and nothing else', async () => {
    simulator.digicert.addReport({
      displayName: 'Weekly orders',
      identifier: '00000000-0000-0000-0000-000000000000',
      schedule: 'WEEKLY',
      formats: ['CSV', 'JSON'],
      runs: [
        {
          runIdentifier: '11111111-1111-1111-1111-11111111',
          startedSecondsAgo: 100,
          generationSeconds: 11,
          splitCount: 3,
        },
      ],
    });
    const now = simulator.now();
    const { report_history: rows } = await history(simulator);
    const begin = Date.parse(`${String(rows[0]?.['report_start_date'])}Z`);
    expect(rows).toEqual([
      {
        report_display_name: 'Weekly orders',
        report_identifier: '00000000-0000-0000-0000-000000000000',
        report_run_identifier: '11111111-1111-1111-1111-11111111',
        created_by_user_id: expect.any(Number) as number,
        created_by_user_name: expect.any(String) as string,
        created_date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
        report_type: 'orders',
        report_type_display_name: 'Orders',
        report_start_date: date(begin),
        report_end_date: date(begin + 11_000),
        schedule: 'WEEKLY',
        format: ['CSV', 'JSON'],
        status: 'READY',
        manually_triggered: false,
        split_report_count: 3,
      },
    ]);
    expect(Math.abs(now - 100_000 - begin)).toBeLessThan(2000);
    expect(String(rows[0]?.['created_date']) < date(begin)).toBe(true);
  });

  test('has a row without a run for a report that has not run', async () => {
    simulator.digicert.addReport({ displayName: 'New' });
    const { page, report_history: rows } = await history(simulator);
    expect(page.total).toBe(1);
    expect(rows[0]).toMatchObject({ report_display_name: 'New', status: 'SCHEDULED', split_report_count: 0 });
    for (const key of ['report_run_identifier', 'report_start_date', 'report_end_date'])
      expect(rows[0]).not.toHaveProperty(key);
  });

  test('names the type as the vendor does', async () => {
    simulator.digicert.addReport({ type: 'balance-history' });
    expect((await history(simulator)).report_history).toMatchObject([
      { report_type: 'balance-history', report_type_display_name: 'Balance history' },
    ]);
  });
});

describe('pages', () => {
  const names = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `n${from + index}/-`);
  beforeEach(() => {
    for (let index = 0; index < 130; index += 1) simulator.digicert.addReport({ displayName: `n${index}` });
  });

  test('have 100 rows unless asked otherwise', async () => {
    expect((await history(simulator)).page).toEqual({ total: 130, limit: 100, offset: 0 });
    expect(await found()).toEqual(names(0, 100));
    expect(await found('?offset=100')).toEqual(names(100, 130));
  });

  test('begin and end where they are asked to', async () => {
    expect((await history(simulator, '?offset=125&limit=3')).page).toEqual({
      total: 130,
      limit: 3,
      offset: 125,
    });
    expect(await found('?offset=125&limit=3')).toEqual(names(125, 128));
    expect(await found('?offset=128&limit=1000')).toEqual(names(128, 130));
    expect(await found('?offset=130')).toEqual([]);
  });

  test('count what the filters leave', async () => {
    expect((await history(simulator, '?search=n12&limit=2')).page.total).toBe(11);
  });
});

describe('filters', () => {
  beforeEach(() => {
    simulator.digicert.addReport({
      displayName: 'Alpha',
      schedule: 'WEEKLY',
      runs: [{ runIdentifier: '1' }],
    });
    simulator.digicert.addReport({
      displayName: 'Alpha two',
      type: 'domains',
      runs: [
        { runIdentifier: '2', status: 'FAILED' },
        { runIdentifier: '3', status: 'GENERATING' },
      ],
    });
    simulator.digicert.addReport({ displayName: 'Beta', type: 'users', schedule: 'MONTHLY' });
  });

  test.each([
    ['?report_display_name=Alpha', ['Alpha/1']],
    ['?report_display_name=Alpha,Beta', ['Alpha/1', 'Beta/-']],
    ['?report_display_name=alpha', []],
    ['?search=ALPHA', ['Alpha/1', 'Alpha two/2', 'Alpha two/3']],
    ['?search=two,bet', ['Alpha two/2', 'Alpha two/3', 'Beta/-']],
    ['?schedule=WEEKLY,MONTHLY', ['Alpha/1', 'Beta/-']],
    ['?status=FAILED', ['Alpha two/2']],
    ['?status=READY,SCHEDULED', ['Alpha/1', 'Beta/-']],
    ['?report_type=domains', ['Alpha two/2', 'Alpha two/3']],
    ['?report_type=domains,users&status=GENERATING', ['Alpha two/3']],
    ['?report_type=', ['Alpha/1', 'Alpha two/2', 'Alpha two/3', 'Beta/-']],
  ])('%s', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  test('find no name with a comma, since a comma separates', async () => {
    simulator.digicert.addReport({ displayName: 'One, two' });
    expect(await found('?report_display_name=One%2C%20two')).toEqual([]);
  });
});

describe('the order', () => {
  beforeEach(() => {
    simulator.digicert.addReport({
      displayName: 'a',
      runs: [
        { runIdentifier: 'middle', startedSecondsAgo: 200 },
        { runIdentifier: 'new', startedSecondsAgo: 100 },
      ],
    });
    simulator.digicert.addReport({
      displayName: 'b',
      runs: [{ runIdentifier: 'old', startedSecondsAgo: 300 }],
    });
    simulator.digicert.addReport({ displayName: 'c' });
  });

  test('is that of their addition, without a sort', async () => {
    expect(await found()).toEqual(['a/middle', 'a/new', 'b/old', 'c/-']);
  });

  test('follows the start, newest first or oldest first', async () => {
    const sort = '?sort_by=report_start_date';
    expect(await found(`${sort}&sort_direction=DESC`)).toEqual(['a/new', 'a/middle', 'b/old', 'c/-']);
    expect(await found(`${sort}&sort_direction=ASC`)).toEqual(['c/-', 'b/old', 'a/middle', 'a/new']);
    expect(await found(sort)).toEqual(['c/-', 'b/old', 'a/middle', 'a/new']);
  });

  test('comes before the page', async () => {
    expect(await found('?sort_by=report_start_date&sort_direction=DESC&limit=1')).toEqual(['a/new']);
  });
});

test.each([
  ['offset', '-1'],
  ['offset', 'x'],
  ['offset', '1.5'],
  ['limit', '0'],
  ['limit', ''],
  ['schedule', 'DAILY'],
  ['schedule', 'WEEKLY,daily'],
  ['status', 'ready'],
  ['report_type', 'certificates'],
  ['sort_by', 'status'],
  ['sort_direction', 'UP'],
])('refuses %s=%s', async (name, value) => {
  const answer = await askReport(simulator, `/history?${name}=${value}`);
  expect(answer.status).toBe(400);
  expect(jsonOf(answer)).toEqual({ code: `invalid_${name}`, message: expect.any(String) as string });
});

describe('the details', () => {
  test('of a report are under one key', async () => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Orders',
      schedule: 'MONTHLY',
      formats: ['EXCEL'],
    });
    const answer = await askReport(simulator, `/${identifier}`);
    expect(answer.status).toBe(200);
    const body = jsonOf(answer) as { report: object };
    expect(Object.keys(body)).toEqual(['report']);
    expect(body.report).toMatchObject({
      report_display_name: 'Orders',
      report_identifier: identifier,
      created_date: (await history(simulator)).report_history[0]?.['created_date'],
      report_metadata: { report_type: 'orders' },
      schedule: { frequency: 'MONTHLY' },
      format: ['EXCEL'],
    });
  });

  test('of an unknown report are not found', async () => {
    const answer = await askReport(simulator, '/22222222-2222-2222-2222-222222222222');
    expect(answer.status).toBe(404);
    expect(jsonOf(answer)).toEqual({
      code: 'report_not_found',
      message: 'Report with the given identifier does not exist.',
    });
  });

  test('are found for any identifier, encoded as one segment', async () => {
    simulator.digicert.addReport({ identifier: 'a/b ü', displayName: 'Odd' });
    const answer = await askReport(simulator, `/${encodeURIComponent('a/b ü')}`);
    expect(jsonOf(answer)).toMatchObject({ report: { report_display_name: 'Odd' } });
    expect(simulator.journal.list({ subject: 'a/b ü' })).toHaveLength(1);
  });
});
