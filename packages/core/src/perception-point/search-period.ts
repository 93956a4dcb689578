import type { ScanPeriod } from './client.ts';

/** A scan can be created earlier than its submission seems to be: an upload takes time, and clocks differ. */
const earlierMs = 30 * 60_000;
/** The end only has to lie after every scan that counts, also by a clock that is hours behind the service's. */
const laterMs = 24 * 3_600_000;
const maxLookBackMs = 30 * 24 * 3_600_000;

/**
 * The period in which the service should list a scan, in milliseconds since the epoch like all that goes in: from its
 * submission on, or the last 30 days where that is not known.
 */
export function searchPeriod(now: number, submittedAt: number = now - maxLookBackMs): ScanPeriod {
  return { start: submittedAt - earlierMs, end: Math.max(now, submittedAt) + laterMs };
}
