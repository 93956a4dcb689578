import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** The most that a timer of Node can count to; for a longer time it would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      let left = ms;
      for (; left > longestTimerMs; left -= longestTimerMs) {
        await sleep(longestTimerMs, undefined, { signal });
      }
      await sleep(left, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
