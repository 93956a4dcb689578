import { DeadlinePassed, withinLimits } from '../deadline.ts';
import { NotFoundError, SecurityReportsError, TimeoutError } from '../errors.ts';
import { adaptiveInterval, shortestIntervalMs } from '../polling.ts';
import type { Progress } from '../progress.ts';
import { isProvisional, type PerceptionPointClient, type SoughtScan } from './client.ts';
import type { Sighting } from './scan-of-rows.ts';
import type { Scan } from './scan.ts';
import { searchPeriod } from './search-period.ts';
import { perceptionPoint } from './service.ts';

export interface WaitForScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number;
  /**
   * When the scan was submitted, in milliseconds since the epoch by the service's clock; without it, the scan is
   * searched for in the last 30 days.
   */
  readonly submittedAt?: number | undefined;
  /** Of what was sent, in lower-case hex: a row about another file is no verdict then. */
  readonly sha256?: string | undefined;
  /**
   * Give up when the service has not known the scan for so many milliseconds: for an id that may be wrong, see
   * {@link patienceWithUnlistedMs}. Without it, wait for the deadline.
   */
  readonly giveUpUnlistedAfterMs?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A service that lists a scan at all lists it sooner, in milliseconds (a judgement: nothing is documented). */
export const patienceWithUnlistedMs = 2 * 60_000;

const notAskedYet = 'not asked yet';
const listBeingRead = 'the list is being read';
const listedBeingRead = 'listed, being read';
const notListedYet = 'not listed yet';
const beingScanned = 'being scanned';
/** In these states, a long list is worth a word; later it would repeat at each check. */
const statesBeforeListed: readonly string[] = [notAskedYet, listBeingRead, notListedYet];

interface Waiter {
  readonly sought: SoughtScan;
  readonly patienceMs: number | undefined;
  readonly joinedAt: number;
  readonly settle: PromiseWithResolvers<Scan>;
  readonly tell: (state: string) => void;
  state: string;
  /** Since when every check has shown nothing; `undefined` before the first one, and once something was shown. */
  unlistedSince: number | undefined;
  /** What the last check failed with, where it did. */
  lastError: SecurityReportsError | undefined;
  /** What only parts have said at the last check, which counts when the next one shows the same. */
  saidByParts: string | undefined;
}

/**
 * Waits for the verdicts of many scans with one polling loop, however many wait. The loop runs only while a caller
 * waits; its intervals fit the caller who has waited for the shortest time.
 */
export class ScanWatch {
  readonly #client: PerceptionPointClient;
  readonly #intervalMs: number | undefined;
  readonly #waiters = new Set<Waiter>();
  /** Ends the loop; aborted while nobody waits. */
  #stop = new AbortController();
  /** Ends a long rest. */
  #wake = new AbortController();

  /** @param intervalMs a fixed time between two checks, instead of the adaptive one. */
  constructor(client: PerceptionPointClient, intervalMs?: number) {
    this.#client = client;
    this.#intervalMs = intervalMs;
    this.#stop.abort();
  }

  /**
   * Waits until the service has come to a verdict on a scan.
   *
   * @throws {TimeoutError} at the deadline, with the last state, and status, code and words of the service where its
   * last answer was an error; asking again with the same id later succeeds.
   * @throws {NotFoundError} when `giveUpUnlistedAfterMs` have passed in which the service did not know the scan.
   * @throws {SecurityReportsError} when the list cannot be read, or the service gave the id to two submissions; the
   * signal's reason when it aborts.
   */
  async waitFor(scanId: string, options: WaitForScanOptions): Promise<Scan> {
    const { clock } = this.#client;
    const waiter: Waiter = {
      sought: {
        scanId,
        ...(options.submittedAt !== undefined && { submittedAt: options.submittedAt }),
        ...(options.sha256 !== undefined && { sha256: options.sha256 }),
      },
      patienceMs: options.giveUpUnlistedAfterMs,
      joinedAt: clock.now(),
      settle: Promise.withResolvers<Scan>(),
      tell: (state) => options.onProgress?.({ state }),
      state: notAskedYet,
      unlistedSince: undefined,
      lastError: undefined,
      saidByParts: undefined,
    };
    try {
      return await withinLimits(clock, options, (signal) => {
        signal.addEventListener('abort', () => {
          waiter.settle.reject(signal.reason);
        });
        this.#join(waiter);
        return waiter.settle.promise;
      });
    } catch (error) {
      if (!(error instanceof DeadlinePassed)) throw error;
      throw timedOut(waiter);
    } finally {
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#stop.abort();
    }
  }

