import type { Clock } from '../clock.ts';
import type { Limits } from '../deadline.ts';
import { AccessError, InvalidInputError, NotFoundError, ServiceError } from '../errors.ts';
import type { Refusal } from '../http/refusal.ts';
import { ServiceHttp } from '../http/service-http.ts';
import { redactJson } from '../redact.ts';
import { type Deliver, type DeliveredReport, deliverReport, openReport } from '../report.ts';
import { pdf } from '../report-kind.ts';
import { reportsError } from '../reported-error.ts';
import type { Transport } from '../transport.ts';
import { cleanVendorText } from '../vendor-text.ts';
import type { Verdict } from '../verdict.ts';
import { parseHash, type SampleHash } from './hash.ts';
import { type PdfReportStatus, pdfReportState } from './pdf-report-status.ts';
import { spectraAnalyze } from './service.ts';

export interface SpectraAnalyzeOptions {
  /** The appliance, such as `https://appliance.example.com`. */
  readonly baseUrl: string;
  /** An API token of the appliance. */
  readonly token: string;
  readonly transport: Transport;
  readonly clock: Clock;
  /** How large a PDF may be, in bytes; 2 GB unless given, and never more where the appliance announces no size. */
  readonly maxReportBytes?: number | undefined;
}

/** Its name is `<hash>.pdf`. */
export type DownloadedPdfReport<T> = DeliveredReport<T>;

export interface Classification {
  readonly verdict: Verdict;
  /** The appliance's own word: `malicious`, `suspicious`, `goodware`, `unknown`. */
  readonly classification: string;
  /** 0 (trusted) to 10 (malicious). */
  readonly riskScore: number | undefined;
  /** The threat's name, such as `Win32.Ransomware.Petya`. */
  readonly threatName: string | undefined;
  /** The appliance's own answer, without the token. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * The calls of the Spectra Analyze appliance that have to do with PDF reports, one to one.
 *
 * Every method takes a hash as MD5, SHA-1 or SHA-256 in hex of any letter case. A report belongs to the type of hash
 * it was created with, so all calls for one report must use the same (doc).
 *
 * Every method throws a `SecurityReportsError`: `InvalidInputError` for a malformed hash (before anything is sent),
 * `AccessError` when the token is refused (403, doc), `NotFoundError` when the sample is not on the appliance (404,
 * doc), `ConnectionError`, `ServiceError` or `TimeoutError` otherwise; and the signal's reason when that aborts.
 */
export class SpectraAnalyzeClient {
  readonly #http: ServiceHttp;
  readonly #maxReportBytes: number | undefined;

  /** @throws {InvalidInputError} when the base URL or the token cannot be used. */
  constructor(options: SpectraAnalyzeOptions) {
    this.#maxReportBytes = options.maxReportBytes;
    this.#http = new ServiceHttp({
      service: spectraAnalyze,
      transport: options.transport,
      clock: options.clock,
      baseUrl: options.baseUrl,
      credential: { header: 'authorization', prefix: 'Token ', secret: options.token },
    });
  }

  get clock(): Clock {
    return this.#http.clock;
  }

  /**
   * Starts the creation of the PDF report: `GET /api/pdf/{hash}/create` (doc). Creating it again does no harm. The answer
   * says where to ask next, as the documentation does, too: any JSON object will do.
   */
  async createPdfReport(hash: string, limits: Limits = {}): Promise<void> {
    const operation = 'create PDF report';
    const sample = readHash(hash, operation);
    await this.#http.json(
      { ...pdfCall(sample, 'create'), operation, explain: explainSampleCall },
      limits,
      anyObject,
    );
  }

  /**
   * Asks how far the PDF report is: `GET /api/pdf/{hash}/status` (doc).
   *
   * The numbers 1 and 2 are documented; 0 is known from one client (third party), the number of a failure from nobody
   * (unknown). So the message decides together with the number, under `status_message` (doc) or `message` (vendor
   * code, of the sister API).
   */
  async getPdfReportStatus(hash: string, limits: Limits = {}): Promise<PdfReportStatus> {
    const operation = 'get PDF report status';
    const sample = readHash(hash, operation);
    return this.#http.json(
      { ...pdfCall(sample, 'status'), operation, explain: explainSampleCall },
      limits,
      (answer) => {
        const { status, status_message: statusMessage, message } = fieldsOf(answer);
        const number = typeof status === 'number' ? status : undefined;
        const text = [statusMessage, message].find((candidate) => typeof candidate === 'string');
        if (number === undefined && text === undefined) return undefined;
        return {
          state: pdfReportState(number, text ?? ''),
          number,
          message: this.#http.clean(text ?? ''),
        };
      },
    );
  }

  /**
   * Downloads the PDF report and hands it to `deliver`: `GET /api/pdf/{hash}/download` (doc).
   *
   * @throws {NotFoundError} also when the PDF was never created with this hash, or has expired.
   * @throws {InvalidReportError} when what comes is not a whole PDF, after further tries where they may help.
   */
  async downloadPdfReport<T>(
    hash: string,
    deliver: Deliver<T>,
    limits: Limits = {},
  ): Promise<DownloadedPdfReport<T>> {
    const operation = 'download PDF report';
    const sample = readHash(hash, operation);
    const call = {
      ...pdfCall(sample, 'download'),
      operation,
      // The samples of the documentation ask for anything, and a server that negotiates may offer something else.
      accept: '*/*',
      explain: explainDownload,
    };
    return this.#http.request(call, limits, async (response) => {
      const report = await openReport(
        response,
        {
          kinds: [pdf],
          called: pdf.name,
          name: () => `${sample.value}.pdf`,
          maxBytes: this.#maxReportBytes,
        },
        {
          service: spectraAnalyze,
          operation,
          subject: sample.value,
          clean: (text) => this.#http.clean(text),
        },
      );
      return deliverReport(report, deliver);
    });
  }

  /**
   * Asks for the verdict on a sample: `GET /api/samples/v3/{hash}/classification/?localonly=1` (vendor code).
   * `localonly` keeps the appliance from asking its cloud, which spends quota (inferred).
   *
   * @throws {ServiceError} also when the answer names another hash of the same type: it is about another sample.
   */
  async getClassification(hash: string, limits: Limits = {}): Promise<Classification> {
    const operation = 'get classification';
    const sample = readHash(hash, operation);
    return this.#http.json(
      {
        method: 'GET',
        path: `/api/samples/v3/${sample.value}/classification/`,
        query: { localonly: '1' },
        subject: sample.value,
        operation,
        explain: explainSampleCall,
      },
      limits,
      (answer) => {
        const fields = fieldsOf(answer);
        const { classification, riskscore, classification_result: threatName } = fields;
        if (typeof classification !== 'string') return undefined;
        checkIsAbout(sample, fields, operation);
        return {
          verdict: verdictOf(classification, fields),
          classification: this.#http.clean(classification),
          riskScore: typeof riskscore === 'number' ? riskscore : undefined,
          threatName:
            typeof threatName === 'string' && threatName !== '' ? this.#http.clean(threatName) : undefined,
          answer: redactJson(fields, this.#http.redactor([])),
        };
      },
    );
  }

  /**
   * Proves that the base URL and the token are good, by asking for the status of a sample that nobody has:
   * `POST /api/samples/status/?status=processed` (vendor code). Any JSON object will do as the answer.
   */
  async testConnection(limits: Limits = {}): Promise<void> {
    await this.#http.json(
      {
        method: 'POST',
        path: '/api/samples/status/',
        query: { status: 'processed' },
        body: { type: 'form', fields: { hash_values: '0'.repeat(40) } },
        repeatable: true,
        operation: 'test connection',
      },
      limits,
      anyObject,
    );
  }
}

