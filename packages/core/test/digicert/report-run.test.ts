import { describe, expect, test } from 'vitest';
import type { NotFoundError, TimeoutError } from '../../src/errors.ts';
import { failureOf, readBytes } from '../support/transport.ts';
import { findReportId } from '../../src/digicert/report-lookup.ts';
import { fetchReportRun } from '../../src/digicert/report-run.ts';
import { fetching, listed, only, startCertCentral } from './support.ts';

const day = 86_400;

describe('the latest run', () => {
  test('is the newest one that is ready, in whatever order the service lists them', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [
        { runIdentifier: 'middle', startedSecondsAgo: 2 * day },
        { runIdentifier: 'newest', startedSecondsAgo: day },
        { runIdentifier: 'oldest', startedSecondsAgo: 3 * day },
      ],
    });
    const listedRows = await rowsOf(certCentral);
    for (const rows of [listedRows, listedRows.toReversed()]) {
      certCentral.script('history', {
        kind: 'wrong-json',
        json: { page: { total: 3 }, report_history: rows },
      });
      const { result, states } = fetching(certCentral, { report: { id: identifier } });
      expect(await result).toMatchObject({
        reportId: identifier,
        runId: 'newest',
        displayName: 'Orders',
        parts: [{ mediaType: 'text/csv' }],
        notes: [],
      });
      expect(states()).toEqual(['ready, downloading']);
    }
  });

  test('is found on any page of the history', async () => {
    const certCentral = await startCertCentral();
    const { digicert } = certCentral.simulator;
    const report = digicert.addReport({ displayName: 'a, b', runs: [{ startedSecondsAgo: 9 * day }] });
    digicert.addReport({ runs: Array.from({ length: 150 }, () => ({})) });
    const runId = only(report.runIdentifiers);
    const byId = fetching(certCentral, { report: { id: report.identifier.toUpperCase() } });
    expect(await byId.result).toMatchObject({ runId });
    const byName = fetching(certCentral, { report: { displayName: 'a, b' } });
    expect(await byName.result).toMatchObject({ runId });
  });

  test('is found by the display name, which is compared letter for letter', async () => {
    const certCentral = await startCertCentral();
    const { digicert } = certCentral.simulator;
    digicert.addReport({ displayName: 'orders', runs: [{ runIdentifier: 'other' }] });
    digicert.addReport({ displayName: 'All Orders', runs: [{ runIdentifier: 'right' }] });
    const { result } = fetching(certCentral, { report: { displayName: 'All Orders' } });
    expect(await result).toMatchObject({ runId: 'right' });
    const wrong = await failureOf(fetching(certCentral, { report: { displayName: 'all orders' } }).result);
    expect(wrong).toMatchObject({
      name: 'NotFoundError',
      subject: 'all orders',
      what: 'the report history does not list the report',
    });
  });

  test('is not guessed from a name that comes close, but that one is in the error', async () => {
    const certCentral = await startCertCentral();
    const { digicert } = certCentral.simulator;
    const names = ['Orders', 'Order', 'All orders 2026', 'Domains', 'Ordres\u202e', 'Users'];
    // The history comes newest first.
    for (const [hours, displayName] of names.entries()) {
      digicert.addReport({ displayName, runs: [{ startedSecondsAgo: 3600 * hours }] });
    }
    const report = { displayName: 'orders' };
    const remedy = expect.stringMatching(
      /Names that come close: "Orders", "Order", "All orders 2026", "Ordres"\. /,
    ) as string;
    const close = { name: 'NotFoundError', subject: 'orders', remedy };
    for (const startNewRun of [false, true]) {
      expect(await failureOf(fetching(certCentral, { report, startNewRun }).result)).toMatchObject(close);
    }
    expect(await failureOf(findReportId(certCentral.client, report))).toMatchObject(close);
    const far = await failureOf(findReportId(certCentral.client, { displayName: 'Certificates' }));
    expect(far).toMatchObject({ remedy: expect.stringContaining('letter for letter') as string });
  });

  test('is missing when the history has no content at all', async () => {
    const certCentral = await startCertCentral();
    certCentral.simulator.digicert.configure({ emptyHistory: 'no-content' });
    const { result } = fetching(certCentral, { report: { displayName: 'Orders' } });
    expect(await failureOf(result)).toMatchObject({
      name: 'NotFoundError',
      subject: 'Orders',
      what: 'the report history does not list the report',
    });
  });

  test('is taken although the history lists the report itself as scheduled, on demand', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      schedule: 'ON_DEMAND',
      listedBesideRuns: true,
      runs: [{ runIdentifier: 'ready', startedSecondsAgo: day }],
    });
    const { result, states } = fetching(certCentral, { report: { id: identifier } });
    expect(await result).toMatchObject({ runId: 'ready' });
    expect(states()).toEqual(['ready, downloading']);
  });

  test('is an error when it failed, although the history lists the report itself as scheduled', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      listedBesideRuns: true,
      runs: [{ runIdentifier: 'bad', status: 'FAILED' }],
    });
    const { result } = fetching(certCentral, { report: { id: identifier } });
    expect(await failureOf(result)).toMatchObject({ what: 'the run failed (run bad)' });
  });

  test('is waited for when the report was made anew since the newest one', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      listedBesideRuns: true,
      runs: [{ runIdentifier: 'old', startedSecondsAgo: 60 * day }],
    });
    const { result } = fetching(certCentral, { report: { id: identifier } }, { withinSeconds: 20 });
    expect(await failureOf(result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'scheduled (a run without an id)',
    });
  });

  test.each(['latest', 'ready'])('is there after the schedule was deleted (%s)', async (run) => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      scheduleDeleted: true,
      displayName: 'Orders',
      runs: [{ runIdentifier: 'ready', startedSecondsAgo: day }],
    });
    for (const report of [{ id: identifier }, { displayName: 'Orders' }]) {
      expect(await fetching(certCentral, { report, run }).result).toMatchObject({ runId: 'ready' });
    }
    const anew = fetching(certCentral, { report: { id: identifier }, startNewRun: true });
    expect(await failureOf(anew.result)).toMatchObject({
      name: 'NotFoundError',
      remedy: expect.stringContaining('90 days') as string,
    });
  });

  test('is taken whatever error its row mentions besides READY', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{ runIdentifier: 'a' }] });
    const [row] = await rowsOf(certCentral);
    const json = { page: { total: 1 }, report_history: [{ ...row, error: 'a notification was not sent' }] };
    certCentral.script('history', { kind: 'wrong-json', json });
    expect(await fetching(certCentral, { report: { id: identifier } }).result).toMatchObject({ runId: 'a' });
  });

  test('is not guessed when several reports have the name', async () => {
    const certCentral = await startCertCentral();
    const { digicert } = certCentral.simulator;
    for (const number of [1, 2]) {
      const run = { runIdentifier: `run-${number}`, startedSecondsAgo: 60 * number };
      digicert.addReport({ displayName: 'Orders', identifier: `id-${number}`, runs: [run] });
    }
    const report = { displayName: 'Orders' };
    for (const startNewRun of [false, true]) {
      expect(await failureOf(fetching(certCentral, { report, startNewRun }).result)).toMatchObject({
        name: 'ServiceError',
        what: 'several reports have this display name: id-1, id-2',
        remedy: expect.stringContaining('id of one of them') as string,
      });
    }
    // A run has only one report.
    expect(await fetching(certCentral, { report, run: 'run-2' }).result).toMatchObject({ reportId: 'id-2' });
    expect(certCentral.paths('digicert.report.run')).toEqual([]);
  });

  test('is waited for while it is scheduled and generated, although an older one is ready', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      runs: [
        { runIdentifier: 'old', startedSecondsAgo: day },
        { runIdentifier: 'new', scheduledSeconds: 0.3, generationSeconds: 0.4 },
      ],
    });
    const { result, states } = fetching(certCentral, { report: { id: identifier } });
    expect(await result).toMatchObject({ runId: 'new' });
    expect(states()).toEqual(['scheduled (run new)', 'being generated (run new)', 'ready, downloading']);
  });

  test('is not waited for when it only waits for next week', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      schedule: 'WEEKLY',
      runs: [
        { runIdentifier: 'this week', startedSecondsAgo: day },
        { runIdentifier: 'next week', status: 'SCHEDULED' },
      ],
    });
    const { result } = fetching(certCentral, { report: { id: identifier } });
    expect(await result).toMatchObject({ runId: 'this week', notes: [] });
  });

  test('is the one before when the newest failed, and that is noted', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      runs: [
        { runIdentifier: 'good', startedSecondsAgo: day },
        { runIdentifier: 'bad', generationSeconds: 0.3, status: 'FAILED' },
      ],
    });
    const { result, states } = fetching(certCentral, { report: { id: identifier } });
    expect(await result).toMatchObject({ runId: 'good', notes: ['a newer one failed: run bad'] });
    expect(states()[0]).toBe('being generated (run bad)');
  });

  test('is an error when no other than failed ones are there', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      runs: [{ runIdentifier: 'bad', status: 'FAILED' }],
    });
    expect(await failureOf(fetching(certCentral, { report: { id: identifier } }).result)).toMatchObject({
      name: 'ServiceError',
      what: 'the run failed (run bad)',
      remedy: expect.stringContaining('Start a new run') as string,
    });
  });

  test('of a state that nobody knows is told by its word, and waited for', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{ runIdentifier: 'a' }] });
    const [row] = await rowsOf(certCentral);
    certCentral.script('history', {
      kind: 'wrong-json',
      json: { page: { total: 1 }, report_history: [{ ...row, status: 'QUEUED\u202e' }] },
    });
    const { result, states } = fetching(certCentral, { report: { id: identifier } });
    expect(await result).toMatchObject({ runId: 'a' });
    expect(states()[0]).toBe('status "QUEUED" (run a)');
  });

  test('survives a look at the history that fails in passing', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{}] });
    certCentral.script('history', { kind: 'status', status: 503 }, 6);
    const { result, states } = fetching(certCentral, { report: { id: identifier } });
    expect((await result).parts).toHaveLength(1);
    expect(states()).toEqual(['the service cannot answer for now', 'ready, downloading']);
  });
});

