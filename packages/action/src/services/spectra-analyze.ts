import { fetchPdfReport, SpectraAnalyzeClient, type Verdict } from '@security-reports/core';
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

/** A hash to ask for once, and all that the user named it by. */
interface Sample {
  readonly hash: string;
  readonly subjects: readonly string[];
}

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
  const samples = await identifySamples(request, fetching);
  return log.group(
    `Fetch ${count(samples.length, 'PDF report')} from Spectra Analyze, ${baseUrl}`,
    async () => {
      const turn = takingTurns(fetching);
      const entries = await allSettled(
        samples.map((sample) =>
          turn(async () => {
            const outcome = await fetchOne(client, sample, request.classification, fetching);
            return sample.subjects.map((subject) => ({ ...outcome, subject }));
          }),
        ),
      );
      return entries.flat();
    },
  );
}

/** Different names of the same hash (a file and its copy, a hash and its file) become one sample. */
async function identifySamples(
  request: SpectraAnalyzeRequest,
  fetching: Fetching,
): Promise<readonly Sample[]> {
  const subjectsByHash = new Map<string, Set<string>>();
  const add = (hash: string, subject: string): void => {
    subjectsByHash.set(hash, (subjectsByHash.get(hash) ?? new Set()).add(subject));
  };
  for (const hash of request.hashes) add(hash.value, hash.value);
  if (request.files.length > 0) {
    await fetching.log.group(`Hash ${count(request.files.length, 'file')}`, async () => {
      for (const file of request.files) {
        const sha256 = await sha256Of(file, fetching.signal);
        fetching.log.info(`${file.name} (${megabytes(file.size)}) has the SHA-256 ${sha256}`);
        add(sha256, file.name);
      }
    });
  }
  return [...subjectsByHash].map(([hash, subjects]) => ({ hash, subjects: [...subjects] }));
}

async function sha256Of(file: WorkspaceFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file.path), hash, { signal });
  return hash.digest('hex');
}

async function fetchOne(
  client: SpectraAnalyzeClient,
  sample: Sample,
  classification: boolean,
  fetching: Fetching,
): Promise<Omit<ReportEntry, 'subject'>> {
  const { signal, deadline, pace, workspace, outputDirectory } = fetching;
  const { hash } = sample;
  const service = 'spectra-analyze';
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
