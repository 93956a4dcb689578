import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { unlessAborted } from '../unless-aborted.ts';

/** At most so many requests within any stretch of time of this length. */
export interface RateLimit {
  readonly requests: number;
  readonly periodMs: number;
}

/**
 * Lets requests leave as limits allow, in the order in which they came, however many wait at the same time.
 *
 * When a request reaches the service is not known, only that it does between its departure and its answer. So it counts
 * from the one until a period after the other, and the service never sees more than the limits, however long the way.
 */
export class RateLimiter {
  readonly #limits: readonly RateLimit[];
  readonly #mostRemembered: number;
  /** Requests that have left and not been answered. */
  #underWay = 0;
  /** When the last answers came, oldest first, in milliseconds since the epoch. */
  #answers: number[] = [];
  #nextAnswer = Promise.withResolvers<undefined>();
  /** Settles when all who came so far have left, or given up. */
  #queue: Promise<void> = Promise.resolve();

  constructor(limits: readonly RateLimit[]) {
    this.#limits = limits;
    this.#mostRemembered = Math.max(...limits.map(({ requests }) => requests));
  }

  /**
   * Sends a request when its turn has come. `send` settles with the beginning of the answer, or without one.
   *
   * @throws the signal's reason when that aborts before, and whatever `send` throws.
   */
  async pass<T>(clock: Clock, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    await this.#takeTurn(clock, signal);
    try {
      return await send();
    } finally {
      this.#underWay -= 1;
      this.#answers = [...this.#answers, clock.now()].slice(-this.#mostRemembered);
      this.#nextAnswer.resolve(undefined);
      this.#nextAnswer = Promise.withResolvers();
    }
  }

  async #takeTurn(clock: Clock, signal: AbortSignal): Promise<void> {
    const before = this.#queue;
    const over = Promise.withResolvers<undefined>();
    this.#queue = over.promise;
    try {
      await unlessAborted(before, signal);
      for (let wait = this.#waitMs(clock.now()); wait > 0; wait = this.#waitMs(clock.now())) {
        await (wait === Infinity
          ? unlessAborted(this.#nextAnswer.promise, signal)
          : clock.sleep(wait, signal));
      }
      this.#underWay += 1;
    } finally {
      // Who gives up while others are before it does not let those behind it pass them.
      over.resolve(before.then(() => undefined));
    }
  }

  /** How long the next request has to wait at least; `Infinity` for as long as no answer comes. */
  #waitMs(now: number): number {
    // A clock that was set back must not make anybody wait for longer than a period.
    this.#answers = this.#answers.map((answer) => Math.min(answer, now));
    return Math.max(
      ...this.#limits.map(({ requests, periodMs }) => {
        const free = requests - this.#underWay;
        if (free <= 0) return Infinity;
        const answer = this.#answers.at(-free);
        return answer === undefined ? 0 : answer + periodMs - now;
      }),
    );
  }
}

const shared = new Map<string, RateLimiter>();

/**
 * The limiter that all clients in this process share who ask one service with one credential. Only a digest of the
 * credential is kept.
 */
export function sharedRateLimiter(
  origin: string,
  credential: string,
  limits: readonly RateLimit[],
): RateLimiter {
  const key = createHash('sha256')
    .update(JSON.stringify([origin, credential]))
    .digest('hex');
  const limiter = shared.get(key) ?? new RateLimiter(limits);
  shared.set(key, limiter);
  return limiter;
}
