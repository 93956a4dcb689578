import { createHash } from 'node:crypto';
import { type Problem, SecurityReportsError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { firstBytes, mostBytesOfFileName, safeFileName } from '../file-name.ts';
import { redactJson, redactor } from '../redact.ts';
import type { Verdict } from '../verdict.ts';
import type { PerceptionPointClient, SubmittedFile } from './client.ts';
import type { Scan } from './scan.ts';
import type { ScanWatch } from './scan-watch.ts';
import type { Submission } from './submission.ts';

/** A verdict, and the document that proves it. */
export interface ScanResult {
  readonly scanId: string;
  readonly verdict: Verdict;
  /** The service's own code, such as `MAL`. */
  readonly verdictCode: string;
  /** Whether the service reports an error or a failed status beside the verdict. */
  readonly reportsError: boolean;
  /** A safe file name for the document: `<file name>-<scan id>.json`. */
  readonly documentName: string;
  /** The service's own answer as indented JSON, without secrets, with the SHA-256 of what was sent as `submitted_sha256`. */
  readonly document: string;
  /** Of the document, in bytes. */
  readonly size: number;
  /** Of the document, in lower-case hex. */
  readonly sha256: string;
}

export interface ScanFileOptions {
  readonly signal?: AbortSignal | undefined;
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Called as soon as the service has the file. Whatever happens later, the scan can be asked for by its id. */
  readonly onSubmitted?: ((submitted: SubmittedFile) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Submits a file and waits for the verdict.
 *
 * @param watch of the same client; all who wait with it share one polling loop.
 * @throws as `PerceptionPointClient.submitFile` and `ScanWatch.waitFor` do; once the service has the file, every error
 * has the scan id as its `resumeId`.
 */
export async function scanFile(
  client: PerceptionPointClient,
  watch: ScanWatch,
  submission: Submission,
  options: ScanFileOptions,
): Promise<ScanResult & { readonly submitted: SubmittedFile }> {
  const submitted = await client.submitFile(submission, options);
  options.onSubmitted?.(submitted);
  try {
    const scan = await watch.waitFor(submitted.scanId, {
      ...options,
      submittedAt: submitted.submittedAt,
      sha256: submitted.sha256,
    });
    return { ...scanResult(submitted, scan), submitted };
  } catch (error) {
    if (!(error instanceof SecurityReportsError) || error.resumeId !== undefined) throw error;
    throw afterSubmission(error, submitted);
  }
}

/** Whatever keeps the verdict away: nobody shall have to submit the file a second time. */
function afterSubmission(error: SecurityReportsError, { scanId, name }: SubmittedFile): SecurityReportsError {
  const SameError = error.constructor as new (problem: Problem) => SecurityReportsError;
  return new SameError({
    service: error.service,
    operation: error.operation,
    subject: error.subject ?? name,
    what: `${error.what}; the file was submitted as scan ${scanId}`,
    remedy: `${error.remedy} Then ask again for the scan id ${scanId}.`,
    status: error.status,
    vendorCode: error.vendorCode,
    vendorMessage: error.vendorMessage,
    resumeId: scanId,
  });
}

/**
 * The result of a finished scan, as the list or a callback tells it. Without `name`, the document is named by what the
 * service tells of the file.
 *
 * @param secrets what must not be in the document, besides what the client of the scan knows of: all, of a callback.
 */
export function scanResult(
  known: Pick<SubmittedFile, 'scanId'> & Partial<Pick<SubmittedFile, 'name' | 'sha256'>>,
  scan: Pick<Scan, 'verdict' | 'verdictCode' | 'reportsError' | 'answer'> & Partial<Pick<Scan, 'fileName'>>,
  secrets: readonly string[] = [],
): ScanResult {
  const { scanId, name = scan.fileName ?? 'scan', sha256 } = known;
  const answer = redactJson(scan.answer, redactor(secrets));
  const sent = sha256 === undefined ? {} : { submitted_sha256: sha256 };
  const document = `${JSON.stringify({ ...answer, ...sent }, undefined, 2)}\n`;
  return {
    scanId,
    verdict: scan.verdict,
    verdictCode: scan.verdictCode,
    reportsError: scan.reportsError,
    documentName: documentNameOf(name, scanId),
    document,
    size: Buffer.byteLength(document),
    sha256: createHash('sha256').update(document).digest('hex'),
  };
}

/** A long file name is shortened, so that the scan id stays whole. */
function documentNameOf(name: string, scanId: string): string {
  const ending = `-${safeFileName(scanId, 'scan')}.json`;
  const stem = firstBytes(safeFileName(name, 'scan'), mostBytesOfFileName - Buffer.byteLength(ending));
  return `${stem}${ending}`;
}
