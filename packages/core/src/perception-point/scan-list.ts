import type { Limits } from '../deadline.ts';
import { ServiceError } from '../errors.ts';
import type { Call, ServiceHttp } from '../http/service-http.ts';
import type { ScanPeriod } from './client.ts';
import { explain } from './refusals.ts';
import { readScanRow, type ScanRow } from './scan.ts';
import { perceptionPoint } from './service.ts';

export const listPath = '/api/v1/scans/list/';

/** As many as the vendor's own connector asks for (vendor code). */
const rowsPerPage = 500;

/**
 * One check reads no more pages than this: 100,000 scans, or 10,000 where the service gives 50 per page whatever it is
 * asked for. More within one period means that the paging leads nowhere.
 */
export const maxPagesOfCheck = 200;

/** One page of the list. */
export interface ScanPage {
  readonly rows: readonly ScanRow[];
  /** Whether another page follows. */
  readonly hasNext: boolean;
}

/**
 * Reads the list page by page: `GET /api/v1/scans/list/` (doc). A recorded answer has `has_more: false` beside a `next`
 * that is set, and a `next` that carries nothing but `_cursor` (third party); the vendor's connector pages while
 * `has_more`, and sends its filters with every page (vendor code).
 *
 * @throws {ServiceError} when the list has more pages than one check reads, has more but does not say where, or goes on
 * at another origin, where the token must not go.
 */
export async function* readScanList(
  http: ServiceHttp,
  period: ScanPeriod,
  limits: Limits,
): AsyncGenerator<ScanPage, void, void> {
  const query = {
    start: String(Math.floor(period.start / 1000)),
    end: String(Math.ceil(period.end / 1000)),
    origin: 'api',
    limit: String(rowsPerPage),
  };
  const call = { operation: 'list scans', method: 'GET', explain } as const;
  const refuse = (what: string, remedy: string): ServiceError =>
    new ServiceError({ service: perceptionPoint, operation: call.operation, what, remedy });
  const seen = new Set<string>();
  let place: Pick<Call, 'path' | 'query'> = { path: listPath, query };
  for (let pages = 1; ; pages += 1) {
    const { rows, isEmpty, next, hasMore } = await http.json({ ...call, ...place }, limits, (answer) =>
      readPage(answer, (text) => http.clean(text)),
    );
    const goesOn = !isEmpty && hasMore !== false && next !== undefined && !seen.has(next);
    yield { rows, hasNext: goesOn };
    if (!isEmpty && hasMore === true && next === undefined) {
      throw refuse(
        'the service says that there are more scans, but not where',
        'Look at the scan on the page "Scans" of X-Ray, channel "API", and ask the support of the service about the paging of its list.',
      );
    }
    if (!goesOn) return;
    seen.add(next);
    const url = URL.parse(next, http.origin);
    if (url?.origin !== http.origin) {
      throw refuse(
        `the next page is said to be at ${http.clean(url?.origin ?? next)}, where the token must not go`,
        'Set the base URL to where the service really is.',
      );
    }
    if (pages === maxPagesOfCheck) {
      throw refuse(
        `the list of scans since ${new Date(period.start).toISOString()} has more than ${maxPagesOfCheck} pages, and one check reads no more`,
        'Look at the scan on the page "Scans" of X-Ray, channel "API". If it shows fewer scans, ask the support of the service about the paging of its list.',
      );
    }
    place = { path: withMissing(url, query) };
  }
}

/** A cursor does not carry the filters (third party), so the ones that a `next` lacks are added. */
function withMissing(next: URL, query: Readonly<Record<string, string>>): URL {
  const url = new URL(next);
  for (const [name, value] of Object.entries(query)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  }
  return url;
}

interface ReadPage {
  readonly rows: readonly ScanRow[];
  /** Whether the service sent no member at all, which ends the list. */
  readonly isEmpty: boolean;
  readonly next: string | undefined;
  readonly hasMore: boolean | undefined;
}

function readPage(answer: unknown, clean: (text: string) => string): ReadPage | undefined {
  const { results, next, has_more: hasMore } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(results)) return undefined;
  return {
    rows: results.flatMap((result) => readScanRow(result, clean) ?? []),
    isEmpty: results.length === 0,
    next: typeof next === 'string' && next !== '' ? next : undefined,
    hasMore: typeof hasMore === 'boolean' ? hasMore : undefined,
  };
}