describe('waiting for a run', () => {
  test('reads the rows of other reports only once', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      displayName: 'All orders',
      runs: [{ generationSeconds: 0.3 }],
    });
    await fetching(certCentral, { report: { id: identifier } }).result;
    const [first = '', ...others] = certCentral.paths('digicert.report.history');
    expect(first).not.toContain('report_display_name');
    expect(others.length).toBeGreaterThan(0);
    for (const path of others) expect(path).toContain('&report_display_name=All+orders');
  });

  test('goes on when the service no longer finds the report by the name that it had', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      displayName: 'All, orders',
      runs: [{ generationSeconds: 0.3 }],
    });
    expect((await fetching(certCentral, { report: { id: identifier } }).result).parts).toHaveLength(1);
  });
});

describe('a run by its id', () => {
  test('is taken although there are newer ones', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ runIdentifier: 'This', startedSecondsAgo: day }, { runIdentifier: 'newer' }],
    });
    for (const report of [{ id: identifier }, { displayName: 'Orders' }]) {
      expect(await fetching(certCentral, { report, run: ' this ' }).result).toMatchObject({ runId: 'This' });
    }
  });

  test('is waited for when it is not ready yet', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      schedule: 'MONTHLY',
      runs: [
        { runIdentifier: 'old', startedSecondsAgo: day },
        { runIdentifier: 'new', scheduledSeconds: 0.3, generationSeconds: 0.3 },
      ],
    });
    const { result, states } = fetching(certCentral, { report: { id: identifier }, run: 'new' });
    expect(await result).toMatchObject({ runId: 'new' });
    expect(states()).toContain('scheduled (run new)');
  });

  test('is an error when it failed, although others are ready', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      runs: [{ runIdentifier: 'bad', status: 'FAILED' }, {}],
    });
    const { result } = fetching(certCentral, { report: { id: identifier }, run: 'bad' });
    expect(await failureOf(result)).toMatchObject({ name: 'ServiceError', what: 'the run failed (run bad)' });
  });

  test('is missing when the history does not list it for this report', async () => {
    const certCentral = await startCertCentral();
    const { digicert } = certCentral.simulator;
    const { identifier } = digicert.addReport({ runs: [{}] });
    digicert.addReport({ runs: [{ runIdentifier: 'elsewhere' }] });
    const { result } = fetching(certCentral, { report: { id: identifier }, run: 'elsewhere' });
    expect(await failureOf(result)).toMatchObject({
      name: 'NotFoundError',
      what: 'the report history does not list the run elsewhere',
    });
    expect(certCentral.paths('digicert.report.download')).toEqual([]);
  });
});

