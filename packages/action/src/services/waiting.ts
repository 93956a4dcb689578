import type { Clock } from '@security-reports/core';
import type { Log } from '../log.ts';
import { count, seconds } from '../quantities.ts';

export interface WaitingOptions {
  readonly clock: Clock;
  /** When the step gives up, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly log: Log;
  /** So long after the last line, another one says what the step waits for, in milliseconds; a minute unless given. */
  readonly intervalMs?: number;
}

/** A subject that the step waits for. */
export interface Awaited {
  /** Notes the state that was logged, so that the silence begins anew. */
  note(state: string): void;
  /** The subject is done, whatever came of it. */
  end(): void;
}

/** Shown by name; the others are counted. */
const maxShown = 3;

/** Logs what the step waits for when nothing else was logged for a minute: one line and one timer, for all subjects. */
export class Waiting {
  readonly #options: Required<WaitingOptions>;
  readonly #subjects = new Set<{ readonly subject: string; readonly since: number; state: string }>();
  readonly #ending = new AbortController();
  #lastLine: number;

  constructor(options: WaitingOptions) {
    this.#options = { intervalMs: 60_000, ...options };
    this.#lastLine = options.clock.now();
    void this.#watch();
  }

  begin(subject: string): Awaited {
    const { clock } = this.#options;
    const awaited = { subject, since: clock.now(), state: 'waiting for its turn' };
    this.#subjects.add(awaited);
    return {
      note: (state) => {
        awaited.state = state;
        this.#lastLine = clock.now();
      },
      end: () => {
        this.#subjects.delete(awaited);
      },
    };
  }

  /** Ends the timer. */
  stop(): void {
    this.#ending.abort();
  }

  async #watch(): Promise<void> {
    const { clock, intervalMs } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const silence = clock.now() - this.#lastLine;
      if (silence >= intervalMs) {
        this.#log();
        continue;
      }
      // It rejects only with the reason of the signal, which ends the loop.
      await clock.sleep(intervalMs - silence, signal).catch(() => undefined);
    }
  }

  #log(): void {
    const { clock, deadline, log } = this.#options;
    const now = clock.now();
    this.#lastLine = now;
    const all = [...this.#subjects];
    if (all.length === 0) return;
    const shown = all
      .slice(0, maxShown)
      .map(({ subject, state, since }) => `${subject} (${state}, for ${seconds(now - since)})`);
    const more = all.length > shown.length ? ` and ${all.length - shown.length} more` : '';
    log.info(
      `Still waiting for ${count(all.length, 'subject')}: ${shown.join(', ')}${more}. ` +
        `The step gives up in ${seconds(Math.max(0, deadline - now))}.`,
    );
  }
}
