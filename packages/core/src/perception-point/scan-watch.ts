import { DeadlinePassed, withinLimits } from '../deadline.ts';
import { SecurityReportsError, TimeoutError } from '../errors.ts';
import { adaptiveInterval, shortestIntervalMs } from '../polling.ts';
import type { Progress } from '../progress.ts';
import type { PerceptionPointClient } from './client.ts';
import type { Scan } from './scan.ts';
import { searchPeriod } from './search-period.ts';
import { perceptionPoint } from './service.ts';

export interface WaitForScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** When the scan was submitted, in milliseconds since the epoch; without it, it is looked for in the last 30 days. */
  readonly submittedAt?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const notAskedYet = 'not asked yet';
const notListedYet = 'not listed yet';
const beingScanned = 'being scanned';

interface Waiter {
  readonly scanId: string;
  readonly submittedAt: number | undefined;
  readonly joinedAt: number;
  readonly settle: PromiseWithResolvers<Scan>;
  readonly tell: (state: string) => void;
  state: string;
}

/**
 * Waits for the verdicts of many scans with one polling loop over the service's list, however many wait. The loop
 * runs only while somebody waits; it asks at intervals that fit the one who has waited for the shortest time.
 */
export class ScanWatch {
  readonly #client: PerceptionPointClient;
  readonly #intervalMs: number | undefined;
  readonly #waiters = new Set<Waiter>();
  /** Ends the loop; aborted while nobody waits. */
  #stop = new AbortController();
  /** Ends a long rest. */
  #wake = new AbortController();

  /** @param intervalMs a fixed time between two looks, instead of the adaptive one. */
  constructor(client: PerceptionPointClient, intervalMs?: number) {
    this.#client = client;
    this.#intervalMs = intervalMs;
    this.#stop.abort();
  }

  /**
   * Waits until the service has come to a verdict on a scan.
   *
   * @throws {TimeoutError} at the deadline, with the last state; asking again with the same id later succeeds.
   * @throws {SecurityReportsError} when the list cannot be read; the signal's reason when it aborts.
   */
  async waitFor(scanId: string, options: WaitForScanOptions): Promise<Scan> {
    const { clock } = this.#client;
    const waiter: Waiter = {
      scanId,
      submittedAt: options.submittedAt,
      joinedAt: clock.now(),
      settle: Promise.withResolvers<Scan>(),
      tell: (state) => options.onProgress?.({ state }),
      state: notAskedYet,
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
      throw new TimeoutError({
        service: perceptionPoint,
        operation: 'wait for scan',
        subject: scanId,
        what: `there was no verdict in time; the last state: ${waiter.state}`,
        remedy: remedyFor(waiter),
        lastState: waiter.state,
        resumeId: scanId,
      });
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
      // Whoever joins during a long rest shall not wait for its end.
      this.#wake.abort();
    }
  }

  async #loop(stop: AbortSignal): Promise<void> {
    const { clock } = this.#client;
    const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
      clock.sleep(ms, signal).catch(() => undefined);
    while (!stop.aborted) {
      const restMs = await this.#look(stop);
      const newest = Math.max(...[...this.#waiters].map((waiter) => waiter.joinedAt));
      const interval = this.#intervalMs ?? adaptiveInterval(clock.now() - newest);
      const least = Math.max(shortestIntervalMs, restMs);
      this.#wake = new AbortController();
      await sleep(least, stop);
      await sleep(Math.max(0, interval - least), AbortSignal.any([stop, this.#wake.signal]));
    }
  }

  /** Reads the list once for all. Gives the milliseconds that the service asked to be left alone. */
  async #look(signal: AbortSignal): Promise<number> {
    const waiters = [...this.#waiters];
    const now = this.#client.clock.now();
    const periods = waiters.map(({ submittedAt }) => searchPeriod(now, submittedAt));
    try {
      const found = await this.#client.findScans(
        waiters.map(({ scanId }) => scanId),
        { ...searchPeriod(now), start: Math.min(...periods.map(({ start }) => start)) },
        { signal },
      );
      for (const waiter of waiters) {
        const scan = found.get(waiter.scanId);
        if (scan?.finished === true) waiter.settle.resolve(scan);
        else changeState(waiter, scan === undefined ? notListedYet : beingScanned);
      }
      return 0;
    } catch (error) {
      const mayPass = error instanceof SecurityReportsError && error.retryable;
      for (const waiter of waiters) {
        if (mayPass) changeState(waiter, error.what);
        else waiter.settle.reject(error);
      }
      return mayPass ? (error.retryAfterMs ?? 0) : 0;
    }
  }
}

function changeState(waiter: Waiter, state: string): void {
  if (waiter.state === state) return;
  waiter.state = state;
  waiter.tell(state);
}

/** An id that somebody gave may be wrong; the one of a submission is right, however long the service takes to list it. */
function remedyFor({ scanId, submittedAt, state }: Waiter): string {
  const askAgain = `ask again for the scan id ${scanId}, or allow more time`;
  switch (state) {
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