/** Of the hashes that an answer names (`md5`, `sha1`, `sha256`: vendor code), only that of the type asked for says whose it is. */
function checkIsAbout(
  { type, value }: SampleHash,
  answer: Readonly<Record<string, unknown>>,
  operation: string,
): void {
  const named = answer[type];
  if (typeof named !== 'string' || named.trim() === '' || named.trim().toLowerCase() === value) return;
  throw new ServiceError({
    service: spectraAnalyze,
    operation,
    subject: value,
    what: `the answer is about another sample (${cleanVendorText(named, [])})`,
    remedy: 'Ask for the sample by its SHA-256; if it stays so, check what stands in front of the appliance.',
  });
}

function readHash(text: string, operation: string): SampleHash {
  const hash = parseHash(text);
  if (hash !== undefined) return hash;
  throw new InvalidInputError({
    service: spectraAnalyze,
    operation,
    subject: JSON.stringify(text.slice(0, 80)),
    what: 'it is not a hash',
    remedy: 'Give an MD5 (32 hex digits), SHA-1 (40) or SHA-256 (64).',
  });
}

function pdfCall(
  sample: SampleHash,
  step: 'create' | 'status' | 'download',
): { method: 'GET'; path: string; subject: string } {
  return { method: 'GET', path: `/api/pdf/${sample.value}/${step}`, subject: sample.value };
}

/** An error beside a clean verdict makes it `unknown`; it takes nothing from a worse one. */
function verdictOf(classification: string, answer: Readonly<Record<string, unknown>>): Verdict {
  switch (classification.toLowerCase()) {
    case 'goodware':
      return reportsError(answer) ? 'unknown' : 'clean';
    case 'malicious':
      return 'malicious';
    case 'suspicious':
      return 'suspicious';
    default:
      return 'unknown';
  }
}

function explainSampleCall(refusal: Refusal): AccessError | NotFoundError | ServiceError | undefined {
  switch (refusal.status) {
    case 403:
      return new AccessError({
        ...refusal,
        what: 'the appliance refuses the token',
        remedy: 'Create a new API token on the appliance, and check that the base URL is that appliance.',
      });
    case 404:
      return new NotFoundError({
        ...refusal,
        what: 'the sample is not on the appliance',
        remedy: 'Submit the sample to the appliance first, or check the hash.',
      });
    case 428:
      return new ServiceError({
        ...refusal,
        what: 'the appliance has this feature not configured',
        remedy: 'Ask its administrator to configure it.',
      });
    default:
      return undefined;
  }
}

function explainDownload(refusal: Refusal): AccessError | NotFoundError | ServiceError | undefined {
  if (refusal.status !== 404) return explainSampleCall(refusal);
  return new NotFoundError({
    ...refusal,
    what: 'there is no such PDF on the appliance: it was not created with this hash, or has expired after 30 minutes',
    remedy: 'Create the PDF report again, with the same hash.',
  });
}

function anyObject(value: unknown): true | undefined {
  return typeof value === 'object' && value !== null ? true : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
