import { describe, expect, test } from 'vitest';
import { DeadlinePassed } from '../src/deadline.ts';
import { NotFoundError, ServiceError } from '../src/errors.ts';
import { type Look, poll, type PollOptions } from '../src/polling.ts';
import { mean, simulateWait, simulateWaits } from './support/poll-simulation.ts';
import { failureOf } from './support/transport.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const about = {
  service: { id: 'spectra-analyze', name: 'Spectra Analyze' },
  operation: 'get PDF report status',
  remedy: 'Try again later.',
};
const busy = new ServiceError({ ...about, what: 'the service is busy', retryable: true });

/** Polls on a virtual clock; a look is what `looks` gives for its number and time. */
function polling(
  looks: (number: number, now: number) => Look<string> | Promise<never>,
  options: Partial<PollOptions> = {},
) {
  const clock = new VirtualClock();
  const states: string[] = [];
  const times: number[] = [];
  const result = poll(
    async () => {
      times.push(clock.now());
      return looks(times.length, clock.now());
    },
    {
      clock,
      signal: new AbortController().signal,
      deadline: 600_000,
      onState: (state) => states.push(state),
      ...options,
    },
  );
  return { result, clock, states, times };
}

function waiting(state = 'being created', restMs?: number): Look<never> {
  return { done: false, state, restMs };
}

