import {
  AccessError,
  type Classification,
  fetchPdfReport,
  InvalidInputError,
  parseHash,
  spectraAnalyze,
  SpectraAnalyzeClient,
  TimeoutError,
} from '@security-reports/core';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { SpectraAnalyzeRequest } from '../inputs/spectra-analyze.ts';
import { count, megabytes } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';
import { ChangedFileError, type WorkspaceFile } from '../workspace-file.ts';
import { failedReport, whatFailed } from './failed-report.ts';
import {
  allSettled,
  type Fetching,
  fromElsewhere,
  type SubjectLog,
  takingTurns,
  tellAbout,
} from './fetching.ts';
import { save } from './save.ts';

/** An entry but for whom it is about. */
type Outcome = Omit<ReportEntry, 'subject'>;

/** A file on disk, as an entry describes it. */
type SavedFile = Required<Pick<ReportEntry, 'path' | 'mediaType' | 'size' | 'sha256'>>;

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
  const { log, clock, transport, maxReportBytes } = fetching;
  const { baseUrl, token } = request;
  const client = new SpectraAnalyzeClient({ baseUrl, token, transport, clock, maxReportBytes });
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
  const about = { service: spectraAnalyze, operation: 'hash file', subject };
  if (error instanceof ChangedFileError) {
    return new InvalidInputError({ ...about, what: error.what, remedy: error.remedy });
  }
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new InvalidInputError({
    ...about,
    what: `it cannot be read (${code})`,
    remedy: 'Check that it is there and that this user may read it, or leave it out.',
  });
}

async function sha256Of(file: WorkspaceFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(file.open(), hash, { signal });
  return hash.digest('hex');
}

/** The PDF and the verdict are asked for side by side, so that neither is lost when the other cannot be fetched. */
async function fetchOne(
  client: SpectraAnalyzeClient,
  hash: string,
  classification: boolean,
  fetching: Fetching,
): Promise<Outcome> {
  const tell = tellAbout(hash, fetching);
  try {
    const [pdf, verdict] = await Promise.all([
      settled(fetchPdf(client, hash, fetching, tell)),
      classification ? settled(classify(client, hash, fetching, tell)) : undefined,
    ]);
    fetching.signal.throwIfAborted();
    return { service, ...outcomeOf(hash, pdf, verdict) };
  } finally {
    tell.end();
  }
}

async function fetchPdf(
  client: SpectraAnalyzeClient,
  hash: string,
  fetching: Fetching,
  tell: SubjectLog,
): Promise<SavedFile> {
  const { signal, deadline, pace } = fetching;
  try {
    const owner = { service: spectraAnalyze, subject: hash };
    const report = await fetchPdfReport(
      client,
      hash,
      (stream) => save(stream, `${hash}.pdf`, owner, fetching),
      {
        signal,
        deadline,
        pollIntervalMs: pace.pollIntervalMs,
        onProgress: ({ state }) => {
          tell(state);
        },
      },
    );
    const { delivered: path, mediaType, size, sha256 } = report;
    tell(`saved as ${path}, ${megabytes(size)}${fromElsewhere(report)}`);
    return { path, mediaType, size, sha256 };
  } catch (error) {
    if (!signal.aborted) tell(whatFailed(error));
    throw error;
  }
}

async function classify(
  client: SpectraAnalyzeClient,
  hash: string,
  { signal, deadline }: Fetching,
  tell: SubjectLog,
): Promise<Classification> {
  try {
    const classification = await client.getClassification(hash, { signal, deadline });
    const { verdict, threatName } = classification;
    tell(`the verdict is ${verdict}${threatName === undefined ? '' : ` (${threatName})`}`);
    return classification;
  } catch (error) {
    if (!signal.aborted) tell(`no verdict: ${whatFailed(error)}`);
    throw error;
  }
}

/** A verdict that was asked for and is not there is `unknown`, so that a gate closes rather than opens. */
function outcomeOf(
  hash: string,
  pdf: PromiseSettledResult<SavedFile>,
  verdict: PromiseSettledResult<Classification> | undefined,
): Omit<Outcome, 'service'> {
  const failures = [pdf, verdict].flatMap((result): unknown[] =>
    result?.status === 'rejected' ? [result.reason] : [],
  );
  const message = wordsFor(failures);
  return {
    ...(pdf.status === 'fulfilled'
      ? { state: 'ready', ...pdf.value, ...(verdict?.status === 'rejected' && { verdict: 'unknown' }) }
      : { state: failedReport(pdf.reason).state }),
    ...(verdict?.status === 'fulfilled' && verdictFields(verdict.value)),
    ...sha256OfSample(hash, verdict),
    ...(message !== '' && { message }),
  };
}

function verdictFields({ verdict, threatName, riskScore }: Classification): Partial<Outcome> {
  return {
    verdict,
    ...(threatName !== undefined && { threatName }),
    ...(riskScore !== undefined && { riskScore }),
  };
}

/** The hash itself, or what the appliance says of a sample that was named by a shorter one. */
function sha256OfSample(
  hash: string,
  verdict: PromiseSettledResult<Classification> | undefined,
): { readonly subjectSha256?: string } {
  const named = verdict?.status === 'fulfilled' ? verdict.value.answer['sha256'] : undefined;
  const known = [hash, typeof named === 'string' ? named : '']
    .map(parseHash)
    .find((candidate) => candidate?.type === 'sha256');
  return known === undefined ? {} : { subjectSha256: known.value };
}

/** What kept both the PDF and the verdict away is said once. */
function wordsFor(failures: readonly unknown[]): string {
  const [first, second] = failures;
  const isSame =
    whatFailed(first) === whatFailed(second) ||
    (first instanceof AccessError && second instanceof AccessError);
  return (isSame ? failures.slice(0, 1) : failures).map((error) => failedReport(error).message).join(' ');
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}
