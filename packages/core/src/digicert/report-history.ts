import { readVendorId } from '../vendor-id.ts';

/** A row of the report history: a run of a report, or a report that has not run yet. */
export interface ReportRun {
  readonly reportId: string;
  /** Missing as long as the run has not begun, and sometimes longer (doc). */
  readonly runId: string | undefined;
  /** As users named the report; several reports may have the same name. */
  readonly displayName: string;
  /** `SCHEDULED`, `GENERATING`, `READY`, `FAILED` (doc), or another one in the service's own word. */
  readonly status: string;
  /** What was chosen when the report was created: `CSV`, `JSON`, `EXCEL`, `ZIP`. Empty when the service does not tell. */
  readonly formats: readonly string[];
  /** Into how many parts the report is split; 0 when it is not. */
  readonly splitCount: number;
  /** When the report was created, in milliseconds since the epoch. */
  readonly createdAt: number | undefined;
  /** When the run started, likewise. */
  readonly startedAt: number | undefined;
  /** When the run ended, likewise. */
  readonly endedAt: number | undefined;
  /** `orders`, `domains`, `balance-history`, `audit-logs`, `organizations`, `fqdn`, `users`, or another one. */
  readonly type: string | undefined;
  /** `ON_DEMAND`, `WEEKLY`, `MONTHLY`, or another one. */
  readonly schedule: string | undefined;
  /** The service's own row. */
  readonly answer: Readonly<Record<string, unknown>>;
}

export interface ReportHistoryPage {
  readonly runs: readonly ReportRun[];
  /** How many rows came, those among them that nobody can make sense of included. */
  readonly rows: number;
  /** How many rows there are on all pages; `undefined` when the service does not tell. */
  readonly total: number | undefined;
}

/** Reads `{ page: { total }, report_history: [...] }` (doc), or gives `undefined` for anything else. */
export function readHistoryPage(answer: unknown): ReportHistoryPage | undefined {
  const { page, report_history: rows } = fieldsOf(answer);
  if (!Array.isArray(rows)) return undefined;
  const { total } = fieldsOf(page);
  return {
    runs: rows.flatMap((row) => readRun(row) ?? []),
    rows: rows.length,
    total: typeof total === 'number' ? total : undefined,
  };
}

/**
 * Sorts runs by when they started, newest first, those that have not started before all others. Times are known to
 * the second only (doc): of two runs that started in the same one, that which ended later counts as newer.
 */
export function newestFirst(runs: readonly ReportRun[]): readonly ReportRun[] {
  const notYet = Number.MAX_VALUE;
  const started = (run: ReportRun): number =>
    run.startedAt ?? (isFinished(run) ? (run.endedAt ?? run.createdAt ?? 0) : notYet);
  return runs.toSorted(
    (one, other) => started(other) - started(one) || (other.endedAt ?? notYet) - (one.endedAt ?? notYet),
  );
}

function isFinished({ status }: ReportRun): boolean {
  return status === 'READY' || status === 'FAILED';
}

function readRun(value: unknown): ReportRun | undefined {
  const row = fieldsOf(value);
  const reportId = readVendorId(row['report_identifier']);
  const status = nonEmptyText(row['status']);
  if (reportId === undefined || status === undefined) return undefined;
  const splitCount = row['split_report_count'];
  return {
    reportId,
    runId: readVendorId(row['report_run_identifier']),
    displayName: nonEmptyText(row['report_display_name']) ?? '',
    status,
    formats: formatsOf(row['format']),
    splitCount: Number.isSafeInteger(splitCount) ? Math.max(0, splitCount as number) : 0,
    createdAt: timeOf(row['created_date']),
    startedAt: timeOf(row['report_start_date']),
    endedAt: timeOf(row['report_end_date']),
    type: nonEmptyText(row['report_type']),
    schedule: nonEmptyText(row['schedule']),
    answer: row,
  };
}

function formatsOf(value: unknown): readonly string[] {
  const formats: readonly unknown[] = Array.isArray(value) ? value : [value];
  return formats.filter((format) => typeof format === 'string').map((format) => format.toUpperCase());
}

/** `2021-01-13 09:15:37` is in UTC (doc). */
function timeOf(value: unknown): number | undefined {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})/.exec(nonEmptyText(value) ?? '') ?? [];
  const ms = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
