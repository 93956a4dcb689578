import type { ScanPeriod } from './client.ts';

/** The clocks of both sides may differ, so scans are looked for this much earlier and later. */
const clockSkewMs = 10 * 60_000;
const longestLookBackMs = 30 * 24 * 3_600_000;

/**
 * The period in which the service should list a scan, in milliseconds since the epoch like all that goes in: from its
 * submission on, or the last 30 days where that is not known.
 */
export function searchPeriod(now: number, submittedAt: number = now - longestLookBackMs): ScanPeriod {
  return { start: submittedAt - clockSkewMs, end: now + clockSkewMs };
}
