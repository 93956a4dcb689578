import { DigicertClient, fetchReportRun, type Report, TimeoutError } from '@security-reports/core';
import { extractZip, saveReport } from '@security-reports/core/node';
import { rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { DigicertRequest } from '../inputs/digicert.ts';
import { megabytes } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';
import { nameInWorkspace } from '../workspace.ts';
import { failedReport, whatFailed } from './failed-report.ts';
import { type Fetching, tellAbout } from './fetching.ts';
import { FileNames } from './file-names.ts';

/** A file on disk, as an entry describes it. */
type SavedFile = Required<Pick<ReportEntry, 'path' | 'mediaType' | 'size' | 'sha256'>>;

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
      const files: SavedFile[] = [];
      const tell = tellAbout(subject, fetching);
      try {
        const { reportId, runId } = await download(request, fetching, files, tell);
        const { unpacked, failures } = await unpack(request, fetching, files, tell);
        const about = { service, subject, reportId, runId } as const;
        return [
          ...unpacked.map((file) => ({ ...about, state: 'ready' as const, ...file })),
          ...failures.map((failure) => ({ ...about, ...failure })),
        ];
      } catch (error) {
        fetching.signal.throwIfAborted();
        tell(whatFailed(error));
        return [
          ...files.map((file) => ({ service, subject, state: 'ready', ...file }) as const),
          { service, subject, ...runToResume(error), ...failedReport(error) },
        ];
      }
    },
  );
}

/** The run that was waited for in vain, which a later step can ask for as `report-run-id`. */
function runToResume(error: unknown): { readonly runId?: string } {
  return error instanceof TimeoutError && error.resumeId !== undefined ? { runId: error.resumeId } : {};
}

/** Downloads all parts, and adds each to `files` as soon as it is saved. */
async function download(
  request: DigicertRequest,
  { transport, clock, signal, deadline, pace, outputDirectory, workspace }: Fetching,
  files: SavedFile[],
  tell: (what: string) => void,
): Promise<{ readonly reportId: string; readonly runId: string }> {
  const client = new DigicertClient({ baseUrl: request.baseUrl, apiKey: request.apiKey, transport, clock });
  const names = new FileNames();
  const save = async (report: Report): Promise<void> => {
    const name = names.unique(report.name);
    const saved = await saveReport(report, outputDirectory, name).catch((error: unknown) => {
      // The next try shall have it.
      names.release(name);
      throw error;
    });
    const path = nameInWorkspace(saved, workspace);
    files.push({ path, mediaType: report.mediaType, ...report.digest });
    tell(`saved as ${path}, ${megabytes(report.digest.size)}`);
  };
  const { reportId, runId, notes } = await fetchReportRun(client, request, save, {
    signal,
    deadline,
    pollIntervalMs: pace.pollIntervalMs,
    onProgress: ({ state }) => {
      tell(state);
    },
  });
  for (const note of notes) tell(note);
  return { reportId, runId };
}

interface Unpacked {
  readonly unpacked: readonly SavedFile[];
  readonly failures: readonly (SavedFile & ReturnType<typeof failedReport>)[];
}

/** Puts what is in a ZIP in the place of the ZIP, which stays where it cannot be unpacked. */
async function unpack(
  request: DigicertRequest,
  { signal, workspace }: Fetching,
  files: readonly SavedFile[],
  tell: (what: string) => void,
): Promise<Unpacked> {
  if (!request.extract) return { unpacked: files, failures: [] };
  const unpacked: SavedFile[] = [];
  const failures: Unpacked['failures'][number][] = [];
  for (const file of files) {
    if (file.mediaType !== 'application/zip') {
      unpacked.push(file);
      continue;
    }
    const zip = join(workspace, file.path);
    try {
      const { dir, name } = parse(zip);
      for (const { path, mediaType, size, sha256 } of await extractZip(zip, join(dir, name), { signal })) {
        unpacked.push({ path: nameInWorkspace(path, workspace), mediaType, size, sha256 });
        tell(`unpacked ${nameInWorkspace(path, workspace)}, ${megabytes(size)}`);
      }
      await rm(zip);
    } catch (error) {
      signal.throwIfAborted();
      tell(whatFailed(error));
      failures.push({ ...file, ...failedReport(error) });
    }
  }
  return { unpacked, failures };
}
