import { validateHeaderValue } from 'node:http';
import { seededUuid } from './identifier.ts';
import type {
  NewRunOptions,
  ReportFormat,
  ReportOptions,
  ReportType,
  RunOptions,
  Schedule,
} from './report.ts';
import { ReportRun } from './report-run.ts';

/** A report as the library holds it. */
export interface Report {
  readonly identifier: string;
  readonly displayName: string;
  readonly type: ReportType;
  readonly schedule: Schedule;
  readonly formats: readonly ReportFormat[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly newRun: NewRunOptions;
  readonly listedBesideRuns: boolean;
  readonly scheduleDeleted: boolean;
  /** In the order in which they were added. */
  readonly runs: ReportRun[];
}

/** The identifiers of a report and of its runs. */
export interface ListedReport {
  readonly identifier: string;
  readonly displayName: string;
  /** In the order in which the runs were added. */
  readonly runIdentifiers: readonly string[];
}

const usualNewRun = { scheduledSeconds: 1, generationSeconds: 2 };
const createdBefore = 30 * 86_400_000;

/** The reports of the simulated account. */
export class ReportLibrary {
  readonly #seed: number;
  readonly #now: () => number;
  #reports = new Map<string, Report>();
  #added = 0;

  constructor({ seed, now }: { seed: number; now: () => number }) {
    this.#seed = seed;
    this.#now = now;
  }

  /** Adds a report; throws a TypeError for a text that cannot stand in a header. */
  addReport(options: ReportOptions = {}): ListedReport {
    for (const run of [...(options.runs ?? []), options.newRun ?? {}]) checkHeaders(run);
    this.#added += 1;
    const report: Report = {
      identifier: options.identifier ?? seededUuid(`${this.#seed} digicert report ${this.#added}`),
      displayName: options.displayName ?? `report-${this.#added}`,
      type: options.type ?? 'orders',
      schedule: options.schedule ?? 'ON_DEMAND',
      formats: options.formats ?? ['CSV'],
      createdAt: this.#now() - createdBefore,
      newRun: { ...usualNewRun, ...options.newRun },
      listedBesideRuns: options.listedBesideRuns ?? false,
      scheduleDeleted: options.scheduleDeleted ?? false,
      runs: [],
    };
    this.#reports.set(report.identifier, report);
    for (const run of options.runs ?? []) this.addRun(report.identifier, run);
    return toListed(report);
  }

  /** Adds a run; throws a RangeError when there is no such report, and a TypeError as {@link addReport} does. */
  addRun(reportIdentifier: string, options: RunOptions = {}): { readonly runIdentifier: string } {
    const report = this.#reports.get(reportIdentifier);
    if (report === undefined) throw new RangeError(`There is no report ${reportIdentifier}.`);
    checkHeaders(options);
    const number = report.runs.length + 1;
    const identifier =
      options.runIdentifier ?? seededUuid(`${this.#seed} digicert run ${report.identifier} ${number}`);
    const run = new ReportRun(identifier, options, this.#now());
    const known = report.runs.findIndex((other) => other.identifier === identifier);
    if (known === -1) report.runs.push(run);
    else report.runs[known] = run;
    return { runIdentifier: identifier };
  }

  /** Every report, oldest first. */
  listReports(): ListedReport[] {
    return this.reports().map(toListed);
  }

  /** Every report, oldest first. */
  reports(): Report[] {
    return [...this.#reports.values()];
  }

  /** The report with this identifier. */
  find(identifier: string): Report | undefined {
    return this.#reports.get(identifier);
  }

  /** Removes every report. */
  clear(): void {
    this.#reports = new Map();
    this.#added = 0;
  }
}

function toListed({ identifier, displayName, runs }: Report): ListedReport {
  return { identifier, displayName, runIdentifiers: runs.map((run) => run.identifier) };
}

function checkHeaders({ contentDisposition, contentType }: NewRunOptions): void {
  if (typeof contentDisposition === 'string') validateHeaderValue('content-disposition', contentDisposition);
  if (contentType !== undefined) validateHeaderValue('content-type', contentType);
}
