import {
  digicert,
  type DigicertClient,
  type Limits,
  NotFoundError,
  type ReportRunRequest,
  ServiceError,
} from '@security-reports/core';
import { isOfReport } from './is-of-report.ts';

/**
 * The id of a report that may be known by its display name only.
 *
 * @throws {NotFoundError} when the history lists no report of that name, {@link ServiceError} when it lists several.
 */
export async function findReportId(
  client: DigicertClient,
  report: ReportRunRequest['report'],
  limits: Limits,
): Promise<string> {
  if ('id' in report) return report.id;
  const { displayName } = report;
  const ids = new Set<string>();
  // Not by the filter of the service: it takes a comma for the end of a name (doc).
  for await (const run of client.listReportHistory({}, limits)) {
    if (isOfReport(run, report)) ids.add(run.reportId);
  }
  const [id, ...others] = ids;
  const about = { service: digicert, operation: 'run report', subject: displayName };
  if (id === undefined) {
    throw new NotFoundError({
      ...about,
      what: 'the report history does not list the report',
      remedy: 'Check the display name letter for letter, or give the id of the report.',
    });
  }
  if (others.length > 0) {
    throw new ServiceError({
      ...about,
      what: `several reports have this display name: ${[...ids].join(', ')}`,
      remedy: 'Give the id of one of them in place of the name.',
    });
  }
  return id;
}
