import type { Clock } from '../../src/clock.ts';

/** A clock on which a sleep is over at once: it only moves the time. */
export class VirtualClock implements Clock {
  readonly sleeps: number[] = [];
  #now: number;

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    this.advance(ms);
    this.sleeps.push(ms);
    return Promise.resolve();
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
