import { NotFoundError, ServiceError } from '../errors.ts';
import { cleanVendorText } from '../vendor-text.ts';
import type { Limits } from '../deadline.ts';
import type { DigicertClient } from './client.ts';
import { closeNames } from './close-names.ts';
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

/** The rows of a report. */
export interface ReportListing {
  readonly runs: readonly ReportRun[];
  /** When no row has the display name: the names that are there. */
  readonly otherNames: readonly string[];
}

/**
 * Finds the id of a report, which can be known by its display name only.
 *
 * @throws {NotFoundError} when the report history lists no report of that name; it says which names come close.
 * @throws {ServiceError} when it lists several, which are named then.
 * @throws {SecurityReportsError} of another kind as `DigicertClient` says; the signal's reason when it aborts.
 */
export async function findReportId(
  client: DigicertClient,
  report: ReportReference,
  limits: Limits = {},
): Promise<string> {
  if ('id' in report) return report.id.trim();
  const { runs, otherNames } = await listRunsOf(client, report, report.displayName, limits);
  const [run] = runs;
  if (run === undefined) throw notListed(report, otherNames);
  return run.reportId;
}

/** @param otherNames the display names that the report history lists. */
export function notListed(report: ReportReference, otherNames: readonly string[] = []): NotFoundError {
  return new NotFoundError({
    ...about(report),
    what: 'the report history does not list the report',
    remedy:
      'id' in report
        ? 'Check the id against the Report Library in CertCentral, which keeps finished runs for 90 days.'
        : remedyForName(report.displayName, otherNames),
  });
}

function remedyForName(name: string, otherNames: readonly string[]): string {
  const close = closeNames(name, otherNames).map((other) => `"${cleanVendorText(other, [])}"`);
  return close.length === 0
    ? 'Check the display name letter for letter, or give the id of the report.'
    : `A name is compared letter for letter. Names that come close: ${close.join(', ')}. Give one of them, or the id of the report.`;
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
): Promise<ReportListing> {
  const names = new Set<string>();
  const list = async (name: string | undefined): Promise<readonly ReportRun[]> => {
    const runs: ReportRun[] = [];
    for await (const run of client.listReportHistory({ displayName: name }, limits, subjectOf(report))) {
      names.add(run.displayName);
      if (isOfReport(run, report) && isWanted(run)) runs.push(run);
    }
    return runs;
  };
  const named = displayName === undefined ? [] : await list(displayName);
  // The service takes a comma for the end of a name (doc), and nobody says how it compares names.
  const runs = named.length > 0 ? named : await list(undefined);
  checkOneReport(runs, report);
  const isKnown = 'id' in report || names.has(report.displayName);
  return { runs, otherNames: isKnown ? [] : [...names].filter((name) => name !== '') };
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

function subjectOf(report: ReportReference): string {
  return 'id' in report ? report.id : report.displayName;
}

function about(report: ReportReference): { service: typeof digicert; operation: string; subject: string } {
  return { service: digicert, operation: 'find report', subject: subjectOf(report) };
}
