import type { Clock } from '../clock.ts';
import type { Limits } from '../deadline.ts';
import { ServiceError } from '../errors.ts';
import { type Call, ServiceHttp } from '../http/service-http.ts';
import { redactJson } from '../redact.ts';
import type { Transport } from '../transport.ts';
import { isFateUnknown, uncertainSubmission } from '../uncertain-submission.ts';
import { readVendorId } from '../vendor-id.ts';
import { DigestedFile } from './digested-file.ts';
import { explain } from './refusals.ts';
import type { Scan, ScanRow } from './scan.ts';
import { readScanList } from './scan-list.ts';
import type { Sighting } from './scan-of-rows.ts';
import { notListed, type OnReading, ScanSearch } from './scan-search.ts';
import { searchPeriod } from './search-period.ts';
import { perceptionPoint } from './service.ts';
import { bodyOf, checkSubmission, nameOf, secretsOfSubmission, type Submission } from './submission.ts';

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
  /** When it was submitted, in milliseconds since the epoch, by the service's own clock where its answer has a date. */
  readonly submittedAt: number;
  /** Of the bytes that were sent; `undefined` where the service gets the file itself. */
  readonly sha256: string | undefined;
  /** In bytes; likewise. */
  readonly size: number | undefined;
}

/** What is known of a scan that is asked for. */
export type SoughtScan = Pick<SubmittedFile, 'scanId'> &
  Partial<Pick<SubmittedFile, 'sha256' | 'submittedAt'>>;

