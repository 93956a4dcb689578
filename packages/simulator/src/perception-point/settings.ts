import type { IdStyle } from './scan-id.ts';

/** How the service behaves towards everybody. */
export interface PerceptionPointSettings {
  /** Whether the licence includes the API; true unless given (inferred: 403 otherwise). */
  readonly licensed: boolean;
  /** How ids are written; `number` unless given. */
  readonly idStyle: IdStyle;
  /** How long scans take, in seconds, where no script says; 2 unless given. */
  readonly scanSeconds: number | 'never';
  /** How many rows a page of the list has at most; 50 unless given (inferred). */
  readonly pageSize: number;
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
  pageSize: 50,
  nextOrigin: null,
  mostBytes: 500_000_000,
  callbackHosts: [],
};