describe('a new run', () => {
  const newRun = { scheduledSeconds: 0.2, generationSeconds: 0.3 };

  test.each(['id', 'name'])('of a report by its %s is started once, waited for and taken', async (by) => {
    const certCentral = await startCertCentral();
    const { identifier, runIdentifiers } = certCentral.simulator.digicert.addReport({
      displayName: 'Orders',
      // Times of a service whose clock is ahead: the new run looks older than this one.
      runs: [{ startedSecondsAgo: -3600 }],
      newRun,
    });
    const report = by === 'id' ? { id: identifier } : { displayName: 'Orders' };
    const { result, states } = fetching(certCentral, { report, startNewRun: true });
    const { runId } = await result;
    expect(runIdentifiers).not.toContain(runId);
    expect(certCentral.simulator.digicert.listReports()[0]?.runIdentifiers.slice(1)).toEqual([runId]);
    expect(states()[0]).toBe('new run started');
    expect(states().slice(-2)).toEqual([`being generated (run ${runId})`, 'ready, downloading']);
  });

  test('may be the first one', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ newRun });
    const { result } = fetching(certCentral, { report: { id: identifier }, startNewRun: true });
    expect((await result).parts).toHaveLength(1);
  });

  test('is waited for while the history does not show it', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      runs: [{ runIdentifier: 'old' }],
      newRun,
    });
    const rows = await rowsOf(certCentral);
    const json = { page: { total: 1 }, report_history: rows };
    certCentral.script('history', { kind: 'wrong-json', json }, 3);
    const { result, states } = fetching(certCentral, { report: { id: identifier }, startNewRun: true });
    expect((await result).runId).not.toBe('old');
    expect(states().slice(0, 2)).toEqual(['new run started', 'started, not in the history yet']);
  });

  test('that fails is an error, although an older one is ready', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      runs: [{}],
      newRun: { ...newRun, status: 'FAILED' },
    });
    const { result } = fetching(certCentral, { report: { id: identifier }, startNewRun: true });
    expect(await failureOf(result)).toMatchObject({
      name: 'ServiceError',
      what: expect.stringMatching(/^the run failed/) as string,
    });
  });

  test('of nobody knows which report is not started', async () => {
    const certCentral = await startCertCentral();
    const { result } = fetching(certCentral, { report: { displayName: 'none' }, startNewRun: true });
    expect(await failureOf(result)).toMatchObject({ name: 'NotFoundError' });
    const byId = fetching(certCentral, { report: { id: 'none' }, startNewRun: true });
    expect(await failureOf(byId.result)).toMatchObject({
      name: 'NotFoundError',
      vendorCode: 'report_not_found',
    });
  });

  test('has no id yet', async () => {
    const certCentral = await startCertCentral();
    const { result } = fetching(certCentral, { report: { id: 'a' }, run: 'b', startNewRun: true });
    expect(await failureOf(result)).toMatchObject({
      name: 'InvalidInputError',
      what: 'a new run has no id yet',
    });
    expect(certCentral.paths()).toEqual([]);
  });

  test('is never started twice: an unknown fate is told', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ newRun });
    certCentral.script('run', { kind: 'reset', handled: true });
    const { result } = fetching(certCentral, { report: { id: identifier }, startNewRun: true });
    expect(await failureOf(result)).toMatchObject({ name: 'UncertainSubmissionError' });
    expect(certCentral.paths('digicert.report.run')).toHaveLength(1);
  });
});