/** Between two checks of a scan of which only parts are listed, in milliseconds. */
const restForPartsMs = 2_000;

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
  readonly #search: ScanSearch;
  /** By the scan id: the names of what was submitted, and what was secret in it, which the service may repeat. */
  readonly #submissions = new Map<string, { readonly names: string[]; readonly secrets: string[] }>();

  /** @throws {InvalidInputError} when the base URL or the token cannot be used. */
  constructor(options: PerceptionPointOptions) {
    this.#http = new ServiceHttp({
      service: perceptionPoint,
      transport: options.transport,
      clock: options.clock,
      baseUrl: options.baseUrl,
      credential: { header: 'authorization', prefix: 'Token ', secret: options.token },
    });
    this.#search = new ScanSearch(this.#http);
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
   * @throws {UncertainSubmissionError} when it is not known whether the service took the file, also since it answered
   * before all of the file was sent.
   * @throws {ServiceError} when the service gives the id of an earlier submission: see `clashOf`.
   */
  async submitFile(submission: Submission, limits: Limits = {}): Promise<SubmittedFile> {
    checkSubmission(submission);
    const name = nameOf(submission);
    const file = submission.source.type === 'data' ? new DigestedFile(submission.source.file) : undefined;
    const startedAt = this.clock.now();
    const secrets = secretsOfSubmission(submission);
    const call: Call = {
      operation: 'submit file',
      subject: name,
      method: 'POST',
      path: '/api/v1/files/',
      body: bodyOf(submission, name, file),
      secrets,
      explain,
    };
    let answeredAt: number | undefined;
    const scanId = await this.#http
      .json(call, limits, (answer, serverTime) => {
        answeredAt = serverTime;
        const id = readVendorId((answer as Readonly<Record<string, unknown>> | null)?.['scan_id']);
        if (id !== undefined && file !== undefined && file.sha256 === undefined) throw sentInPart(name, id);
        return id;
      })
      .catch((error: unknown) => {
        if (!isFateUnknown(error)) throw error;
        throw uncertainSubmission(
          error,
          'the file may have been submitted all the same',
          `Look at the page "Scans" of X-Ray, channel "API", for ${name} at ${new Date(startedAt).toISOString()}` +
            `${file?.sha256 === undefined ? '' : `, SHA-256 ${file.sha256}`}. Submit it again only if it is not there.`,
        );
      });
    const now = this.clock.now();
    // The clock of a runner can be far off; the service compares its own one with the period that is asked for.
    const submittedAt = (answeredAt ?? now) - (now - startedAt);
    const earlier = this.#submissions.get(scanId) ?? { names: [], secrets: [] };
    earlier.names.push(name);
    earlier.secrets.push(...secrets);
    this.#submissions.set(scanId, earlier);
    const clash = this.clashOf(scanId);
    if (clash !== undefined) throw clash;
    return { scanId, name, submittedAt, sha256: file?.sha256, size: file?.size };
  }

  /**
   * Lists the scans of files that arrived by the API, and of their parts: `GET /api/v1/scans/list/` (doc), page by page
   * and at most 200 pages. A `next` page is asked for only where the base URL is, since the token
   * would go elsewhere.
   */
  async *listScans(period: ScanPeriod, limits: Limits = {}): AsyncGenerator<ScanRow, void, void> {
    for await (const { rows } of readScanList(this.#http, period, limits)) yield* rows;
  }

  /**
   * One check for many scans with one reading of the list, or with a look-up by id where they are few. What only parts
   * say is not final before a second check has shown the same.
   *
   * @param onReading called as often as the list goes on, with the ids that are on the pages so far.
   * @returns nothing about a scan that the service does not list (yet). No answer in it holds the token, or what this
   * client submitted in secret, such as a file password.
   */
  async look(
    scans: readonly SoughtScan[],
    period: ScanPeriod,
    limits: Limits = {},
    onReading?: OnReading,
  ): Promise<ReadonlyMap<string, Sighting>> {
    const sightings = await this.#search.look(scans, period, limits, onReading);
    return new Map(
      [...sightings].map(([scanId, sighting]) => [
        scanId,
        { ...sighting, scan: this.#withoutSecrets(scanId, sighting.scan) },
      ]),
    );
  }

  /**
   * Finds a scan of a period by its id. With the SHA-256 and the time of its submission, it is also found where the
   * list knows it by another id.
   *
   * @returns `undefined` when the service does not list it (yet).
   */
  async findScan(
    scan: string | SoughtScan,
    period: ScanPeriod,
    limits: Limits = {},
  ): Promise<Scan | undefined> {
    const sought = typeof scan === 'string' ? { scanId: scan } : scan;
    const found = await this.findScans([sought], period, limits);
    return found.get(sought.scanId);
  }

  /**
   * As `findScan`, for many at once. A scan of which only parts are listed is checked a second time, and has finished
   * when that shows nothing new.
   */
  async findScans(
    scans: readonly (string | SoughtScan)[],
    period: ScanPeriod,
    limits: Limits = {},
  ): Promise<ReadonlyMap<string, Scan>> {
    const sought = scans.map((scan) => (typeof scan === 'string' ? { scanId: scan } : scan));
    const first = await this.look(sought, period, limits);
    const inParts = sought.filter(({ scanId }) => isProvisional(first.get(scanId)));
    const second = inParts.length === 0 ? first : await this.#lookAgain(inParts, period, limits);
    return new Map(
      [...first].map(([scanId, sighting]) => {
        if (!isProvisional(sighting)) return [scanId, sighting.scan];
        const later = second.get(scanId) ?? sighting;
        const isSame = second.has(scanId) && later.fingerprint === sighting.fingerprint;
        return [scanId, isSame || later.isWhole ? later.scan : unfinished(later.scan)];
      }),
    );
  }

  async #lookAgain(
    scans: readonly SoughtScan[],
    period: ScanPeriod,
    limits: Limits,
  ): Promise<ReadonlyMap<string, Sighting>> {
    const isTooLate = limits.deadline !== undefined && this.clock.now() + restForPartsMs >= limits.deadline;
    if (isTooLate) return new Map();
    await this.clock.sleep(restForPartsMs, limits.signal ?? new AbortController().signal);
    return this.look(scans, period, limits);
  }

  /**
   * Checks once for scans of the last 30 days, by the ids that earlier submissions gave. A running scan may be absent
   * from the list (vendor code), so the list of running scans is asked for the others.
   *
   * @returns nothing about a scan that the service does not know.
   */
  async checkScans(scanIds: readonly string[], limits: Limits = {}): Promise<ReadonlyMap<string, Scan>> {
    const found = await this.findScans(scanIds, searchPeriod(this.clock.now()), limits);
    const others = scanIds.filter((scanId) => !found.has(scanId));
    return others.length === 0 ? found : new Map([...found, ...(await this.findRunning(others, limits))]);
  }

  /** Those of the scans that the service says are running: `GET /api/v1/scans/running_list/` (vendor code). */
  async findRunning(scanIds: readonly string[], limits: Limits = {}): Promise<ReadonlyMap<string, Scan>> {
    const running = await this.#search.running(scanIds, limits);
    return new Map(
      [...running].map(([scanId, row]) => [scanId, unfinished(this.#withoutSecrets(scanId, row))]),
    );
  }

  /**
   * As `checkScans`, for one.
   *
   * @throws {NotFoundError} when the service does not list it (yet).
   */
  async getScan(scanId: string, limits: Limits = {}): Promise<Scan> {
    const scan = (await this.checkScans([scanId], limits)).get(scanId);
    if (scan === undefined) throw notListed(scanId);
    return scan;
  }

  /** The error for a scan id that the service gave to two submissions of this client; `undefined` for any other. */
  clashOf(scanId: string): ServiceError | undefined {
    const names = this.#submissions.get(scanId)?.names ?? [];
    if (names.length < 2) return undefined;
    return new ServiceError({
      service: perceptionPoint,
      operation: 'submit file',
      subject: scanId,
      what: `the service gave this scan id to two submissions, ${names.join(' and ')}, so its verdict may be that on the other one`,
      remedy:
        'Look at both files on the page "Scans" of X-Ray, channel "API", and ask the support of the service why their ids are equal.',
      resumeId: scanId,
    });
  }

  #withoutSecrets(scanId: string, scan: Scan): Scan {
    const redact = this.#http.redactor(this.#submissions.get(scanId)?.secrets ?? []);
    return { ...scan, answer: redactJson(scan.answer, redact) };
  }

  /** Proves that the base URL and the token are good, by listing the scans of the last minute. */
  async testConnection(limits: Limits = {}): Promise<void> {
    const now = this.clock.now();
    await this.listScans({ start: now - 60_000, end: now }, limits).next();
  }
}

/** Something between answered in place of the service, or the service does not have the whole file. */
function sentInPart(name: string, scanId: string): ServiceError {
  return new ServiceError({
    service: perceptionPoint,
    operation: 'submit file',
    subject: name,
    what: `the answer, scan id ${scanId}, arrived before all of the file was sent`,
    remedy: 'Check what stands between this machine and the service.',
  });
}

/** Whether only parts speak for the scan. */
export function isProvisional(sighting: Sighting | undefined): boolean {
  return sighting !== undefined && sighting.scan.finished && !sighting.isWhole;
}

function unfinished(scan: Scan): Scan {
  return { ...scan, finished: false, verdict: 'unknown', verdictCode: '' };
}
