import { toApiDate } from './date.ts';
import { values, wholeNumber, words } from './query.ts';
import type { Report, ReportLibrary } from './report-library.ts';
import type { ReportRun } from './report-run.ts';
import type { ReportFormat, ReportType, RunStatus, Schedule } from './report.ts';
import { reportTypes, runStatuses, schedules } from './report.ts';
import { creator } from './creator.ts';

/** A row of the history (doc). What a run does not have yet is left out (inferred). */
export interface HistoryRow {
  readonly report_display_name: string;
  readonly report_identifier: string;
  readonly report_run_identifier?: string;
  readonly created_by_user_id: number;
  readonly created_by_user_name: string;
  readonly created_date: string;
  readonly report_type: ReportType;
  readonly report_type_display_name: string;
  readonly report_start_date?: string;
  readonly report_end_date?: string;
  readonly schedule: Schedule;
  readonly format: readonly ReportFormat[];
  readonly status: RunStatus;
  readonly manually_triggered: boolean;
  readonly split_report_count: number;
}

/** What the history call answers (doc). */
export interface HistoryPage {
  readonly page: { readonly total: number; readonly limit: number; readonly offset: number };
  readonly report_history: readonly HistoryRow[];
}

const displayNames: Readonly<Record<ReportType, string>> = {
  orders: 'Orders',
  domains: 'Domains',
  'balance-history': 'Balance history',
  'audit-logs': 'Audit logs',
  organizations: 'Organizations',
  fqdn: 'FQDN',
  users: 'Users',
};

/**
 * The page of the history that a query selects. Without a sort the rows come as they were added, report by report:
 * nothing is known about the vendor's order.
 *
 * @throws Refusal for a value that the query cannot have
 */
export function historyPage(library: ReportLibrary, query: URLSearchParams, now: number): HistoryPage {
  const offset = wholeNumber(query, 'offset', { least: 0, usual: 0 });
  const limit = wholeNumber(query, 'limit', { least: 1, usual: 100 });
  const selects = rowFilter(query);
  const compare = rowOrder(query);
  const entries = library
    .reports()
    .flatMap((report) => runsOf(report).map((run) => toEntry(report, run, now)))
    .filter(({ row }) => selects(row));
  if (compare !== undefined) entries.sort(compare);
  return {
    page: { total: entries.length, limit, offset },
    report_history: entries.slice(offset, offset + limit).map(({ row }) => row),
  };
}

interface Entry {
  readonly row: HistoryRow;
  /** Milliseconds since 1970; rows that have not started count as older than all others. */
  readonly startedAt: number;
}

/** A report that has not run has one row all the same, without a run; unless its schedule was deleted. */
function runsOf({ runs, listedBesideRuns, scheduleDeleted }: Report): readonly (ReportRun | undefined)[] {
  if (scheduleDeleted) return runs;
  return runs.length === 0 || listedBesideRuns ? [undefined, ...runs] : runs;
}

function toEntry(report: Report, run: ReportRun | undefined, now: number): Entry {
  const startedAt = run?.startedAt(now);
  const endedAt = run?.endedAt(now);
  const status = run?.status(now) ?? 'SCHEDULED';
  const row = {
    report_display_name: report.displayName,
    report_identifier: report.identifier,
    ...(run !== undefined && { report_run_identifier: run.identifier }),
    ...creator,
    created_date: toApiDate(report.createdAt),
    report_type: report.type,
    report_type_display_name: displayNames[report.type],
    ...(startedAt !== undefined && { report_start_date: toApiDate(startedAt) }),
    ...(endedAt !== undefined && { report_end_date: toApiDate(endedAt) }),
    schedule: report.schedule,
    format: report.formats,
    status,
    manually_triggered: run?.options.manuallyTriggered ?? false,
    split_report_count: status === 'READY' ? (run?.options.splitCount ?? 0) : 0,
  };
  return { row, startedAt: startedAt ?? -Infinity };
}

/** Names are compared as a whole, and `search` finds a part of one in any letter case (inferred). */
function rowFilter(query: URLSearchParams): (row: HistoryRow) => boolean {
  const names = values(query, 'report_display_name');
  const wanted = words(query, 'schedule', schedules);
  const statuses = words(query, 'status', runStatuses);
  const types = words(query, 'report_type', reportTypes);
  const searched = values(query, 'search').map((text) => text.toLowerCase());
  return (row) =>
    isAmong(names, row.report_display_name) &&
    isAmong(wanted, row.schedule) &&
    isAmong(statuses, row.status) &&
    isAmong(types, row.report_type) &&
    (searched.length === 0 || searched.some((text) => row.report_display_name.toLowerCase().includes(text)));
}

function isAmong(wanted: readonly string[], value: string): boolean {
  return wanted.length === 0 || wanted.includes(value);
}

/** Third party: the names of the two parameters and of the column. The direction is ASC unless given (inferred). */
function rowOrder(query: URLSearchParams): ((one: Entry, other: Entry) => number) | undefined {
  const [column] = words(query, 'sort_by', ['report_start_date']);
  const [direction] = words(query, 'sort_direction', ['ASC', 'DESC']);
  if (column === undefined) return undefined;
  const sign = direction === 'DESC' ? -1 : 1;
  return (one, other) =>
    one.startedAt === other.startedAt ? 0 : one.startedAt < other.startedAt ? -sign : sign;
}