  #join(waiter: Waiter): void {
    this.#waiters.add(waiter);
    if (this.#stop.signal.aborted) {
      this.#stop = new AbortController();
      void this.#loop(this.#stop.signal);
    } else {
      // A caller who joins during a long rest does not wait for its end.
      this.#wake.abort();
    }
  }

  async #loop(stop: AbortSignal): Promise<void> {
    const { clock } = this.#client;
    const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
      clock.sleep(ms, signal).catch(() => undefined);
    while (!stop.aborted) {
      const restMs = await this.#check(stop);
      const newest = Math.max(...[...this.#waiters].map((waiter) => waiter.joinedAt));
      const interval = this.#intervalMs ?? adaptiveInterval(clock.now() - newest);
      const least = Math.max(shortestIntervalMs, restMs);
      this.#wake = new AbortController();
      await sleep(least, stop);
      await sleep(Math.max(0, interval - least), AbortSignal.any([stop, this.#wake.signal]));
    }
  }

  /** Checks once for all. Gives the milliseconds that the service asked to be left alone. */
  async #check(signal: AbortSignal): Promise<number> {
    const waiters = [...this.#waiters];
    const now = this.#client.clock.now();
    const periods = waiters.map(({ sought }) => searchPeriod(now, sought.submittedAt));
    const period = {
      start: Math.min(...periods.map(({ start }) => start)),
      end: Math.max(...periods.map(({ end }) => end)),
    };
    const onReading = (listed: ReadonlySet<string>): void => {
      for (const waiter of waiters) {
        if (!statesBeforeListed.includes(waiter.state)) continue;
        if (listed.has(waiter.sought.scanId)) changeState(waiter, listedBeingRead);
        else if (waiter.state === notAskedYet) changeState(waiter, listBeingRead);
      }
    };
    try {
      const sought = waiters.map((waiter) => waiter.sought);
      const sightings = await this.#client.look(sought, period, { signal }, onReading);
      for (const waiter of waiters) {
        waiter.lastError = undefined;
        this.#settle(waiter, sightings.get(waiter.sought.scanId));
      }
      await this.#giveUpUnlisted(waiters, signal);
      return 0;
    } catch (error) {
      const mayPass = error instanceof SecurityReportsError && error.retryable;
      for (const waiter of waiters) {
        if (mayPass) {
          waiter.lastError = error;
          changeState(waiter, error.what);
        } else waiter.settle.reject(error);
      }
      return mayPass ? (error.retryAfterMs ?? 0) : 0;
    }
  }

  #settle(waiter: Waiter, sighting: Sighting | undefined): void {
    const clash = this.#client.clashOf(waiter.sought.scanId);
    if (clash !== undefined) {
      waiter.settle.reject(clash);
      return;
    }
    if (sighting === undefined) {
      waiter.unlistedSince ??= waiter.joinedAt;
      changeState(waiter, notListedYet);
      return;
    }
    waiter.unlistedSince = undefined;
    const isToConfirm = isProvisional(sighting) && sighting.fingerprint !== waiter.saidByParts;
    waiter.saidByParts = sighting.isWhole ? undefined : sighting.fingerprint;
    if (sighting.scan.finished && !isToConfirm) waiter.settle.resolve(sighting.scan);
    else changeState(waiter, beingScanned);
  }

  /** A running scan may be absent from the list, so the list of running scans has the last word. */
  async #giveUpUnlisted(waiters: readonly Waiter[], signal: AbortSignal): Promise<void> {
    const now = this.#client.clock.now();
    const overdue = waiters.filter(
      ({ unlistedSince, patienceMs }) =>
        unlistedSince !== undefined && patienceMs !== undefined && now - unlistedSince >= patienceMs,
    );
    if (overdue.length === 0) return;
    const running = await this.#client.findRunning(
      overdue.map(({ sought }) => sought.scanId),
      { signal },
    );
    for (const waiter of overdue) {
      if (running.has(waiter.sought.scanId)) {
        waiter.unlistedSince = now;
        changeState(waiter, beingScanned);
      } else waiter.settle.reject(neverListed(waiter.sought.scanId, waiter.patienceMs ?? 0));
    }
  }
}

function changeState(waiter: Waiter, state: string): void {
  if (waiter.state === state) return;
  waiter.state = state;
  waiter.tell(state);
}

function timedOut(waiter: Waiter): TimeoutError {
  const { sought, state, lastError } = waiter;
  return new TimeoutError({
    service: perceptionPoint,
    operation: 'wait for scan',
    subject: sought.scanId,
    what: `there was no verdict in time; the last state: ${state}`,
    remedy: remedyFor(waiter),
    lastState: state,
    status: lastError?.status,
    vendorCode: lastError?.vendorCode,
    vendorMessage: lastError?.vendorMessage,
    resumeId: sought.scanId,
  });
}

function neverListed(scanId: string, patienceMs: number): NotFoundError {
  return new NotFoundError({
    service: perceptionPoint,
    operation: 'wait for scan',
    subject: scanId,
    what: `the service has not listed it for ${Math.round(patienceMs / 1000)} seconds, neither as finished nor as running`,
    remedy: `Check the id, and that region and token are those that it was submitted with; only scans of the last 30 days and of the API channel are listed. If all is right, ask again later for the scan id ${scanId}.`,
    resumeId: scanId,
  });
}

/** An id that a caller gave may be wrong; the one of a submission is right, however long the service takes to list it. */
function remedyFor({ sought: { scanId, submittedAt }, state }: Waiter): string {
  const askAgain = `ask again for the scan id ${scanId}, or allow more time`;
  switch (state) {
    case listedBeingRead:
    case beingScanned:
      return `The service goes on scanning: ${askAgain}.`;
    case notListedYet:
      return submittedAt === undefined
        ? `Check the id, and that region and token are those that it was submitted with; only the last 30 days are looked at. If all is right, ${askAgain}.`
        : `The service may take a while to list what it took: ${askAgain}.`;
    default:
      return `Look at the state of the service; then ${askAgain}.`;
  }
}
