import type { Clock } from '../clock.ts';
import type { Limits } from '../deadline.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { type RateLimit, sharedRateLimiter } from '../http/rate-limit.ts';
import { type Call, ServiceHttp } from '../http/service-http.ts';
import { type Deliver, type DeliveredReport, deliverReport, openReport } from '../report.ts';
import type { ReportKind } from '../report-kind.ts';
import type { Transport } from '../transport.ts';
import { isFateUnknown, uncertainSubmission } from '../uncertain-submission.ts';
import { explainRefusal } from './refusal.ts';
import {
  kindsToExpect,
  noteOnKind,
  reportFileName,
  type ReportFormat,
  type ReportPart,
} from './report-file.ts';
import { readHistoryPage, type ReportHistoryPage, type ReportRun } from './report-history.ts';
import { digicert } from './service.ts';

/** The base URL of CertCentral (doc). */
export const digicertBaseUrl = 'https://api.digicert.com';

/** A little less than the 100 requests in 5 s and 1000 in 3 minutes (doc), since not all are as long on their way. */
const rateLimits: readonly RateLimit[] = [
  { requests: 95, periodMs: 5_000 },
  { requests: 950, periodMs: 180_000 },
];

/** As many rows as the service gives unless it is told otherwise (doc). */
const pageSize = 100;

export interface DigicertOptions {
  /** {@link digicertBaseUrl} unless given; with or without the `/reports/v1` that the documentation shows with it. */
  readonly baseUrl?: string | undefined;
  /** Of an Administrator; one that is restricted to "View Only" can list and download (inferred). */
  readonly apiKey: string;
  readonly transport: Transport;
  readonly clock: Clock;
  /** How large a file may be, in bytes; 2 GB unless given, and never more where the service announces no size. */
  readonly maxReportBytes?: number | undefined;
}

/** Which rows of the history to list; of several values, any one fits (doc). */
export interface ReportHistoryFilter {
  /** Whether a part of the name is enough is not known (unknown). */
  readonly displayName?: string | undefined;
  /** `ON_DEMAND`, `WEEKLY`, `MONTHLY`. */
  readonly schedule?: readonly string[] | undefined;
  /** `SCHEDULED`, `GENERATING`, `READY`, `FAILED`. */
  readonly status?: readonly string[] | undefined;
  /** `orders`, `domains`, `balance-history`, `audit-logs`, `organizations`, `fqdn`, `users`. */
  readonly reportType?: readonly string[] | undefined;
  readonly search?: string | undefined;
}

/** What to download. */
export interface ReportDownload {
  readonly reportId: string;
  readonly runId: string;
  readonly format: ReportFormat;
  /** Of a split report: each part is a download of its own, and always a ZIP (doc). */
  readonly part?: ReportPart | undefined;
  /** For the name of a file that the service sends without one; the report id unless given. */
  readonly displayName?: string | undefined;
}

export interface DownloadedReport<T> extends DeliveredReport<T> {
  /** Why the file is of another kind than the format that was asked for. */
  readonly note: string | undefined;
}

/**
 * The calls of the Report Library of DigiCert CertCentral, one to one. The library must be enabled for the account.
 *
 * Identifiers are any non-empty text: a run id of the documentation's own example is no UUID.
 *
 * Every method throws a `SecurityReportsError`: `InvalidInputError` before anything is sent, `AccessError` when the key
 * is refused or its user may not do this (401 and 403, doc), `NotFoundError` when there is no such report (404, doc),
 * `ConnectionError`, `ServiceError` or `TimeoutError` otherwise; and the signal's reason when that aborts.
 *
 * All clients of one key in this process together keep to its rate limits: a request may wait for its turn.
 */
export class DigicertClient {
  readonly #http: ServiceHttp;
  readonly #maxReportBytes: number | undefined;

