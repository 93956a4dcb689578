import type { Clock } from '../clock.ts';
import type { Limits } from '../deadline.ts';
import { AccessError, NotFoundError, type SecurityReportsError, ServiceError } from '../errors.ts';
import type { Refusal } from '../http/refusal.ts';
import { type Call, ServiceHttp } from '../http/service-http.ts';
import { redactJson } from '../redact.ts';
import type { Transport } from '../transport.ts';
import { isFateUnknown, uncertainSubmission } from '../uncertain-submission.ts';
import { readVendorId } from '../vendor-id.ts';
import { DigestedFile } from './digested-file.ts';
import { readScanRow, type Scan, type ScanRow } from './scan.ts';
import { scanOfRows } from './scan-of-rows.ts';
import { searchPeriod } from './search-period.ts';
import { perceptionPoint } from './service.ts';
import {
  bodyOf,
  checkSubmission,
  mostBytesToScan,
  nameOf,
  secretsOfSubmission,
  type Submission,
} from './submission.ts';

/** The base URL of each region (doc). */
export const perceptionPointRegions = {
  us: 'https://api.perception-point.io',
  eu: 'https://api.eu.perception-point.io',
  aus: 'https://api.aus.perception-point.io',
} as const;

export interface PerceptionPointOptions {
  /** One of {@link perceptionPointRegions}, or another one. */
  readonly baseUrl: string;
  readonly token: string;
  readonly transport: Transport;
  readonly clock: Clock;
}

export interface SubmittedFile {
  readonly scanId: string;
  readonly name: string;
  /** When it was submitted, in milliseconds since the epoch. */
  readonly submittedAt: number;
  /** Of the bytes that were sent; `undefined` where the service gets the file itself. */
  readonly sha256: string | undefined;
  /** In bytes; likewise. */
  readonly size: number | undefined;
}

/** Which scans to list. Both ends are included, in milliseconds since the epoch; the service knows whole seconds. */
export interface ScanPeriod {
  readonly start: number;
  readonly end: number;
}

/**
 * The calls of Perception Point X-Ray that have to do with files, one to one.
 *
 * Every method throws a `SecurityReportsError`: `InvalidInputError` before anything is sent, `AccessError` when the
 * token is refused or the licence does not include the API (401, 403; inferred), `ConnectionError`, `ServiceError` or
 * `TimeoutError` otherwise; and the signal's reason when that aborts.
 */
export class PerceptionPointClient {
  readonly #http: ServiceHttp;
  /** By the scan id, what was submitted in secret, which the service may repeat. */
  readonly #secretsOfScans = new Map<string, readonly string[]>();

  /** @throws {InvalidInputError} when the base URL or the token cannot be used. */
  constructor(options: PerceptionPointOptions) {
    this.#http = new ServiceHttp({
      service: perceptionPoint,
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
   * Submits a file: `POST /api/v1/files/` (doc). Data is streamed, with its length announced.
   *
   * A submission has no key by which the service could tell a second one, so it is sent again only when the first was
   * certainly not taken.
   *
   * @throws {InvalidInputError} for a file that is empty or larger than 500 MB, and for fields that cannot be sent.
   * @throws {UncertainSubmissionError} when nobody can tell whether the service took the file.
   */
  async submitFile(submission: Submission, limits: Limits = {}): Promise<SubmittedFile> {
    checkSubmission(submission);
    const name = nameOf(submission);
    const file = submission.source.type === 'data' ? new DigestedFile(submission.source.file) : undefined;
    const submittedAt = this.clock.now();
    const secrets = secretsOfSubmission(submission);
    const call: Call = {
      operation: 'submit file',
      subject: name,
      method: 'POST',
      path: '/api/v1/files/',
      body: bodyOf(submission, name, file),
      accept: 'application/json',
      secrets,
      explain,
    };
    try {
      const scanId = await this.#http.json(call, limits, (answer) =>
        readVendorId((answer as Readonly<Record<string, unknown>> | null)?.['scan_id']),
      );
      this.#secretsOfScans.set(scanId, secrets);
      return { scanId, name, submittedAt, sha256: await file?.sha256(), size: file?.size };
    } catch (error) {
      if (!isFateUnknown(error)) throw error;
      throw uncertainSubmission(
        error,
        'the file may have been submitted all the same',
        `Look at the page "Scans" of X-Ray, channel "API", for ${name} at ${new Date(submittedAt).toISOString()}` +
          `${file === undefined ? '' : `, SHA-256 ${await file.sha256()}`}. Submit it again only if it is not there.`,
      );
    }
  }

