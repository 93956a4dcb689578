import {
  type FileToScan,
  mostBytesToScan,
  notListed,
  patienceWithUnlistedMs,
  perceptionPoint,
  PerceptionPointClient,
  type Scan,
  scanFile,
  type ScanResult,
  scanResult,
  type ScanSource,
  ScanWatch,
  SecurityReportsError,
  type SubmittedFile,
} from '@security-reports/core';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PerceptionPointRequest } from '../inputs/perception-point.ts';
import { count, megabytes } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';
import type { WorkspaceFile } from '../workspace-file.ts';
import { failedReport, whatFailed } from './failed-report.ts';
import { allSettled, type Fetching, takingTurns, tellAbout } from './fetching.ts';
import { save } from './save.ts';

/** One thing to scan, or a scan that was submitted earlier. */
interface ScanJob {
  readonly subject: string;
  /** What is sent, for the log. */
  readonly sends: string;
  readonly source: ScanSource | { readonly type: 'scan-id'; readonly scanId: string };
}

/** What all jobs of the step share. */
interface Scanning extends Fetching {
  readonly request: PerceptionPointRequest;
  readonly client: PerceptionPointClient;
  readonly watch: ScanWatch;
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
  /** The scans of `request.scanIds` as the service knows them now, by one check for all jobs. */
  readonly checkOnce: () => Promise<ReadonlyMap<string, Scan>>;
}

/**
 * Has every source scanned, or collects scans that were submitted earlier, and saves each result as
 * `<file name>-<scan id>.json`. One that cannot be had never stops the others.
 *
 * @returns an entry for each source or scan, in the order of the inputs.
 * @throws the signal's reason when the job is canceled.
 */
export async function fetchPerceptionPointReports(
  request: PerceptionPointRequest,
  fetching: Fetching,
): Promise<readonly ReportEntry[]> {
  const { baseUrl, token } = request;
  const { transport, clock } = fetching;
  const client = new PerceptionPointClient({ baseUrl, token, transport, clock });
  const watch = new ScanWatch(client, fetching.pace.pollIntervalMs);
  const scanning = {
    ...fetching,
    request,
    client,
    watch,
    turn: takingTurns(fetching),
    checkOnce: once(() =>
      client.checkScans(request.scanIds, { signal: fetching.signal, deadline: fetching.deadline }),
    ),
  };
  if (request.emptyFiles.length > 0) {
    const names = request.emptyFiles.map(({ name }) => name).join(', ');
    fetching.log.warning(`Skipped, since there is nothing in it to scan: ${names}`);
  }
  const jobs = jobsOf(request);
  return fetching.log.group(
    `Scan ${count(jobs.length, 'subject')} with Perception Point, ${request.baseUrl}`,
    async () => {
      const entries = await allSettled(jobs.map((job) => runJob(job, scanning)));
      return Promise.all(entries.map((entry) => withoutClash(entry, scanning)));
    },
  );
}

function jobsOf(request: PerceptionPointRequest): readonly ScanJob[] {
  return [
    ...request.files.map((file) => ({
      subject: file.name,
      sends: `its ${megabytes(file.size)}`,
      source: { type: 'data', file: fileToScan(file) } as const,
    })),
    ...request.downloadLinks.map((url) => ({
      subject: withoutSecrets(url),
      sends: 'the link',
      source: { type: 'download-link', url } as const,
    })),
    ...request.storagePaths.map((path) => ({
      subject: path,
      sends: 'the storage path',
      source: { type: 'storage-path', path, storage: request.storage } as const,
    })),
    ...request.scanIds.map((scanId) => ({
      subject: scanId,
      sends: 'the scan id',
      source: { type: 'scan-id', scanId } as const,
    })),
  ];
}

async function runJob(job: ScanJob, scanning: Scanning): Promise<ReportEntry> {
  const tell = tellAbout(job.subject, scanning);
  const { source } = job;
  const known: { scanId?: string; subjectSha256?: string } =
    source.type === 'scan-id' ? { scanId: source.scanId } : {};
  const onSubmitted = ({ scanId, sha256 }: SubmittedFile): void => {
    known.scanId = scanId;
    if (sha256 !== undefined) known.subjectSha256 = sha256;
    tell(`submitted as scan ${scanId}`);
  };
  const about = { service: 'perception-point', subject: job.subject } as const;
  try {
    const result =
      source.type === 'scan-id'
        ? await collect(source.scanId, scanning, tell)
        : await submit({ ...job, source }, scanning, tell, onSubmitted);
    if (result === undefined) return { ...about, state: 'submitted', ...known };
    return { ...about, ...known, ...(await saveResult(result, job.subject, scanning, tell)) };
  } catch (error) {
    scanning.signal.throwIfAborted();
    tell(whatFailed(error));
    // What was submitted stays known by its id, however the rest ends.
    const scanId = known.scanId ?? (error instanceof SecurityReportsError ? error.resumeId : undefined);
    return { ...about, ...failedReport(error), ...known, ...(scanId !== undefined && { scanId }) };
  } finally {
    tell.end();
  }
}

