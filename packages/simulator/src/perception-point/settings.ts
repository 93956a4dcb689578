import type { IdStyle } from './scan-id.ts';
import type { ListOrder } from './scan-list.ts';

/** How the service behaves towards everybody. */
export interface PerceptionPointSettings {
  /** Whether the licence includes the API; true unless given (inferred: 403 otherwise). */
  readonly licensed: boolean;
  /** How ids are written; `number` unless given. */
  readonly idStyle: IdStyle;
  /** How long scans take, in seconds, where no script says; 2 unless given. */
  readonly scanSeconds: number | 'never';
  /** How many rows a page of the list has at most, whatever `limit` asks for; 500 unless given (vendor code). */
  readonly pageSize: number;
  /** Whether `next` is set on the last page, too, beside `has_more: false`; true unless given (third party, recorded). */
  readonly nextIsAlwaysSet: boolean;
  /**
   * Whether a cursor carries the filters of the first page; false unless given, so that who follows `next` as it is gets
   * scans that were not asked for (third party: it carries `_cursor` alone; vendor code: the filters are sent again).
   */
  readonly cursorCarriesFilters: boolean;
  /** The order of the rows; `newest-first` unless given (unknown). */
  readonly listOrder: ListOrder;
  /** Whether the list has scans that have not finished; true unless given (unknown; vendor code suggests false). */
  readonly listsRunning: boolean;
  /** Whether one scan can be looked up by its id; true unless given (vendor code, from an unofficial copy). */
  readonly offersLookUp: boolean;
  /** Whether there is a list of running scans; true unless given (same source). */
  readonly offersRunningList: boolean;
  /** The origin in `next`, to see whether clients refuse another one; null, the default, for the one that was asked. */
  readonly nextOrigin: string | null;
  /** The largest file that is taken, in bytes; 500,000,000 unless given (doc: 500 MB). */
  readonly mostBytes: number;
  /** Other machines (host names) that callbacks may go to; none unless given, since nobody expects it of a simulator. */
  readonly callbackHosts: readonly string[];
}

/** The settings of a service about which nothing was said. */
export const usualSettings: PerceptionPointSettings = {
  licensed: true,
  idStyle: 'number',
  scanSeconds: 2,
  pageSize: 500,
  nextIsAlwaysSet: true,
  cursorCarriesFilters: false,
  listOrder: 'newest-first',
  listsRunning: true,
  offersLookUp: true,
  offersRunningList: true,
  nextOrigin: null,
  mostBytes: 500_000_000,
  callbackHosts: [],
};