describe('a split report', () => {
  test('comes part by part, each with a name of its own', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ splitCount: 11, contentDisposition: false }],
    });
    const { result, states } = fetching(certCentral, { report: { id: identifier } });
    const { parts, notes } = await result;
    const names = parts.map(({ name }) => name);
    expect(names).toHaveLength(11);
    expect(names[0]).toMatch(/^Orders-\d{4}-\d\d-\d\d-part-01-of-11\.zip$/);
    expect(names.toSorted()).toEqual(names);
    expect(new Set(parts.map(({ sha256 }) => sha256)).size).toBe(11);
    expect(notes).toEqual([expect.stringContaining('a ZIP came in place of CSV')]);
    expect(states()[10]).toBe('ready, downloading part 11 of 11');
  });

  test('is an error as a whole when a part cannot be had, which is named', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{ splitCount: 3 }] });
    certCentral.simulator.faults.script({
      route: 'digicert.report.download',
      after: 1,
      fault: { kind: 'status', status: 404, json: { code: 'report_not_found', message: 'gone' } },
    });
    const delivered: string[] = [];
    const { client } = certCentral;
    const result = fetchReportRun(
      client,
      { report: { id: identifier }, run: 'latest', format: 'CSV' },
      async (report) => {
        await readBytes(report);
        delivered.push(report.name);
      },
      { deadline: client.clock.now() + 60_000 },
    );
    const error = (await failureOf(result)) as NotFoundError;
    expect(error).toMatchObject({ name: 'NotFoundError', subject: `${identifier}, part 2 of 3` });
    expect(delivered).toEqual([expect.stringContaining('part-1-of-3')]);
  });
});

