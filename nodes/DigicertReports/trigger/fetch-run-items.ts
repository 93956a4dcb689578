import {
  AccessError,
  type DownloadedReport,
  failureState,
  fetchReportRun,
  NotFoundError,
  type ReadyRun,
  type Report,
  type ReportFormat,
  reportFormats,
  SecurityReportsError,
} from '@security-reports/core';
import type { IBinaryData, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { clock } from '../../shared/clock.ts';
import { reportRunJson } from '../report-run-json.ts';
import type { DigicertSession } from '../session.ts';
import { keyOf, type KnownRuns } from './known-runs.ts';
import { downloadFile, fileField, fileFormat, triggerParameters } from './trigger-fields.ts';

/** After so many polls a file is given up, and the workflow is told of the run without it. */
const mostTries = 5;

export interface FetchedRuns {
  /** By the key of each run, its items: one, or one for each file. */
  readonly emitted: readonly { readonly key: string; readonly items: readonly INodeExecutionData[] }[];
  /** The keys of the runs to try again at the next poll. */
  readonly failed: readonly string[];
}

/**
 * Makes the items of runs, one run after the other. One whose file cannot be had keeps no other back.
 *
 * @param failures at how many polls before this one the file of a run could not be had.
 * @param budget after half of its time no download begins any more, so that each has at least the other half.
 */
export async function fetchRunItems(
  functions: IPollFunctions,
  session: DigicertSession,
  runs: readonly ReadyRun[],
  failures: KnownRuns['failures'],
  budget: { readonly halfTime: number; readonly deadline: number },
): Promise<FetchedRuns> {
  const wanted = wantedFile(functions);
  const emitted: { key: string; items: readonly INodeExecutionData[] }[] = [];
  const failed: string[] = [];
  for (const run of runs) {
    if (clock.now() >= budget.halfTime) break;
    const key = keyOf(run);
    const files: INodeExecutionData[] = [];
    try {
      emitted.push({ key, items: await itemsOf(session, run, wanted, budget.deadline, files) });
    } catch (error) {
      const tries = (failures[key] ?? 0) + 1;
      const isGivenUp = tries >= mostTries || !mayStillCome(error);
      const message = error instanceof Error ? error.message : String(error);
      functions.logger.warn(
        `${functions.getNode().name}, run ${run.runId}, try ${tries} of ${mostTries}: ${message}`,
      );
      if (isGivenUp) emitted.push({ key, items: [...files, withoutFile(run, error, message)] });
      else failed.push(key);
    }
  }
  return { emitted, failed };
}

/** How the file of a run is to be delivered. */
export interface WantedFile {
  /** That of the binary field. */
  readonly field: string;
  /** `asCreated`, or a format of the service. */
  readonly format: string;
}

/**
 * What the fields of the trigger say about files; `undefined` where it downloads none.
 *
 * @throws {InvalidInputError} for an empty field: the poll fails then, and no run counts as settled.
 */
export function wantedFile(functions: IPollFunctions): WantedFile | undefined {
  const parameters = triggerParameters(functions);
  if (!parameters.flag(downloadFile)) return undefined;
  return { field: parameters.requiredText(fileField), format: parameters.choice(fileFormat) };
}

/**
 * Makes the items of one run: one, or one for each file.
 *
 * @param files takes the items of the files that were downloaded before one failed.
 * @throws what keeps a file of the run from being downloaded.
 */
export async function itemsOf(
  session: DigicertSession,
  run: ReadyRun,
  wanted: WantedFile | undefined,
  deadline: number,
  files: INodeExecutionData[] = [],
): Promise<readonly INodeExecutionData[]> {
  if (wanted === undefined) return [{ json: reportRunJson(run, { raw: false }) }];
  const { field } = wanted;
  const format = formatOf(wanted.format, run);
  const store = async (report: Report): Promise<IBinaryData> => {
    const delivered = await session.store(report);
    const { name, mediaType, redirectedTo, digest } = report;
    files.push(fileItem(run, field, { delivered, name, mediaType, redirectedTo, ...digest }));
    return delivered;
  };
  const { parts } = await fetchReportRun(
    session.client,
    { report: { id: run.reportId }, run: run.runId, format },
    store,
    { deadline },
  );
  return parts.map((part) => fileItem(run, field, part));
}

function fileItem(
  run: ReadyRun,
  field: string,
  file: Omit<DownloadedReport<IBinaryData>, 'note'> & { readonly note?: string | undefined },
): INodeExecutionData {
  const { name: fileName, mediaType, size, sha256, note, delivered } = file;
  const about = reportRunJson(run, { raw: false });
  const message = note === undefined ? {} : { message: note };
  return {
    json: { ...about, fileName, mediaType, size, sha256, ...message },
    binary: { [field]: delivered },
  };
}

function withoutFile(run: ReadyRun, error: unknown, message: string): INodeExecutionData {
  return { json: { ...reportRunJson(run, { raw: false }), state: failureState(error), message } };
}

/** A run without data, or in another format, stays so; a key can be mended, and a run be late. */
function mayStillCome(error: unknown): boolean {
  if (!(error instanceof SecurityReportsError)) return true;
  const isLate = error instanceof NotFoundError && (error.status === undefined || error.status >= 400);
  return error.retryable || error instanceof AccessError || isLate;
}

function formatOf(wanted: string, { formats }: ReadyRun): ReportFormat {
  const candidates: readonly string[] = wanted === 'asCreated' ? formats : [wanted];
  return candidates.find(isReportFormat) ?? 'CSV';
}

function isReportFormat(format: string): format is ReportFormat {
  return (reportFormats as readonly string[]).includes(format);
}
