/** The documented limits of one key, both rolling. */
const limits = [
  { requests: 100, ms: 5_000 },
  { requests: 1_000, ms: 180_000 },
] as const;

const longestMs = Math.max(...limits.map(({ ms }) => ms));

/** Counts the requests of the key. Those that were refused for their number do not count (inferred). */
export class RateLimit {
  /** Of the requests that count: milliseconds since 1970, oldest first. */
  #times: number[] = [];

  /**
   * Takes a request, or says that it is one too many.
   *
   * @returns 0 when it was taken, else the milliseconds after which the next one will be
   */
  take(now: number): number {
    this.#times = this.#times.filter((time) => time > now - longestMs);
    const waits = limits.map(({ requests, ms }) => {
      const tooManyUntil = this.#times.at(-requests);
      return tooManyUntil === undefined ? 0 : Math.max(0, tooManyUntil + ms - now);
    });
    const wait = Math.max(...waits);
    if (wait === 0) this.#times.push(now);
    return wait;
  }

  /** Forgets all requests. */
  clear(): void {
    this.#times = [];
  }
}
