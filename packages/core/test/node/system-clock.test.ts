import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/node/system-clock.ts';
import { failureOf } from '../support/transport.ts';

describe('the clock of the machine', () => {
  test('sleeps', async () => {
    const started = performance.now();
    await systemClock.sleep(30, new AbortController().signal);
    expect(performance.now() - started).toBeGreaterThan(25);
  });

  test('wakes up as soon as the signal aborts, with its reason', async () => {
    const canceling = new AbortController();
    const sleeping = failureOf(systemClock.sleep(60_000, canceling.signal));
    const reason = new Error('canceled');
    canceling.abort(reason);
    expect(await sleeping).toBe(reason);
  });

  test('does not fall asleep when the signal has aborted', async () => {
    const reason = new Error('canceled');
    expect(await failureOf(systemClock.sleep(60_000, AbortSignal.abort(reason)))).toBe(reason);
  });

  // Such a time is more than a timer of Node can hold: it fires at once, and a polite client would become a flood.
  test.each([2 ** 31, 30 * 86_400_000, 999_999_999_000, Infinity])('sleeps for %d ms, too', async (ms) => {
    const canceling = new AbortController();
    const sleeping = systemClock.sleep(ms, canceling.signal).then(
      () => 'woke up',
      () => 'was woken',
    );
    await systemClock.sleep(20, new AbortController().signal);
    canceling.abort();
    expect(await sleeping).toBe('was woken');
  });
});