describe('the format', () => {
  test('is refused before the download when the history does not list it', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ formats: ['CSV', 'JSON'], runs: [{}] });
    const { result } = fetching(certCentral, { report: { id: identifier }, format: 'EXCEL' });
    expect(await failureOf(result)).toMatchObject({
      name: 'ServiceError',
      what: 'the report does not come as EXCEL, only as CSV, JSON',
      remedy: expect.stringContaining('Ask for CSV or JSON') as string,
    });
    expect(certCentral.paths('digicert.report.download')).toEqual([]);
  });

  test('is left to the service where the history lists none, or one that nobody knows', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ formats: ['JSON'], runs: [{}] });
    const [row] = await rowsOf(certCentral);
    for (const format of [[], ['CSV', 'PARQUET'], null]) {
      const json = { page: { total: 1 }, report_history: [{ ...row, format }] };
      certCentral.script('history', { kind: 'wrong-json', json });
      const { result } = fetching(certCentral, { report: { id: identifier }, format: 'EXCEL' });
      expect(await failureOf(result)).toMatchObject({ vendorCode: 'report_format_inapplicable' });
    }
  });

  test('is left to the service when it is ZIP', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{}] });
    const { result } = fetching(certCentral, { report: { id: identifier }, format: 'ZIP' });
    expect(await result).toMatchObject({ parts: [{ mediaType: 'application/zip' }], notes: [] });
  });
});

describe('a run that is not there in time', () => {
  test('is an error with the last state, its id, and what to do', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({
      runs: [{ runIdentifier: 'slow', status: 'GENERATING' }],
    });
    const { result } = fetching(certCentral, { report: { id: identifier } }, { withinSeconds: 20 });
    const error = (await failureOf(result)) as TimeoutError;
    expect(error).toMatchObject({
      name: 'TimeoutError',
      subject: identifier,
      what: 'it was not there in time; the last state: being generated (run slow)',
      remedy: expect.stringContaining('fetch it later') as string,
      lastState: 'being generated (run slow)',
      resumeId: 'slow',
    });
  });

  test('is not to be started again when it was started', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ newRun: { status: 'GENERATING' } });
    const { result } = fetching(
      certCentral,
      { report: { id: identifier }, startNewRun: true },
      { withinSeconds: 20, pollIntervalMs: 700 },
    );
    expect(await failureOf(result)).toMatchObject({
      name: 'TimeoutError',
      remedy: expect.stringContaining('do not start another one') as string,
    });
  });

  test('may never come when nobody starts it', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport();
    const { result } = fetching(certCentral, { report: { id: identifier } }, { withinSeconds: 30 });
    expect(await failureOf(result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'scheduled (a run without an id)',
      remedy: expect.stringContaining('Start a new run') as string,
      resumeId: undefined,
    });
  });

  test('tells what kept the service from answering', async () => {
    const certCentral = await startCertCentral();
    certCentral.script('history', { kind: 'hang' }, 9);
    const { result } = fetching(certCentral, { report: { id: 'a' } }, { withinSeconds: 3 });
    expect(await failureOf(result)).toMatchObject({
      name: 'TimeoutError',
      lastState: 'nothing asked yet',
      remedy: expect.stringContaining('state of the service') as string,
    });
  });

  test('has the status and the words of the last answer, when that was an error', async () => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{ status: 'GENERATING' }] });
    const json = { errors: [{ code: 'maintenance', message: 'We are back at noon.' }] };
    certCentral.script('history', { kind: 'status', status: 503, json }, 5);
    certCentral.script('history', { kind: 'hang' }, 99);
    const report = { id: identifier };
    expect(await failureOf(fetching(certCentral, { report }, { withinSeconds: 60 }).result)).toMatchObject({
      name: 'TimeoutError',
      status: 503,
      vendorCode: 'maintenance',
      vendorMessage: 'We are back at noon.',
    });
  });
});

describe('a cancellation', () => {
  test.each([
    ['while the history is read', 'history', { kind: 'hang' } as const],
    ['while the report flows', 'download', { kind: 'stall', bytes: 100 } as const],
  ] as const)('ends the job with its reason, %s', async (_when, route, fault) => {
    const certCentral = await startCertCentral();
    const { identifier } = certCentral.simulator.digicert.addReport({ runs: [{}] });
    certCentral.script(route, fault);
    const cancel = new AbortController();
    const reason = new Error('canceled');
    const { result } = fetching(certCentral, { report: { id: identifier } }, { signal: cancel.signal });
    const failure = failureOf(result);
    await expect.poll(() => certCentral.paths(`digicert.report.${route}`)).toHaveLength(1);
    cancel.abort(reason);
    expect(await failure).toBe(reason);
  });
});

/** The rows that the simulator would answer with. */
async function rowsOf({ client }: Awaited<ReturnType<typeof startCertCentral>>) {
  const runs = await listed(client.listReportHistory());
  return runs.map(({ answer }) => answer as Record<string, string>);
}
