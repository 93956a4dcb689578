import type { Limits } from '../deadline.ts';
import { NotFoundError, SecurityReportsError, TimeoutError } from '../errors.ts';
import type { Call, ServiceHttp } from '../http/service-http.ts';
import type { ScanPeriod, SoughtScan } from './client.ts';
import { listPath, readScanList } from './scan-list.ts';
import { namesOf, ownNamesOf } from './scan-names.ts';
import { isOf, ownRowsOf, scanOfRows, type Sighting } from './scan-of-rows.ts';
import { readScanRow, type ScanRow } from './scan.ts';
import { perceptionPoint } from './service.ts';

/**
 * A look-up costs a request per scan and check, and one page of the list answers for up to 500 scans: so scans are
 * looked up one by one only while so few are asked for.
 */
const maxLookedUp = 4;

/** No page of the vendor documents such a call: it may be missing, and a failure of it is not worth a second try. */
const undocumented = { isOptional: true, repeatable: false } as const;

/** The second reading knows names from the first one, and a third is for parts of what only the content showed. */
const maxReadings = 3;

/** Called where the list goes on: which scans are on the pages read so far. */
export type OnReading = (listed: ReadonlySet<string>) => void;

/** How far a scan is known, for as long as the client lives. */
interface Known {
  /** All that it is known by: what its id says, and the names of rows that turned out to be the scan. */
  readonly names: Set<string>;
  /** Ids of rows with its content that are older than its submission. */
  readonly others: Set<string>;
}

/** What one reading of the list gathers for a scan. */
interface Gathered {
  readonly sought: SoughtScan;
  readonly known: Known;
  /** What the look-up by id gave. */
  readonly lookedUp: readonly ScanRow[];
  rows: ScanRow[];
  /** Rows with the content of the scan, whatever their id. */
  sameContent: ScanRow[];
}

/** Finds scans by their id, with a look-up or in the list, or else by the content that was submitted. */
export class ScanSearch {
  readonly #http: ServiceHttp;
  readonly #known = new Map<string, Known>();
  /** The look-up by id is not documented: the first answer that is not a row of the scan shows that there is none. */
  #offersLookUp = true;

  constructor(http: ServiceHttp) {
    this.#http = http;
  }

  /** One check for all of these scans; those of which nothing is known are left out. */
  async look(
    scans: readonly SoughtScan[],
    period: ScanPeriod,
    limits: Limits,
    onReading?: OnReading,
  ): Promise<ReadonlyMap<string, Sighting>> {
    const sightings = new Map<string, Sighting>();
    const toList: Gathered[] = [];
    const lookUps = scans.length <= maxLookedUp;
    for (const sought of scans) {
      const { scanId, sha256 } = sought;
      const known = this.#knownOf(scanId);
      const row = lookUps ? await this.#lookUp(scanId, known.names, limits) : undefined;
      const rows = row === undefined ? [] : [row];
      const sighting = scanOfRows(known.names, rows, sha256);
      if (sighting === undefined || needsParts(sighting)) {
        toList.push({ sought, known, lookedUp: rows, rows, sameContent: [] });
      } else {
        sightings.set(scanId, sighting);
      }
    }
    if (toList.length === 0) return sightings;
    for (let readings = 1; readings <= maxReadings; readings += 1) {
      const wholes = await this.#gather(toList, period, limits, onReading);
      const learned = await this.#learnNames(toList, period, limits);
      // Parts of a scan may have passed by before the name was known that they call it by.
      if (!learned.some((name) => wholes.has(name))) break;
    }
    for (const { sought, known, lookedUp, rows } of toList) {
      const sighting = scanOfRows(known.names, rows, sought.sha256);
      if (sighting === undefined) continue;
      // While the list lags behind the look-up, it may also lack parts.
      const isListed = ownRowsOf(known.names, rows.slice(lookedUp.length)).length > 0;
      sightings.set(sought.scanId, { ...sighting, isWhole: sighting.isWhole && isListed });
    }
    return sightings;
  }

  /** The scans that are running: `GET /api/v1/scans/running_list/` (vendor code, unofficial copy). */
  async running(scanIds: readonly string[], limits: Limits): Promise<ReadonlyMap<string, ScanRow>> {
    const call: Call = {
      operation: 'list running scans',
      method: 'GET',
      path: '/api/v1/scans/running_list/',
      query: { limit: '500', 'verbose_origin[]': 'api', verbose_status: 'RUN' },
      ...undocumented,
    };
    const clean = (text: string): string => this.#http.clean(text);
    const rows = await this.#http
      .json(call, limits, (answer) => {
        const { results = answer } = (answer ?? {}) as Readonly<Record<string, unknown>>;
        return Array.isArray(results)
          ? results.flatMap((result) => readScanRow(result, clean) ?? [])
          : undefined;
      })
      .catch((error: unknown) => {
        // A service without this call says nothing about the scan, which then is not listed.
        if (!(error instanceof SecurityReportsError) || error instanceof TimeoutError) throw error;
        return [];
      });
    const found = new Map<string, ScanRow>();
    for (const scanId of scanIds) {
      const { names } = this.#knownOf(scanId);
      const row = rows.find((some) =>
        [...ownNamesOf(some), some.rootScanId].some((name) => name !== undefined && names.has(name)),
      );
      if (row !== undefined) found.set(scanId, row);
    }
    return found;
  }

