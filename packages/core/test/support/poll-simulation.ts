import { poll, type PollOptions } from '../../src/polling.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface SimulatedWait {
  /** When each look took place, in milliseconds since the beginning. */
  readonly looks: readonly number[];
  /** From when the report was ready until a look showed it, in milliseconds. */
  readonly lagMs: number;
}

/** Polls, in no time, for a report that is ready after so many milliseconds. */
export async function simulateWait(
  readyAfterMs: number,
  options: Partial<PollOptions> = {},
): Promise<SimulatedWait> {
  const clock = new VirtualClock();
  const looks: number[] = [];
  const look = () => {
    looks.push(clock.now());
    const done = clock.now() >= readyAfterMs;
    return Promise.resolve(done ? { done, value: true } : { done, state: 'being created' });
  };
  await poll(look, {
    clock,
    signal: new AbortController().signal,
    deadline: Infinity,
    onState: () => undefined,
    ...options,
  });
  return { looks, lagMs: clock.now() - readyAfterMs };
}

/** As above for many reports, which get ready within a tenth of the given time around it. */
export async function simulateWaits(count: number, readyAfterMs: number): Promise<SimulatedWait[]> {
  const waits: SimulatedWait[] = [];
  for (let index = 0; index < count; index += 1) {
    waits.push(await simulateWait(readyAfterMs * (0.9 + (0.2 * index) / count)));
  }
  return waits;
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
