import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/node/system-clock.ts';

const intervalMs = 1;
/** So much time passes at most between two turns of the event loop, however long a busy machine makes a turn. */
const maxPerTurnMs = 4;

/** The time in which this process got its turn. Client and simulator are in it, so neither is late when the machine is busy. */
let running = 0;
let lastTurn = performance.now();
setInterval(() => {
  const turn = performance.now();
  running += Math.min(turn - lastTurn, maxPerTurnMs);
  lastTurn = turn;
}, intervalMs).unref();

/** A clock that runs so many times faster than the machine's, so that back-off and polling take little of a test's time. */
export function acceleratedClock(factor: number): Clock {
  const started = systemClock.now() - running * factor;
  const now = () => started + running * factor;
  return {
    now,
    sleep: async (ms, signal) => {
      const until = now() + ms;
      do await systemClock.sleep((until - now()) / factor, signal);
      while (now() < until);
    },
  };
}
