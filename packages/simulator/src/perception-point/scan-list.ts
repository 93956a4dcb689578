import { arrayText, objectText } from '../json-text.ts';
import type { ScanRow } from './scan-row.ts';
import { rowText } from './scan-row.ts';
import type { PerceptionPointSettings } from './settings.ts';

/** In which order the rows are listed. */
export const listOrders = ['newest-first', 'oldest-first'] as const;

/** One of {@link listOrders}. */
export type ListOrder = (typeof listOrders)[number];

/** Which rows to list; what is left out does not matter. */
export interface ScanQuery {
  /** Creation time in seconds since 1970, inclusive, as is the end (doc). */
  readonly start?: number;
  readonly end?: number;
  readonly origin?: string;
  readonly verbose_verdict?: string;
  /** How many rows at most. */
  readonly limit?: number;
  /** Where the page before ended. */
  readonly after?: Position;
}

/** How a page is made. */
export interface PageOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly settings: Pick<
    PerceptionPointSettings,
    'pageSize' | 'nextIsAlwaysSet' | 'cursorCarriesFilters' | 'listOrder' | 'listsRunning'
  >;
  /** Makes the address of the next page from its cursor. */
  readonly nextUrl: (cursor: string) => string;
}

/** So many rows has a page where no `limit` is asked for (inferred). */
const usualPageSize = 50;

/** The place of a row in the list. */
interface Position {
  readonly createdAt: number;
  readonly order: number;
}

/** The rows so far. */
export class ScanList {
  #rows: { readonly row: ScanRow; readonly position: Position }[] = [];
  #added = 0;

  add(rows: readonly ScanRow[]): void {
    for (const row of rows) {
      this.#added += 1;
      this.#rows.push({ row, position: { createdAt: row.scan.createdAt, order: this.#added } });
    }
    this.#rows.sort((a, b) => compare(a.position, b.position));
  }

  clear(): void {
    this.#rows = [];
    this.#added = 0;
  }

  /** One page as JSON (doc: the keys; inferred: that `count` is that of all pages). */
  pageText(query: ScanQuery, { now, settings, nextUrl }: PageOptions): string {
    const { after, limit = usualPageSize, ...filters } = query;
    const { pageSize, listOrder, listsRunning } = settings;
    const ordered = listOrder === 'newest-first' ? this.#rows.toReversed() : this.#rows;
    const all = ordered.filter(
      ({ row }) => matches(row, filters, now) && (listsRunning || now >= row.scan.finishedAt(row.part)),
    );
    const isAfter = (position: Position, start: Position): boolean =>
      listOrder === 'newest-first' ? compare(position, start) < 0 : compare(position, start) > 0;
    const rest = after === undefined ? all : all.filter(({ position }) => isAfter(position, after));
    const page = rest.slice(0, Math.min(limit, pageSize));
    const end = page.at(-1)?.position ?? after ?? { createdAt: 0, order: 0 };
    const hasMore = rest.length > page.length;
    const cursor = toCursor({ ...(settings.cursorCarriesFilters && { ...filters, limit }), after: end });
    const next = hasMore || settings.nextIsAlwaysSet ? nextUrl(cursor) : null;
    return objectText({
      count: String(all.length),
      page_result_count: String(page.length),
      next: JSON.stringify(next),
      has_more: String(hasMore),
      results: arrayText(page.map(({ row }) => rowText(row, now))),
    });
  }

  /** The row of one scan, or of a part, by its short or its full id. */
  oneText(id: string, now: number): string | undefined {
    const found = this.#rows.find(
      ({ row }) => (row.id.text === id || row.fullId.text === id) && now >= row.scan.listedAt,
    );
    return found && rowText(found.row, now);
  }

  /** The scans of a channel that have not finished, newest first (vendor code: the call; inferred: the answer's shape). */
  runningText(origin: string | undefined, limit: number, now: number): string {
    const running = this.#rows
      .toReversed()
      .filter(
        ({ row: { scan, part } }) =>
          part === undefined && scan.origin === (origin ?? scan.origin) && now < scan.finishedAt(),
      )
      .slice(0, limit);
    return objectText({
      count: String(running.length),
      results: arrayText(running.map(({ row }) => rowText(row, now))),
    });
  }
}

/** What {@link ScanList.pageText} put into a cursor, or undefined for anything else. */
export function fromCursor(cursor: string): ScanQuery | undefined {
  try {
    const query = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as ScanQuery;
    return query.after === undefined ? undefined : query;
  } catch {
    return undefined;
  }
}

function toCursor(query: ScanQuery): string {
  return Buffer.from(JSON.stringify(query)).toString('base64url');
}

function compare(a: Position, b: Position): number {
  return a.createdAt - b.createdAt || a.order - b.order;
}

function matches({ scan, part }: ScanRow, query: ScanQuery, now: number): boolean {
  const { start = -Infinity, end = Infinity, origin = scan.origin, verbose_verdict: verdict } = query;
  const second = Math.floor(scan.createdAt / 1000);
  return (
    now >= scan.listedAt &&
    second >= start &&
    second <= end &&
    scan.origin === origin &&
    (verdict === undefined || (now >= scan.verdictAt(part) && (part?.verdict ?? scan.verdict) === verdict))
  );
}