function intervals(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

describe('the adaptive interval', () => {
  test.each([4, 20, 60])(
    'sees a report of %i s with a mean lag of about 8 %% of the time waited',
    async (seconds) => {
      const waits = await simulateWaits(4000, seconds * 1000);
      const share = mean(waits.map((wait) => wait.lagMs)) / (seconds * 1000);
      expect(share).toBeGreaterThan(0.06);
      expect(share).toBeLessThan(0.09);
    },
  );

  test('sees a report of 4 s after at most 12 looks, always', async () => {
    const waits = await Promise.all(Array.from({ length: 4000 }, () => simulateWait(4000)));
    expect(Math.max(...waits.map((wait) => wait.looks.length))).toBeLessThanOrEqual(12);
  });

  test('looks at once', async () => {
    expect(await simulateWait(0)).toEqual({ looks: [0], lagMs: 0 });
  });

  test('is never shorter than half a second, nor longer than 30 seconds', async () => {
    const waits = await Promise.all(Array.from({ length: 500 }, () => simulateWait(1_200_000)));
    const all = waits.flatMap((wait) => intervals(wait.looks));
    expect(Math.min(...all)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...all)).toBeCloseTo(30_000);
  });

  test('spreads out many subjects that are waited for at once', async () => {
    const subjects = 400;
    const waits = await Promise.all(Array.from({ length: subjects }, () => simulateWait(120_000)));
    const perTenth = new Map<number, number>();
    for (const time of waits.flatMap((wait) => wait.looks).filter((look) => look > 20_000)) {
      const tenth = Math.floor(time / 100);
      perTenth.set(tenth, (perTenth.get(tenth) ?? 0) + 1);
    }
    // In step, all of them would ask within the same tenth of a second; evenly spread, one in thirty.
    expect(Math.max(...perTenth.values())).toBeLessThan(subjects * 0.12);
  });

  test('stays spread out when it has reached its longest', async () => {
    const subjects = 400;
    const waits = await Promise.all(Array.from({ length: subjects }, () => simulateWait(1_800_000)));
    const perSecond = new Map<number, number>();
    for (const time of waits.flatMap((wait) => wait.looks).filter((look) => look > 900_000)) {
      const second = Math.floor(time / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    // In step, all of them would ask within the same second; evenly spread, one in thirty.
    expect(Math.max(...perSecond.values())).toBeLessThan(subjects * 0.12);
  });
});

describe('the deadline of a wait', () => {
  const deadlines = [0, 900, 1000, 1200, 1600, 5000, 5300, 60_000, 61_234, 300_000];

  test.each(deadlines)(
    'of %i ms has no look after it, and the last one is a second before it',
    async (deadline) => {
      for (let round = 0; round < 200; round += 1) {
        const { result, clock, times } = polling(() => waiting(), { deadline });
        expect(await failureOf(result)).toBeInstanceOf(DeadlinePassed);
        expect(clock.now()).toBeLessThanOrEqual(Math.max(0, deadline - 1000));
        expect(times.at(-1)).toBeCloseTo(deadline < 1500 ? 0 : deadline - 1000);
        for (const interval of intervals(times)) expect(interval).toBeGreaterThanOrEqual(500);
      }
    },
  );

  test('ends a wait whose report is ready just before it with the report', async () => {
    const { result } = polling(
      (_number, now) => (now >= 58_900 ? { done: true, value: 'there' } : waiting()),
      {
        deadline: 60_000,
      },
    );
    expect(await result).toBe('there');
  });

  test('leaves no look where the service asks for a longer rest, so that the wait ends at once', async () => {
    const { result, times, clock } = polling(() => waiting('busy', 3_600_000), { deadline: 60_000 });
    expect(await failureOf(result)).toBeInstanceOf(DeadlinePassed);
    expect(times).toEqual([0]);
    expect(clock.now()).toBe(0);
  });

  test('has its last look after a rest that ends just before', async () => {
    const rests = [58_900, 59_000];
    for (const rest of rests) {
      const { result, times } = polling(() => waiting('busy', rest), { deadline: 60_000 });
      expect(await failureOf(result)).toBeInstanceOf(DeadlinePassed);
      expect(times).toEqual([0, 59_000]);
    }
  });
});

describe('a wait', () => {
  test('goes on after a look that failed in a way that may pass', async () => {
    const { result, states } = polling((number) =>
      number === 2 ? Promise.reject(busy) : number < 4 ? waiting() : { done: true, value: 'there' },
    );
    expect(await result).toBe('there');
    expect(states).toEqual(['being created', 'the service is busy', 'being created']);
  });

  test('ends with a failure that will not pass', async () => {
    const absent = new NotFoundError({ ...about, what: 'the sample is not on the appliance' });
    const { result, times } = polling((number) => (number === 2 ? Promise.reject(absent) : waiting()));
    expect(await failureOf(result)).toBe(absent);
    expect(times).toHaveLength(2);
  });

  test('ends with a failure that is nobody’s error, such as a mistake in the program', async () => {
    const mistake = new TypeError('undefined is not a function');
    expect(await failureOf(polling(() => Promise.reject(mistake)).result)).toBe(mistake);
  });

  test('leaves the service alone for as long as it asks, but no shorter than otherwise', async () => {
    const rests = [10_000, 1, undefined];
    const { result, times } = polling((number) =>
      number > rests.length ? { done: true, value: 'there' } : waiting('busy', rests[number - 1]),
    );
    await result;
    const [afterLongRest, afterShortRest] = intervals(times);
    expect(afterLongRest).toBe(10_000);
    expect(afterShortRest).toBeGreaterThanOrEqual(10_000 * 0.128);
  });

  test('leaves the service alone for as long as an error says', async () => {
    const resting = new ServiceError({ ...about, what: 'busy', retryable: true, retryAfterMs: 7000 });
    const { result, times } = polling((number) =>
      number === 1 ? Promise.reject(resting) : { done: true, value: 'there' },
    );
    await result;
    expect(times).toEqual([0, 7000]);
  });

  test('keeps to a fixed interval', async () => {
    const { result, times } = polling((number) => (number > 5 ? { done: true, value: 'there' } : waiting()), {
      intervalMs: 15_000,
    });
    await result;
    expect(times).toEqual([0, 15_000, 30_000, 45_000, 60_000, 75_000]);
  });

  test('tells a state only when it differs from the one before', async () => {
    const seen = ['a', 'a', 'b', 'b', 'b', 'a'];
    const { result, states } = polling((number) =>
      number > seen.length ? { done: true, value: 'there' } : waiting(seen[number - 1]),
    );
    await result;
    expect(states).toEqual(['a', 'b', 'a']);
  });

  test('that is canceled ends with the signal’s reason and looks no more', async () => {
    const canceling = new AbortController();
    const reason = new Error('canceled by the user');
    const { result, times } = polling(
      (number) => {
        if (number === 3) canceling.abort(reason);
        return waiting();
      },
      { signal: canceling.signal },
    );
    expect(await failureOf(result)).toBe(reason);
    expect(times).toHaveLength(3);
  });
});
