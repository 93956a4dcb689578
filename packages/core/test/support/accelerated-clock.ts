import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/node/system-clock.ts';

/** A clock that runs so many times faster than the machine's, so that back-off and polling take little of a test's time. */
export function acceleratedClock(factor: number): Clock {
  const started = systemClock.now();
  return {
    now: () => started + (systemClock.now() - started) * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
