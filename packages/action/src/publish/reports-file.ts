import { saveReport } from '@security-reports/core/node';
import type { ReportEntry, ServiceName } from '../report-entry.ts';
import { joinedName } from './artifact-name.ts';

/** The name of the file with all entries of a step: `reports-<service>-<step>.json`. */
export function reportsFileName(service: ServiceName, step: string): string {
  return `${joinedName(['reports', service, step])}.json`;
}

/**
 * Writes all entries as a JSON array, a member per line, for steps that read them: an output ends at 1 MB, and an
 * environment variable at 128 KiB.
 *
 * @returns the file's path.
 * @throws {SaveError} when the disk does not take it.
 */
export async function writeReportsFile(
  entries: readonly ReportEntry[],
  directory: string,
  name: string,
): Promise<string> {
  const members = entries.map((entry) => JSON.stringify(entry));
  return saveReport(`[\n${members.join(',\n')}\n]\n`, directory, name);
}
