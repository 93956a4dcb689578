import { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/*
 * Loaded into the process of a step before anything else. As soon as the file exists that JUMP_WHEN_EXISTS names, the
 * clock of the process is a day ahead, and whatever slept for at most a day wakes up: the time of the step is over.
 */

const dayMs = 86_400_000;
const sign = process.env['JUMP_WHEN_EXISTS'] ?? '';
const { now } = Date;
const sleep = timers.setTimeout;
const jump = new AbortController();
let aheadMs = 0;

const looking = setInterval(() => {
  if (!existsSync(sign)) return;
  clearInterval(looking);
  aheadMs = dayMs;
  jump.abort();
}, 10).unref();

Date.now = () => now() + aheadMs;
timers.setTimeout = async (ms, value, options = {}) => {
  if (jump.signal.aborted) return sleep(ms, value, options);
  const waking = new AbortController();
  const wake = () => {
    waking.abort();
  };
  const signals = [jump.signal, options.signal].filter((signal) => signal !== undefined);
  for (const signal of signals) signal.addEventListener('abort', wake, { once: true });
  try {
    options.signal?.throwIfAborted();
    return await sleep(ms, value, { ...options, signal: waking.signal });
  } catch (error) {
    if (options.signal?.aborted || aheadMs === 0) throw error;
    return value as never;
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', wake);
  }
};
syncBuiltinESMExports();