  #knownOf(scanId: string): Known {
    const known = this.#known.get(scanId) ?? { names: new Set(namesOf(scanId)), others: new Set() };
    this.#known.set(scanId, known);
    return known;
  }

  /** `GET /api/v1/scans/list/{scan_id}/` (vendor code, unofficial copy): `undefined` for all but a row of this scan. */
  async #lookUp(scanId: string, names: ReadonlySet<string>, limits: Limits): Promise<ScanRow | undefined> {
    if (!this.#offersLookUp) return undefined;
    const call: Call = {
      operation: 'look up scan',
      subject: scanId,
      method: 'GET',
      path: `${listPath}${encodeURIComponent(scanId)}/`,
      ...undocumented,
    };
    const row = await this.#unlessRefused(() =>
      this.#http.json(call, limits, (answer) => readScanRow(answer, (text) => this.#http.clean(text))),
    );
    const isOfScan = row !== undefined && ownRowsOf(names, [row]).length > 0;
    if (!isOfScan) this.#offersLookUp = false;
    return isOfScan ? row : undefined;
  }

  /** `undefined` where the service does not offer a call. What may pass, and what the caller ends, is thrown. */
  async #unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SecurityReportsError) || error instanceof TimeoutError) throw error;
      const mayPass = error.retryable && (error.status === undefined || error.retryAfterMs !== undefined);
      if (mayPass || error.status === 429) throw error;
      return undefined;
    }
  }

  /**
   * Reads the list to its end: a worse verdict may be on its last page.
   *
   * @returns the names of all scans of which there are parts.
   */
  async #gather(
    scans: readonly Gathered[],
    period: ScanPeriod,
    limits: Limits,
    onReading: OnReading | undefined,
  ): Promise<ReadonlySet<string>> {
    const byName = groupBy(scans, ({ known }) => [...known.names]);
    const bySha256 = groupBy(scans, ({ sought }) => (sought.sha256 === undefined ? [] : [sought.sha256]));
    const listed = new Set<string>();
    const wholes = new Set<string>();
    for (const scan of scans) {
      scan.rows = [...scan.lookedUp];
      scan.sameContent = [];
    }
    for await (const { rows, hasNext } of readScanList(this.#http, period, limits)) {
      for (const row of rows) {
        const own = ownNamesOf(row);
        const { rootScanId } = row;
        if (rootScanId !== undefined && !own.includes(rootScanId)) wholes.add(rootScanId);
        const names = rootScanId === undefined ? own : [...own, rootScanId];
        for (const scan of new Set(names.flatMap((name) => byName.get(name) ?? []))) {
          listed.add(scan.sought.scanId);
          scan.rows.push(row);
        }
        for (const scan of bySha256.get(row.sampleSha256 ?? '') ?? []) scan.sameContent.push(row);
      }
      if (hasNext) onReading?.(listed);
    }
    return wholes;
  }

  /** Learns by what other names the rows of a scan go. */
  async #learnNames(
    scans: readonly Gathered[],
    period: ScanPeriod,
    limits: Limits,
  ): Promise<readonly string[]> {
    const learned: string[] = [];
    for (const scan of scans) {
      const { sought, known, rows } = scan;
      const isListed = scanOfRows(known.names, rows, sought.sha256) !== undefined;
      const same = isListed ? [] : await this.#ofSameContent(scan, period, limits);
      rows.push(...same);
      const own = ownRowsOf(known.names, rows).filter((row) => isOf(row, sought.sha256));
      for (const name of [...own, ...same].flatMap(ownNamesOf)) {
        if (known.names.has(name)) continue;
        known.names.add(name);
        learned.push(name);
      }
    }
    return learned;
  }

  /**
   * The ids of the submission and of the list may differ (inferred), and the content is the only tie then: the rows of
   * the API channel with its SHA-256 that were created since the submission. No row says when it was created, so the
   * list is asked for scans since then; that is one request per scan, and only when such a row turns up.
   */
  async #ofSameContent(
    { sought: { submittedAt }, known, sameContent }: Gathered,
    period: ScanPeriod,
    limits: Limits,
  ): Promise<readonly ScanRow[]> {
    if (submittedAt === undefined) return [];
    const isNew = ({ id }: ScanRow): boolean => id !== undefined && !known.others.has(id);
    const candidates = sameContent.filter(
      (row) =>
        isNew(row) &&
        (row.origin ?? 'api').toLowerCase() === 'api' &&
        (row.rootScanId === undefined || ownNamesOf(row).includes(row.rootScanId)),
    );
    if (candidates.length === 0) return [];
    const created = new Set<string>();
    for await (const { rows } of readScanList(this.#http, { ...period, start: submittedAt }, limits)) {
      for (const { id } of rows) if (id !== undefined) created.add(id);
    }
    const isSince = ({ id = '' }: ScanRow): boolean => created.has(id);
    for (const { id } of candidates) if (id !== undefined && !created.has(id)) known.others.add(id);
    return candidates.filter(isSince);
  }
}

/** Only the list has the verdicts on parts. They change nothing while the scan goes on, or when it is malicious. */
function needsParts({ scan }: Sighting): boolean {
  return scan.finished && scan.verdict !== 'malicious';
}

/** What it means that the service does not list a scan. */
export function notListed(scanId: string): NotFoundError {
  return new NotFoundError({
    service: perceptionPoint,
    operation: 'look for scan',
    subject: scanId,
    what: 'the service does not list it',
    remedy:
      'Check the id, and that region and token are those that it was submitted with. A scan that was submitted just now may not be listed yet, and only the last 30 days are searched: wait for it, or ask again.',
    resumeId: scanId,
  });
}

function groupBy(
  scans: readonly Gathered[],
  keysOf: (scan: Gathered) => readonly string[],
): ReadonlyMap<string, readonly Gathered[]> {
  const groups = new Map<string, Gathered[]>();
  for (const scan of scans) {
    for (const key of keysOf(scan)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [scan]);
      else group.push(scan);
    }
  }
  return groups;
}