  /** @throws {InvalidInputError} when the base URL or the API key cannot be used. */
  constructor(options: DigicertOptions) {
    this.#maxReportBytes = options.maxReportBytes;
    const baseUrl = (options.baseUrl ?? digicertBaseUrl).replace(/\/reports\/v1\/?$/, '');
    this.#http = new ServiceHttp({
      service: digicert,
      transport: options.transport,
      clock: options.clock,
      baseUrl,
      credential: { header: 'x-dc-devkey', prefix: '', secret: options.apiKey },
      // As each of the vendor's samples sends it, also those of a GET (doc).
      headers: { 'content-type': 'application/json' },
      rateLimiter: sharedRateLimiter(URL.parse(baseUrl)?.origin ?? '', options.apiKey, rateLimits),
    });
  }

  get clock(): Clock {
    return this.#http.clock;
  }

  /**
   * Lists the runs of all reports: `GET /reports/v1/report/history` (doc), page by page. The newest are asked for
   * first (third party: `sort_by`), but may come in any order. Rows that come again, since newer ones move them to
   * the next page, are left out. An answer without content means that there are none (inferred from old pages of the
   * documentation, which label the example with 204).
   *
   * @param subject what the history is asked for, as the errors name it.
   */
  async *listReportHistory(
    filter: ReportHistoryFilter = {},
    limits: Limits = {},
    subject = filter.displayName ?? 'of all reports',
  ): AsyncGenerator<ReportRun, void, void> {
    const seen = new Set<string>();
    for (let offset = 0; ;) {
      const page = await this.#historyPage(filter, { offset, limit: pageSize }, limits, subject);
      const fresh = page.runs.filter((run) => isFirst(seen, rowKey(run)));
      yield* fresh;
      offset += page.rows;
      // A page without news is the last one, too: else a service that ignores the offset would be asked for ever.
      if (fresh.length === 0 || offset >= (page.total ?? Infinity)) return;
    }
  }

  /**
   * Starts a new run of a report: `POST /reports/v1/report/{report_identifier}/run` (third party). The answer names no
   * run: the history shows it. The call is never made twice, unless the service certainly did not take it.
   *
   * @throws {UncertainSubmissionError} when nobody can tell whether the run was started.
   */
  async runReport(reportId: string, limits: Limits = {}): Promise<void> {
    const call: Call = {
      ...reportCall('run report', [reportId, 'run'], 'POST'),
      body: { type: 'json', value: {} },
    };
    try {
      await this.#http.acknowledged(call, limits);
    } catch (error) {
      if (!isFateUnknown(error)) throw error;
      throw uncertainSubmission(
        error,
        'the run may have been started all the same',
        'Do not start another one at once: fetch the latest run, which waits for one that is being generated.',
      );
    }
  }

  /**
   * Downloads a run of a report and hands it to `deliver`:
   * `GET /reports/v1/report/{report_identifier}/{report_run_identifier}/download` (doc).
   *
   * The file is what its bytes are: what is larger than 2 MB comes as a ZIP, whatever was asked for (doc).
   *
   * @throws {NotFoundError} also when the run has no data; nothing is delivered then.
   * @throws {InvalidReportError} when what comes is no report, or not a whole one, after further tries where they may
   *   help.
   */
  async downloadReport<T>(
    download: ReportDownload,
    deliver: Deliver<T>,
    limits: Limits = {},
  ): Promise<DownloadedReport<T>> {
    const { reportId, runId, format, part, displayName = reportId } = download;
    const call: Call = {
      ...reportCall('download report', [reportId, runId, 'download'], 'GET'),
      subject: part === undefined ? reportId : `${reportId}, part ${part.index + 1} of ${part.count}`,
      query: {
        report_format: format,
        ...(part !== undefined && { split_report_sequence: String(part.index) }),
      },
      accept: '*/*',
    };
    return this.#http.request(call, limits, async (response) => {
      const context = {
        service: digicert,
        operation: call.operation,
        subject: call.subject,
        clean: (text: string) => this.#http.clean(text),
      };
      const expected = {
        kinds: kindsToExpect(format, response),
        called: 'report',
        name: (kind: ReportKind) =>
          reportFileName(response, { kind, displayName, part, now: this.clock.now() }),
        maxBytes: this.#maxReportBytes,
        whenEmpty: (status: number) =>
          new NotFoundError({
            ...context,
            status,
            what: 'the run has no data: the service answers without any content',
            remedy: 'Check the filters of the report in CertCentral, or take another run.',
          }),
      };
      const report = await openReport(response, expected, context);
      return { ...(await deliverReport(report, deliver)), note: noteOnKind(format, report.kind) };
    });
  }

  /** Proves that base URL and key are good, and that the library is enabled, by asking for one row of the history. */
  async testConnection(limits: Limits = {}): Promise<void> {
    await this.#historyPage({}, { offset: 0, limit: 1 }, limits, 'of all reports');
  }

  #historyPage(
    filter: ReportHistoryFilter,
    page: { readonly offset: number; readonly limit: number },
    limits: Limits,
    subject: string,
  ): Promise<ReportHistoryPage> {
    const values: Readonly<Record<string, string | undefined>> = {
      offset: String(page.offset),
      limit: String(page.limit),
      sort_by: 'report_start_date',
      sort_direction: 'DESC',
      report_display_name: filter.displayName,
      schedule: filter.schedule?.join(','),
      status: filter.status?.join(','),
      report_type: filter.reportType?.join(','),
      search: filter.search,
    };
    const given = Object.entries(values).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    );
    const call: Call = {
      operation: 'list report history',
      subject,
      method: 'GET',
      path: '/reports/v1/report/history',
      query: Object.fromEntries(given),
      whenEmpty: { page: { total: 0 }, report_history: [] },
      explain: explainRefusal,
    };
    return this.#http.json(call, limits, readHistoryPage);
  }
}

/** A call below `/reports/v1/report`, each segment of its path encoded. */
function reportCall(operation: string, segments: readonly string[], method: Call['method']): Call {
  const [reportId = ''] = segments;
  if (segments.some((segment) => segment.trim() === '' || segment === '.' || segment === '..')) {
    throw new InvalidInputError({
      service: digicert,
      operation,
      what: 'an identifier is empty, or only dots',
      remedy: 'Give the report id and the run id as the report history shows them.',
    });
  }
  return {
    operation,
    subject: reportId,
    method,
    path: `/reports/v1/report/${segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join('/')}`,
    explain: explainRefusal,
  };
}

function isFirst(seen: Set<string>, key: string): boolean {
  const first = !seen.has(key);
  seen.add(key);
  return first;
}

function rowKey({ reportId, runId, status, createdAt, startedAt }: ReportRun): string {
  return JSON.stringify([reportId, runId ?? [status, createdAt, startedAt]]);
}
