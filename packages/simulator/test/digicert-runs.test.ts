import type { NewRunOptions, RunOptions, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonOf } from './client.ts';
import type { Row } from './digicert-client.ts';
import { askReport, history, startRun } from './digicert-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const rows = async (): Promise<readonly Row[]> => (await history(simulator)).report_history;
const statuses = async () => (await rows()).map((row) => row['status']);
const add = (newRun: NewRunOptions = {}, runs: readonly RunOptions[] = []) =>
  simulator.digicert.addReport({ newRun, runs }).identifier;
const dates = (row: Row | undefined) =>
  ['report_start_date', 'report_end_date'].map((key) =>
    row?.[key] === undefined ? undefined : Date.parse(`${row[key].toString()}Z`),
  );

test('a report whose schedule was deleted cannot be run, but its runs can be downloaded', async () => {
  const { identifier } = simulator.digicert.addReport({
    scheduleDeleted: true,
    runs: [{ runIdentifier: 'run' }],
  });
  expect((await startRun(simulator, identifier)).status).toBe(404);
  expect((await askReport(simulator, `/${identifier}`)).status).toBe(404);
  expect((await askReport(simulator, `/${identifier}/run/download?report_format=CSV`)).status).toBe(200);
});

describe('a run that was started', () => {
  test('is answered without its identifier', async () => {
    const report = add();
    const answer = await startRun(simulator, report);
    expect(answer.status).toBe(200);
    const [run] = simulator.digicert.listReports()[0]?.runIdentifiers ?? [];
    expect(run).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body.toString()).not.toContain(run);
    expect(jsonOf(answer)).toEqual({});
  });

  test('is SCHEDULED, then GENERATING, then READY', async () => {
    const report = add({ scheduledSeconds: 10, generationSeconds: 20 });
    await startRun(simulator, report);
    expect(await statuses()).toEqual(['SCHEDULED']);
    expect(dates((await rows())[0])).toEqual([undefined, undefined]);
    simulator.advance(9);
    expect(await statuses()).toEqual(['SCHEDULED']);
    simulator.advance(1);
    expect(await statuses()).toEqual(['GENERATING']);
    const [begin, noEnd] = dates((await rows())[0]);
    expect(begin).toEqual(expect.any(Number));
    expect(noEnd).toBeUndefined();
    simulator.advance(19);
    expect(await statuses()).toEqual(['GENERATING']);
    simulator.advance(1);
    expect(await statuses()).toEqual(['READY']);
    expect(dates((await rows())[0])).toEqual([begin, (begin ?? 0) + 20_000]);
  });

  test('takes three seconds unless the report says otherwise', async () => {
    await startRun(simulator, add());
    expect(await statuses()).toEqual(['SCHEDULED']);
    simulator.advance(1);
    expect(await statuses()).toEqual(['GENERATING']);
    simulator.advance(2);
    expect(await statuses()).toEqual(['READY']);
  });

  test('can fail', async () => {
    await startRun(simulator, add({ status: 'FAILED', scheduledSeconds: 0, generationSeconds: 5 }));
    expect(await statuses()).toEqual(['GENERATING']);
    simulator.advance(5);
    expect(await statuses()).toEqual(['FAILED']);
  });

  test('can get stuck', async () => {
    await startRun(simulator, add({ status: 'GENERATING' }));
    simulator.advance(1e6);
    expect(await statuses()).toEqual(['GENERATING']);
    await startRun(simulator, add({ status: 'SCHEDULED' }));
    simulator.advance(1e6);
    expect(await statuses()).toEqual(['GENERATING', 'SCHEDULED']);
  });

  test('was triggered by hand, stands beside the others, and has an identifier of its own', async () => {
    const report = add({}, [{ runIdentifier: 'earlier' }]);
    await startRun(simulator, report);
    await startRun(simulator, report);
    const all = await rows();
    expect(all.map((row) => row['manually_triggered'])).toEqual([false, true, true]);
    expect(new Set(all.map((row) => row['report_run_identifier'])).size).toBe(3);
  });

  test('takes the place of the row without a run', async () => {
    const report = add();
    expect((await rows())[0]).not.toHaveProperty('report_run_identifier');
    await startRun(simulator, report);
    const all = await rows();
    expect(all).toHaveLength(1);
    expect(all[0]).toHaveProperty('report_run_identifier');
  });

  test('tells into how many parts it is split once it is READY', async () => {
    await startRun(simulator, add({ splitCount: 4 }));
    expect((await rows())[0]?.['split_report_count']).toBe(0);
    simulator.advance(3);
    expect((await rows())[0]?.['split_report_count']).toBe(4);
  });

  test('needs no body', async () => {
    const answer = await askReport(simulator, `/${add()}/run`, { method: 'POST' });
    expect(answer.status).toBe(200);
    expect(await statuses()).toEqual(['SCHEDULED']);
  });

  test('needs a report', async () => {
    const answer = await startRun(simulator, 'nowhere');
    expect(answer.status).toBe(404);
    expect(jsonOf(answer)).toMatchObject({ code: 'report_not_found' });
  });
});

describe('a run that is added', () => {
  test('is READY at once unless it says otherwise', async () => {
    add({}, [{}]);
    expect(await statuses()).toEqual(['READY']);
  });

  test('may be on its way', async () => {
    add({}, [{ startedSecondsAgo: 10, scheduledSeconds: 15, generationSeconds: 15 }]);
    expect(await statuses()).toEqual(['SCHEDULED']);
    simulator.advance(5);
    expect(await statuses()).toEqual(['GENERATING']);
    simulator.advance(15);
    expect(await statuses()).toEqual(['READY']);
  });

  test.each(['SCHEDULED', 'GENERATING', 'READY', 'FAILED'] as const)('may be %s', async (status) => {
    add({}, [{ status }]);
    expect(await statuses()).toEqual([status]);
    simulator.advance(1e6);
    expect(await statuses()).toEqual([status]);
  });

  test('replaces the one with the same identifier', async () => {
    const report = add({}, [{ runIdentifier: 'a', status: 'FAILED' }, { runIdentifier: 'b' }]);
    expect(simulator.digicert.addRun(report, { runIdentifier: 'a' })).toEqual({ runIdentifier: 'a' });
    expect(await statuses()).toEqual(['READY', 'READY']);
    expect(simulator.digicert.listReports()[0]?.runIdentifiers).toEqual(['a', 'b']);
  });

  test('needs a report, and a header that can be sent', () => {
    expect(() => simulator.digicert.addRun('nowhere')).toThrow(RangeError);
    const report = add();
    expect(() => simulator.digicert.addRun(report, { contentDisposition: 'a\nb' })).toThrow(TypeError);
    expect(() => simulator.digicert.addReport({ newRun: { contentType: 'ü€' } })).toThrow(TypeError);
    expect(simulator.digicert.listReports()).toHaveLength(1);
  });
});

test('a report replaces the one with the same identifier, runs and all', async () => {
  simulator.digicert.addReport({ identifier: 'a', displayName: 'Old', runs: [{}] });
  simulator.digicert.addReport({ identifier: 'a', displayName: 'New' });
  expect(simulator.digicert.listReports()).toEqual([
    { identifier: 'a', displayName: 'New', runIdentifiers: [] },
  ]);
  expect(await rows()).toMatchObject([{ report_display_name: 'New', status: 'SCHEDULED' }]);
});
