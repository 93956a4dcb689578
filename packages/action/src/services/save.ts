import { SecurityReportsError, type Service } from '@security-reports/core';
import { SaveError, saveReport } from '@security-reports/core/node';
import { nameInWorkspace } from '../workspace.ts';
import type { Fetching } from './fetching.ts';

/** Whose report it is. */
export interface ReportOwner {
  readonly service: Service;
  readonly subject: string;
}

/**
 * Saves a report in the output directory.
 *
 * @returns its path relative to the workspace.
 * @throws {SecurityReportsError} naming service and subject when the disk does not take it; whatever its stream fails
 *   with.
 */
export async function save(
  report: AsyncIterable<Uint8Array> | string,
  fileName: string,
  owner: ReportOwner,
  { outputDirectory, workspace }: Pick<Fetching, 'outputDirectory' | 'workspace'>,
): Promise<string> {
  try {
    return nameInWorkspace(await saveReport(report, outputDirectory, fileName), workspace);
  } catch (error) {
    if (!(error instanceof SaveError)) throw error;
    const { what, remedy } = error;
    throw new SecurityReportsError({ ...owner, operation: 'save report', what, remedy });
  }
}
