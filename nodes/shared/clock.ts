import type { Clock } from '@security-reports/core';

/** What a timer of Node takes at most, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The clock of core without timers, which community nodes must not use: a signal that aborts by itself is one, too,
 * and leaves nothing behind when nobody listens to it any more.
 */
export const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    if (ms <= 0) return;
    const alarm = AbortSignal.timeout(Math.min(Math.ceil(ms), longestTimerMs));
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const onAlarm = (): void => {
      resolve(undefined);
    };
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    alarm.addEventListener('abort', onAlarm);
    signal.addEventListener('abort', onAbort);
    try {
      await promise;
    } finally {
      alarm.removeEventListener('abort', onAlarm);
      signal.removeEventListener('abort', onAbort);
    }
  },
};
