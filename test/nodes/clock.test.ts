import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { clock } from '../../nodes/shared/clock.ts';
import { failureOf } from '../../packages/core/test/support/transport.ts';

describe('the clock of the nodes', () => {
  const never = new AbortController().signal;

  test('tells the time', () => {
    const before = Date.now();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
    expect(clock.now()).toBeLessThanOrEqual(Date.now());
  });

  test('sleeps', async () => {
    const started = performance.now();
    await clock.sleep(30, never);
    expect(performance.now() - started).toBeGreaterThan(25);
  });

  test.each([0, -1, -Infinity])('does not fall asleep for %d ms', async (ms) => {
    await clock.sleep(ms, never);
  });

  test('sleeps for a part of a millisecond', async () => {
    await clock.sleep(0.4, never);
  });

  test('wakes up as soon as the signal aborts, with its reason', async () => {
    const canceling = new AbortController();
    const sleeping = failureOf(clock.sleep(60_000, canceling.signal));
    const reason = new Error('canceled');
    canceling.abort(reason);
    expect(await sleeping).toBe(reason);
  });

  test('does not fall asleep when the signal has aborted', async () => {
    const reason = new Error('canceled');
    expect(await failureOf(clock.sleep(60_000, AbortSignal.abort(reason)))).toBe(reason);
    expect(await failureOf(clock.sleep(0, AbortSignal.abort(reason)))).toBe(reason);
  });

  // Such a time is more than a timer of Node can hold: it fires at once, and a polite client would become a flood.
  test.each([2 ** 31, 30 * 86_400_000, 999_999_999_000, Infinity])('sleeps for %d ms, too', async (ms) => {
    const canceling = new AbortController();
    const sleeping = clock.sleep(ms, canceling.signal).then(
      () => 'woke up',
      () => 'was woken',
    );
    await clock.sleep(20, never);
    canceling.abort();
    expect(await sleeping).toBe('was woken');
  });

  test('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 50 }, (_, index) => clock.sleep(index % 5, signal)));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('goes on sleeping when the memory is cleaned up', async () => {
    const script = `
      import { clock } from './nodes/shared/clock.ts';
      const alive = setInterval(() => gc(), 5);
      await clock.sleep(100, new AbortController().signal);
      clearInterval(alive);
      console.log('woke up');`;
    const options = ['--expose-gc', '--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 120_000 });
    expect(stdout).toBe('woke up\n');
  });
});