  /**
   * Lists the scans of files that came by the API, and of their parts: `GET /api/v1/scans/list/` (doc), page by page. A
   * `next` page is asked for only where the base URL is, since the token would go elsewhere.
   */
  async *listScans(period: ScanPeriod, limits: Limits = {}): AsyncGenerator<ScanRow, void, void> {
    const seen = new Set<string>();
    let page: Pick<Call, 'path' | 'query'> = {
      path: '/api/v1/scans/list/',
      query: {
        start: String(Math.floor(period.start / 1000)),
        end: String(Math.ceil(period.end / 1000)),
        origin: 'api',
      },
    };
    for (;;) {
      const call: Call = {
        operation: 'list scans',
        method: 'GET',
        ...page,
        accept: 'application/json',
        explain,
      };
      const { rows, next } = await this.#http.json(call, limits, (answer) =>
        readPage(answer, (text) => this.#http.clean(text)),
      );
      yield* rows;
      if (next === undefined || seen.has(next)) return;
      seen.add(next);
      const url = URL.parse(next);
      if (url?.origin !== this.#http.origin) {
        throw new ServiceError({
          service: perceptionPoint,
          operation: call.operation,
          what: `the next page is said to be at ${this.#http.clean(url?.origin ?? next)}, where the token must not go`,
          remedy: 'Set the base URL to where the service really is.',
        });
      }
      page = { path: url };
    }
  }

  /**
   * Looks a scan up by its id among those of a period. No filter by id is documented, and a `GET` of a single scan
   * neither, so the list is read, and the id compared with all that a scan is known by.
   *
   * @returns `undefined` when the service does not list it (yet).
   */
  async findScan(scanId: string, period: ScanPeriod, limits: Limits = {}): Promise<Scan | undefined> {
    const found = await this.findScans([scanId], period, limits);
    return found.get(scanId);
  }

  /**
   * As `findScan`, among the scans of the last 30 days.
   *
   * @throws {NotFoundError} when the service does not list it (yet).
   */
  async getScan(scanId: string, limits: Limits = {}): Promise<Scan> {
    const scan = await this.findScan(scanId, searchPeriod(this.clock.now()), limits);
    if (scan === undefined) throw notListed(scanId);
    return scan;
  }

  /**
   * As `findScan`, for many at once with one reading of the list. Their answers hold neither the token nor what this
   * client has submitted in secret, such as a file password.
   */
  async findScans(
    scanIds: readonly string[],
    period: ScanPeriod,
    limits: Limits = {},
  ): Promise<ReadonlyMap<string, Scan>> {
    const rowsOf = new Map<string, ScanRow[]>(scanIds.map((scanId) => [scanId, []]));
    const withoutOwnRow = new Set(scanIds);
    for await (const row of this.listScans(period, limits)) {
      for (const scanId of new Set([row.id, row.fullScanId, row.rootScanId])) {
        if (scanId !== undefined) rowsOf.get(scanId)?.push(row);
      }
      if (row.id !== undefined) withoutOwnRow.delete(row.id);
      // What else there is about a scan does not count beside its own row.
      if (withoutOwnRow.size === 0) break;
    }
    return new Map(
      [...rowsOf].flatMap(([scanId, rows]) => {
        const scan = scanOfRows(scanId, rows);
        return scan === undefined ? [] : [[scanId, this.#withoutSecrets(scanId, scan)] as const];
      }),
    );
  }

  #withoutSecrets(scanId: string, scan: Scan): Scan {
    const redact = this.#http.redactor(this.#secretsOfScans.get(scanId) ?? []);
    return { ...scan, answer: redactJson(scan.answer, redact) };
  }

  /** Proves that the base URL and the token are good, by listing the scans of the last minute. */
  async testConnection(limits: Limits = {}): Promise<void> {
    const now = this.clock.now();
    await this.listScans({ start: now - 60_000, end: now }, limits).next();
  }
}

/** What it means that the service does not list a scan. */
export function notListed(scanId: string): NotFoundError {
  return new NotFoundError({
    service: perceptionPoint,
    operation: 'look for scan',
    subject: scanId,
    what: 'the service does not list it',
    remedy:
      'Check the id. A scan that was submitted just now may not be listed yet: wait for it, or ask again.',
  });
}

function explain(refusal: Refusal): SecurityReportsError | undefined {
  switch (refusal.status) {
    case 401:
    case 403:
      return new AccessError({
        ...refusal,
        what: 'the service refuses the token, or the licence does not include the API',
        remedy:
          'Check the token and the region, and ask the Customer Success Manager whether the API is licensed.',
      });
    // Neither call asks for something by its id.
    case 404:
    case 410:
      return new ServiceError({
        ...refusal,
        what: 'there is no such call at this address',
        remedy: 'Check the base URL, and what stands in front of the service.',
      });
    case 413:
      return new ServiceError({
        ...refusal,
        what: 'the file is too large for the service, or for a proxy on the way',
        remedy: `The service takes ${mostBytesToScan} bytes at most; ask whoever runs the proxy about its limit.`,
      });
    default:
      return undefined;
  }
}

function readPage(
  answer: unknown,
  clean: (text: string) => string,
): { rows: readonly ScanRow[]; next: string | undefined } | undefined {
  const { results, next } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(results)) return undefined;
  return {
    rows: results.flatMap((result) => readScanRow(result, clean) ?? []),
    next: typeof next === 'string' && next !== '' ? next : undefined,
  };
}
