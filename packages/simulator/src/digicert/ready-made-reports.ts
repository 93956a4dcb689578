import type { ReportOptions } from './report.ts';

/** A report that the command puts into the library. */
export interface ReadyMadeReport {
  readonly report: ReportOptions & { readonly displayName: string };
  /** What its user will see. */
  readonly shows: string;
}

/** One report for each thing worth seeing. */
export const readyMadeReports: readonly ReadyMadeReport[] = [
  {
    report: { displayName: 'Orders', formats: ['CSV', 'JSON', 'EXCEL'], runs: [{ startedSecondsAgo: 3600 }] },
    shows: 'CSV, JSON and EXCEL, ready',
  },
  {
    report: {
      displayName: 'Audit log',
      type: 'audit-logs',
      schedule: 'WEEKLY',
      runs: [{ startedSecondsAgo: 7200, bytes: 3_000_000 }],
    },
    shows: 'a CSV of 3 MB, which arrives as a ZIP',
  },
  {
    report: {
      displayName: 'All domains',
      type: 'domains',
      schedule: 'MONTHLY',
      formats: ['JSON'],
      runs: [{ startedSecondsAgo: 86_400, splitCount: 3 }],
    },
    shows: 'JSON, split into three parts',
  },
  {
    report: { displayName: 'Slow', runs: [{ generationSeconds: 60 }] },
    shows: 'CSV, ready after a minute',
  },
  {
    report: { displayName: 'Empty', runs: [{ startedSecondsAgo: 600, noContent: true }] },
    shows: 'CSV without data',
  },
  {
    report: { displayName: 'Failing', runs: [{ startedSecondsAgo: 600, status: 'FAILED' }] },
    shows: 'its run failed',
  },
  { report: { displayName: 'Never run' }, shows: 'CSV, has not run yet' },
];
