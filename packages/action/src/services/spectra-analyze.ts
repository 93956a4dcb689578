import {
  fetchPdfReport,
  InvalidInputError,
  spectraAnalyze,
  SpectraAnalyzeClient,
  TimeoutError,
  type Verdict,
} from '@security-reports/core';
import { saveReport } from '@security-reports/core/node';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { SpectraAnalyzeRequest } from '../inputs/spectra-analyze.ts';
import { count, megabytes } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';
import { nameInWorkspace, type WorkspaceFile } from '../workspace.ts';
import { failedReport, whatFailed } from './failed-report.ts';
import { allSettled, type Fetching, takingTurns, tellAbout } from './fetching.ts';

/** An entry but for whom it is about. */
type Outcome = Omit<ReportEntry, 'subject'>;

/** What the user named: the hash to ask for, or why there is none. */
type Named = { readonly subject: string } & ({ readonly hash: string } | { readonly failure: Outcome });

const service = 'spectra-analyze';

/**
 * Fetches the PDF report of every sample, several at a time, and saves it as `<hash>.pdf`. One that cannot be had
 * never stops the others.
 *
 * @returns an entry for each hash and each file, in the order they were named.
 * @throws the signal's reason when the job is canceled.
 */
export async function fetchSpectraAnalyzeReports(
  request: SpectraAnalyzeRequest,
  fetching: Fetching,
): Promise<readonly ReportEntry[]> {
  const { log, clock, transport } = fetching;
  const { baseUrl, token } = request;
  const client = new SpectraAnalyzeClient({ baseUrl, token, transport, clock });
  const named = [
    ...request.hashes.map((hash) => ({ subject: hash, hash })),
    ...(await hashFiles(request.files, fetching)),
  ];
  const hashes = new Set(named.flatMap((one) => ('hash' in one ? one.hash : [])));
  return log.group(`Fetch ${count(hashes.size, 'PDF report')} from Spectra Analyze, ${baseUrl}`, () => {
    const turn = takingTurns(fetching);
    const fetched = new Map<string, Promise<Outcome>>();
    // A file and its copy, or a hash and its file, are the same sample.
    const fetchOnce = (hash: string): Promise<Outcome> => {
      const outcome =
        fetched.get(hash) ?? turn(() => fetchOne(client, hash, request.classification, fetching));
      fetched.set(hash, outcome);
      return outcome;
    };
    return allSettled(
      named.map(async (one) => ({
        ...('hash' in one ? await fetchOnce(one.hash) : one.failure),
        subject: one.subject,
      })),
    );
  });
}

/** One that cannot be read does not stop the others. */
async function hashFiles(files: readonly WorkspaceFile[], fetching: Fetching): Promise<readonly Named[]> {
  if (files.length === 0) return [];
  const { log, signal, deadline, clock } = fetching;
  const timeIsUp = AbortSignal.timeout(Math.max(0, deadline - clock.now()));
  const ending = AbortSignal.any([signal, timeIsUp]);
  return log.group(`Hash ${count(files.length, 'file')}`, async () => {
    const named: Named[] = [];
    for (const file of files) {
      const subject = file.name;
      try {
        const hash = await sha256Of(file, ending);
        log.info(`${subject} (${megabytes(file.size)}) has the SHA-256 ${hash}`);
        named.push({ subject, hash });
      } catch (error) {
        signal.throwIfAborted();
        const failure = timeIsUp.aborted ? noTimeToHash(subject) : unreadable(subject, error);
        log.info(`${subject}  ${whatFailed(failure)}`);
        named.push({ subject, failure: { service, ...failedReport(failure) } });
      }
    }
    return named;
  });
}

function noTimeToHash(subject: string): TimeoutError {
  return new TimeoutError({
    service: spectraAnalyze,
    operation: 'hash file',
    subject,
    what: 'the time was up before its SHA-256 was known',
    remedy: 'Allow more time, or give the hash itself.',
  });
}

function unreadable(subject: string, error: unknown): InvalidInputError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new InvalidInputError({
    service: spectraAnalyze,
    operation: 'hash file',
    subject,
    what: `it cannot be read (${code})`,
    remedy: 'See that it is there and that this user may read it, or leave it out.',
  });
}

async function sha256Of(file: WorkspaceFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file.path), hash, { signal });
  return hash.digest('hex');
}

async function fetchOne(
  client: SpectraAnalyzeClient,
  hash: string,
  classification: boolean,
  fetching: Fetching,
): Promise<Outcome> {
  const { signal, deadline, pace, workspace, outputDirectory } = fetching;
  const tell = tellAbout(hash, fetching);
  try {
    const report = await fetchPdfReport(
      client,
      hash,
      (stream) => saveReport(stream, outputDirectory, `${hash}.pdf`),
      {
        signal,
        deadline,
        pollIntervalMs: pace.pollIntervalMs,
        onProgress: ({ state }) => {
          tell(state);
        },
      },
    );
    const path = nameInWorkspace(report.delivered, workspace);
    tell(`saved as ${path}, ${megabytes(report.size)}`);
    const verdict = classification ? await classify(client, hash, fetching, tell) : {};
    const { mediaType, size, sha256 } = report;
    return { service, state: 'ready', path, mediaType, size, sha256, ...verdict };
  } catch (error) {
    signal.throwIfAborted();
    tell(whatFailed(error));
    return { service, ...failedReport(error) };
  }
}

/** A verdict that was asked for and cannot be had is `unknown`, so that a gate closes rather than opens. */
async function classify(
  client: SpectraAnalyzeClient,
  hash: string,
  { signal, deadline }: Fetching,
  tell: (what: string) => void,
): Promise<{ readonly verdict: Verdict; readonly message?: string }> {
  try {
    const { verdict, threatName } = await client.getClassification(hash, { signal, deadline });
    tell(`the verdict is ${verdict}${threatName === undefined ? '' : ` (${threatName})`}`);
    return { verdict };
  } catch (error) {
    signal.throwIfAborted();
    tell(`the verdict cannot be had: ${whatFailed(error)}`);
    return { verdict: 'unknown', message: failedReport(error).message };
  }
}
