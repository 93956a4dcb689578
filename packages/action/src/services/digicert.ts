import {
  digicert,
  DigicertClient,
  fetchReportRun,
  NotFoundError,
  type Report,
  SecurityReportsError,
  TimeoutError,
} from '@security-reports/core';
import { diskProblemOf, ExtractionError, extractZip } from '@security-reports/core/node';
import { rm } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import type { DigicertRequest } from '../inputs/digicert.ts';
import { megabytes } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';
import { nameInWorkspace } from '../workspace.ts';
import { failedReport, whatFailed } from './failed-report.ts';
import { type Fetching, fromElsewhere, type SubjectLog, tellAbout } from './fetching.ts';
import { type ReportOwner, save } from './save.ts';

/** A file on disk, as an entry describes it. */
type SavedFile = Required<Pick<ReportEntry, 'path' | 'mediaType' | 'size' | 'sha256'>>;

/** An entry but for what all entries of the step have in common. */
type Outcome = Omit<ReportEntry, 'service' | 'subject'>;

/**
 * Fetches one run of a report with all its parts, and unpacks ZIPs where the user wants that. What was fetched before
 * something failed stays, and has entries of its own.
 *
 * @returns an entry for each file, and one for what failed.
 * @throws the signal's reason when the job is canceled.
 */
export async function fetchDigicertReports(
  request: DigicertRequest,
  fetching: Fetching,
): Promise<readonly ReportEntry[]> {
  const subject = 'id' in request.report ? request.report.id : request.report.displayName;
  const service = 'digicert';
  return fetching.log.group(
    `Fetch the report ${subject} from DigiCert CertCentral, ${request.baseUrl}`,
    async () => {
      const { baseUrl, apiKey } = request;
      const { transport, clock, signal, maxReportBytes } = fetching;
      const client = new DigicertClient({ baseUrl, apiKey, transport, clock, maxReportBytes });
      const files: SavedFile[] = [];
      const failures: Outcome[] = [];
      const found: RunIds = {};
      const tell = tellAbout(subject, fetching);
      try {
        const owner = { service: digicert, subject };
        await download(client, request, fetching, { files, found, owner }, tell);
      } catch (error) {
        signal.throwIfAborted();
        tell(whatFailed(error));
        failures.push({ ...runToResume(error), ...failedReport(error) });
      } finally {
        tell.end();
      }
      const delivered = await unpack(request, fetching, files, { service: digicert, subject }, tell);
      return [...delivered, ...failures].map((outcome) => ({ service, subject, ...outcome, ...found }));
    },
  );
}

/** The run that was waited for in vain, which a later step can ask for as `report-run-id`. */
function runToResume(error: unknown): { readonly runId?: string } {
  return error instanceof TimeoutError && error.resumeId !== undefined ? { runId: error.resumeId } : {};
}

/** Which run it is about, as soon as it is known. */
interface RunIds {
  reportId?: string;
  runId?: string;
}

/** Downloads all parts, and adds each to `files` as soon as it is saved, so that a failure takes nothing away. */
async function download(
  client: DigicertClient,
  request: DigicertRequest,
  fetching: Fetching,
  {
    files,
    found,
    owner,
  }: { readonly files: SavedFile[]; readonly found: RunIds; readonly owner: ReportOwner },
  tell: SubjectLog,
): Promise<void> {
  const { signal, deadline, pace, names } = fetching;
  const deliver = async (report: Report): Promise<void> => {
    const name = names.unique(report.name);
    const path = await save(report, name, owner, fetching).catch((error: unknown) => {
      // The next try gets it.
      names.release(name);
      throw error;
    });
    files.push({ path, mediaType: report.mediaType, ...report.digest });
    tell(`saved as ${path}, ${megabytes(report.digest.size)}${fromElsewhere(report)}`);
  };
  const { notes } = await fetchReportRun(client, request, deliver, {
    signal,
    deadline,
    pollIntervalMs: pace.pollIntervalMs,
    onProgress: ({ state }) => {
      tell(state);
    },
    onRun: ({ reportId, runId }) => {
      Object.assign(found, { reportId, runId });
    },
  });
  for (const note of notes) tell(note);
}

/** Puts what is in a ZIP in the place of the ZIP, which stays where it cannot be unpacked, or holds nothing. */
async function unpack(
  { extract }: DigicertRequest,
  { signal, workspace }: Fetching,
  files: readonly SavedFile[],
  owner: ReportOwner,
  tell: SubjectLog,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const file of files) {
    if (!extract || file.mediaType !== 'application/zip') {
      outcomes.push({ state: 'ready', ...file });
      continue;
    }
    const zip = join(workspace, file.path);
    try {
      const { dir, name } = parse(zip);
      const extracted = await extractZip(zip, join(dir, name), { signal });
      if (extracted.length === 0) throw nothingIn(zip);
      for (const { path, mediaType, size, sha256 } of extracted) {
        outcomes.push({ state: 'ready', path: nameInWorkspace(path, workspace), mediaType, size, sha256 });
        tell(`unpacked ${nameInWorkspace(path, workspace)}, ${megabytes(size)}`);
      }
      await rm(zip);
    } catch (error) {
      signal.throwIfAborted();
      const failure = notUnpacked(error, zip, owner);
      tell(whatFailed(failure));
      outcomes.push({ ...file, ...failedReport(failure) });
    }
  }
  return outcomes;
}

/** Why a ZIP was not unpacked, in words that name the service, the report, and what to do. */
function notUnpacked(error: unknown, zip: string, owner: ReportOwner): unknown {
  const operation = 'unpack report';
  const disk = diskProblemOf(error, parse(zip).name);
  if (disk !== undefined) {
    const what = `${basename(zip)} cannot be unpacked: ${disk.what}`;
    return new SecurityReportsError({
      ...owner,
      operation,
      what,
      remedy: `${disk.remedy} The ZIP itself is kept.`,
    });
  }
  if (!(error instanceof ExtractionError)) return error;
  return new SecurityReportsError({
    ...owner,
    operation,
    what: error.message.replace(/\.$/, ''),
    remedy: 'Set extract: false, and unpack it with a tool of your own.',
  });
}

function nothingIn(zip: string): NotFoundError {
  return new NotFoundError({
    service: digicert,
    operation: 'unpack report',
    subject: basename(zip),
    what: 'the run has no data: there is no file in the ZIP',
    remedy: 'Check the filters of the report in CertCentral, or take another run. The ZIP itself is kept.',
  });
}
