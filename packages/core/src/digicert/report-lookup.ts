import { NotFoundError, ServiceError } from '../errors.ts';
import { cleanVendorText } from '../vendor-text.ts';
import type { Limits } from '../deadline.ts';
import type { DigicertClient } from './client.ts';
import type { ReportRun } from './report-history.ts';
import { digicert } from './service.ts';

/** Which report is meant. An id counts in any letter case, a display name as a whole, letter for letter. */
export type ReportReference = { readonly id: string } | { readonly displayName: string };

/** Whether a run is one of the report. */
export function isOfReport(run: ReportRun, report: ReportReference): boolean {
  return 'id' in report ? isSameId(run.reportId, report.id) : run.displayName === report.displayName;
}

export function isSameId(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.trim().toLowerCase();
}

/**
 * Finds the id of a report, which can be known by its display name only.
 *
 * @throws {NotFoundError} when the report history lists no report of that name.
 * @throws {ServiceError} when it lists several, which are named then.
 * @throws {SecurityReportsError} of another kind as `DigicertClient` says; the signal's reason when it aborts.
 */
export async function findReportId(
  client: DigicertClient,
  report: ReportReference,
  limits: Limits = {},
): Promise<string> {
  if ('id' in report) return report.id.trim();
  const [run] = await listRunsOf(client, report, report.displayName, limits);
  if (run === undefined) throw notListed(report);
  return run.reportId;
}

export function notListed(report: ReportReference): NotFoundError {
  return new NotFoundError({
    ...about(report),
    what: 'the report history does not list the report',
    remedy: 'Check the display name letter for letter, or give the id of the report.',
  });
}

/**
 * Lists the runs of a report, all of them: nothing but a third party's word says that the newest come first.
 *
 * @param displayName of the report, where it is known: no filter by an id is.
 * @param isWanted which of them to list.
 * @throws {ServiceError} when several reports have the name.
 */
export async function listRunsOf(
  client: DigicertClient,
  report: ReportReference,
  displayName: string | undefined,
  limits: Limits,
  isWanted: (run: ReportRun) => boolean = () => true,
): Promise<readonly ReportRun[]> {
  const list = async (name: string | undefined): Promise<readonly ReportRun[]> => {
    const runs: ReportRun[] = [];
    for await (const run of client.listReportHistory({ displayName: name }, limits)) {
      if (isOfReport(run, report) && isWanted(run)) runs.push(run);
    }
    return runs;
  };
  const named = displayName === undefined ? [] : await list(displayName);
  // The service takes a comma for the end of a name (doc), and nobody says how it compares names.
  const runs = named.length > 0 ? named : await list(undefined);
  checkOneReport(runs, report);
  return runs;
}

function checkOneReport(runs: readonly ReportRun[], report: ReportReference): void {
  const ids = new Set(runs.map(({ reportId }) => reportId));
  if ('id' in report || ids.size <= 1) return;
  throw new ServiceError({
    ...about(report),
    what: `several reports have this display name: ${[...ids].map((id) => cleanVendorText(id, [])).join(', ')}`,
    remedy: 'Give the id of one of them in place of the name.',
  });
}

function about(report: ReportReference): { service: typeof digicert; operation: string; subject: string } {
  return {
    service: digicert,
    operation: 'find report',
    subject: 'id' in report ? report.id : report.displayName,
  };
}
