import { arrayText, objectText } from '../json-text.ts';
import type { ScanRow } from './scan-row.ts';
import { rowText } from './scan-row.ts';

/** Which rows to list; what is left out does not matter. */
export interface ScanQuery {
  /** Creation time in seconds since 1970, inclusive, as is the end (doc). */
  readonly start?: number;
  readonly end?: number;
  readonly origin?: string;
  readonly verbose_verdict?: string;
  /** Where the page before ended. */
  readonly after?: Position;
}

/** The place of a row in the list. */
interface Position {
  readonly createdAt: number;
  readonly order: number;
}

/** The rows so far. Newest first (inferred), so that a scan that comes in between two pages disturbs neither. */
export class ScanList {
  #rows: { readonly row: ScanRow; readonly position: Position }[] = [];
  #added = 0;

  add(rows: readonly ScanRow[]): void {
    for (const row of rows) {
      this.#added += 1;
      this.#rows.push({ row, position: { createdAt: row.scan.createdAt, order: this.#added } });
    }
    this.#rows.sort((a, b) => compare(b.position, a.position));
  }

  clear(): void {
    this.#rows = [];
    this.#added = 0;
  }

  /**
   * One page as JSON (doc: the keys; inferred: that `count` is that of all pages).
   *
   * @param options.nextUrl makes the address of the next page from its cursor
   */
  pageText(
    query: ScanQuery,
    options: { readonly now: number; readonly size: number; readonly nextUrl: (cursor: string) => string },
  ): string {
    const { now, size, nextUrl } = options;
    const { after } = query;
    const all = this.#rows.filter(({ row }) => matches(row, query, now));
    const rest = after === undefined ? all : all.filter(({ position }) => compare(position, after) < 0);
    const page = rest.slice(0, size);
    const last = page.at(-1);
    const next =
      last !== undefined && rest.length > size ? nextUrl(toCursor({ ...query, after: last.position })) : null;
    return objectText({
      count: String(all.length),
      page_result_count: String(page.length),
      next: JSON.stringify(next),
      has_more: String(next !== null),
      results: arrayText(page.map(({ row }) => rowText(row, now))),
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
