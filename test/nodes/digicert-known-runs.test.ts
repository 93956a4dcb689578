import type { ReadyRun, ReportRun } from '@security-reports/core';
import { describe, expect, it } from 'vitest';
import {
  allKnown,
  isOtherAccount,
  keyOf,
  newRuns,
  remember,
} from '../../nodes/DigicertReports/trigger/known-runs.ts';

function run(runId: string, more: Partial<ReportRun> = {}): ReadyRun {
  return {
    reportId: 'report',
    runId,
    displayName: 'Orders',
    status: 'READY',
    formats: ['CSV'],
    splitCount: 0,
    createdAt: 0,
    startedAt: 0,
    endedAt: 0,
    type: 'orders',
    schedule: 'ON_DEMAND',
    answer: {},
    ...more,
  } as ReadyRun;
}

const nothing = allKnown([], 'credential');
const settledBy = (...settled: readonly ReadyRun[]) => ({
  credentialId: 'credential',
  settled: settled.map(keyOf),
  failed: [],
});
const failedBy = (...failed: readonly ReadyRun[]) => ({
  credentialId: 'credential',
  settled: [],
  failed: failed.map(keyOf),
});

describe('newRuns', () => {
  it('knows a run by its id, however old it looks', () => {
    const late = run('late', { startedAt: 1 });
    const known = allKnown([run('a', { startedAt: 1_000 })], 'credential');
    expect(newRuns([run('a', { startedAt: 1_000 }), late], known)).toEqual([late]);
  });

  it('tells apart runs of two reports that have the same id', () => {
    const other = run('1', { reportId: 'other' });
    expect(newRuns([run('1'), other], allKnown([run('1')], 'credential'))).toEqual([other]);
  });

  it('puts those that failed behind the others', () => {
    const [failing, fresh] = [run('failing', { startedAt: 1 }), run('fresh', { startedAt: 2 })];
    const known = remember([failing, fresh], nothing, failedBy(failing));
    expect(newRuns([failing, fresh], known)).toEqual([fresh, failing]);
  });
});

describe('remember', () => {
  it('keeps a run new that is neither settled nor failed', () => {
    const known = remember([run('a'), run('b')], nothing, settledBy(run('a')));
    expect(newRuns([run('a'), run('b')], known)).toEqual([run('b')]);
  });

  it('counts failures from poll to poll, also over polls that did not come to the run', () => {
    const history = [run('a'), run('b')];
    let known = remember(history, nothing, failedBy(run('a')));
    known = remember(history, known, settledBy(run('b')));
    known = remember(history, known, failedBy(run('a')));
    expect(known.failures).toEqual({ [keyOf(run('a'))]: 2 });
  });

  it('forgets the failures of a run that is settled, or gone', () => {
    const known = remember([run('a'), run('b')], nothing, failedBy(run('a'), run('b')));
    expect(remember([run('a')], known, settledBy(run('a'))).failures).toEqual({});
  });

  it('still knows a run that the history leaves out for a while', () => {
    const known = remember([], allKnown([run('a')], 'credential'), settledBy());
    expect(newRuns([run('a')], known)).toEqual([]);
  });

  it('still knows all runs of a long history after an answer that lists none', () => {
    const history = Array.from({ length: 1_500 }, (_, index) => run(String(index)));
    let known = remember([], allKnown(history, 'credential'), settledBy());
    known = remember([], known, settledBy());
    expect(newRuns(history, known)).toEqual([]);
  });

  it('stays bounded while the history moves on for years', () => {
    let known = nothing;
    for (let first = 0; first < 5_000; first += 50) {
      const history = Array.from({ length: 100 }, (_, index) => run(String(first + index)));
      known = remember(history, known, settledBy(...newRuns(history, known)));
    }
    expect(known.settled.length).toBeLessThanOrEqual(1_100);
    expect(known.settled).toContain(keyOf(run('5049')));
  });

  it('is the same after JSON', () => {
    const known = remember([run('a'), run('b')], nothing, {
      ...settledBy(run('a')),
      failed: [keyOf(run('b'))],
    });
    expect(JSON.parse(JSON.stringify(known))).toEqual(known);
  });
});

describe('isOtherAccount', () => {
  const known = allKnown([run('a')], 'credential');

  it.each([
    ['another credential that shows nothing known', 'other', [run('b')], true],
    ['another credential that shows a known run', 'other', [run('a'), run('b')], false],
    ['the same credential, whatever it shows', 'credential', [run('b')], false],
  ])('judges %s', (_case, credentialId, history, expected) => {
    expect(isOtherAccount(history, known, credentialId)).toBe(expected);
  });
});