/**
 * The entry, or a failed one where the service gave its scan id to two submissions: the second may have turned up after
 * the first one's verdict was saved, and the verdict is that on one of both at the best.
 */
async function withoutClash(entry: ReportEntry, { client, workspace }: Scanning): Promise<ReportEntry> {
  const { service, subject, scanId, path } = entry;
  const clash = scanId === undefined ? undefined : client.clashOf(scanId);
  if (clash === undefined) return entry;
  if (path !== undefined) await rm(join(workspace, path), { force: true });
  return { service, subject, ...failedReport(clash), ...(scanId !== undefined && { scanId }) };
}

/** Submits one thing. @returns its verdict, or `undefined` when the user did not want to wait for it. */
async function submit(
  job: ScanJob & { readonly source: ScanSource },
  { client, watch, request, signal, deadline, turn }: Scanning,
  tell: (what: string) => void,
  onSubmitted: (submitted: SubmittedFile) => void,
): Promise<ScanResult | undefined> {
  const { filePassword, callbackUrl, callbackParams, callbackHeaders } = request;
  const { source, sends } = job;
  const submission = { source, filePassword, callbackUrl, callbackParams, callbackHeaders };
  // Only submitting takes one of the few places: all that wait share one polling loop.
  const { result } = await turn(async () => {
    // The client refuses what is too large before anything of it is sent.
    if (source.type !== 'data' || source.file.size <= mostBytesToScan) tell(`sending ${sends}`);
    if (!request.wait) {
      onSubmitted(await client.submitFile(submission, { signal, deadline }));
      return { result: undefined };
    }
    const submitted = Promise.withResolvers<undefined>();
    const scan = scanFile(client, watch, submission, {
      signal,
      deadline,
      onSubmitted: (file) => {
        onSubmitted(file);
        submitted.resolve(undefined);
      },
      onProgress: ({ state }) => {
        tell(state);
      },
    });
    await Promise.race([submitted.promise, scan]);
    return { result: scan };
  });
  return result;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/** The verdict on a scan of earlier, or `undefined` when there is none yet and the user did not want to wait for it. */
async function collect(
  scanId: string,
  { watch, request, checkOnce, signal, deadline }: Scanning,
  tell: (what: string) => void,
): Promise<ScanResult | undefined> {
  if (request.wait) {
    const scan = await watch.waitFor(scanId, {
      signal,
      deadline,
      giveUpUnlistedAfterMs: patienceWithUnlistedMs,
      onProgress: ({ state }) => {
        tell(state);
      },
    });
    return scanResult({ scanId }, scan);
  }
  const scan = (await checkOnce()).get(scanId);
  if (scan === undefined) throw notListed(scanId);
  tell(scan.finished ? 'finished' : 'being scanned');
  return scan.finished ? scanResult({ scanId }, scan) : undefined;
}

/** A verdict outlives its file: where that cannot be saved, the entry is failed and still says it. */
async function saveResult(
  { scanId, verdict, verdictCode, reportsError, document, documentName, size, sha256 }: ScanResult,
  subject: string,
  scanning: Scanning,
  tell: (what: string) => void,
): Promise<Omit<ReportEntry, 'service' | 'subject'>> {
  const why = [
    ...(verdict === 'unknown' && verdictCode !== '' ? [verdictCode] : []),
    ...(reportsError ? ['the service reports an error beside it'] : []),
  ].join(', ');
  tell(`the verdict is ${verdict}${why === '' ? '' : ` (${why})`}`);
  try {
    const name = scanning.names.unique(documentName);
    const path = await save(document, name, { service: perceptionPoint, subject }, scanning);
    tell(`saved as ${path}, ${megabytes(size)}`);
    return { state: 'ready', path, mediaType: 'application/json', size, sha256, verdict, scanId };
  } catch (error) {
    scanning.signal.throwIfAborted();
    tell(whatFailed(error));
    return { ...failedReport(error), verdict, scanId };
  }
}

function fileToScan(file: WorkspaceFile): FileToScan {
  const { name, size } = file;
  return { name: name.slice(name.lastIndexOf('/') + 1), size, open: () => file.open() };
}

/** A link may be a signed one: its query, user and password are in no log and no output. */
function withoutSecrets(link: string): string {
  const url = new URL(link);
  return `${url.origin}${url.pathname}`;
}
