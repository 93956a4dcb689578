import { SecurityReportsError, type Service } from '@security-reports/core';
import { asSaveError, SaveError, saveReport } from '@security-reports/core/node';
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
    throw withOwner(error, owner);
  }
}

/** A failure of the disk about the file at `path`, in words that name service and subject; anything else as it is. */
export function diskFailure(error: unknown, path: string, owner: ReportOwner): unknown {
  return withOwner(asSaveError(error, path), owner);
}

function withOwner(error: unknown, { service, subject }: ReportOwner): unknown {
  if (!(error instanceof SaveError)) return error;
  const { what, remedy } = error;
  return new SecurityReportsError({ service, operation: 'save report', subject, what, remedy });
}
