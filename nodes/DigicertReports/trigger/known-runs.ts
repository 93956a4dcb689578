import type { ReadyRun, ReportRun } from '@security-reports/core';

/** What the trigger remembers from one poll to the next, as JSON. */
export interface KnownRuns {
  /** With which credential the history was read. */
  readonly credentialId: string;
  /**
   * The keys of the runs that will not be emitted any more: they were, or were ready before the trigger was activated,
   * or did not pass its filters.
   */
  readonly settled: readonly string[];
  /** At how many polls the file of a run could not be had, by the key of the run. */
  readonly failures: Readonly<Record<string, number>>;
  /** How many runs the history has listed at the most. */
  readonly mostListed: number;
}

/**
 * So many runs, or as many as there ever were, stay known that the history does not list any more. One that is missing
 * from some answers, or all of them, is no new run when it is there again.
 */
const leastRemembered = 1_000;

/**
 * A run is known by its ids, not by a time: runs become ready in another order than they started in, times are told to
 * the second, and the clocks of both sides differ.
 */
export function keyOf({ reportId, runId }: ReadyRun): string {
  return `${reportId}/${runId}`;
}

/**
 * The runs that nobody knows yet: those that failed least often first, so that one that fails for ever keeps nobody
 * waiting, and of these the oldest first.
 */
export function newRuns(ready: readonly ReadyRun[], known: KnownRuns): readonly ReadyRun[] {
  const settled = new Set(known.settled);
  const failures = (run: ReadyRun): number => known.failures[keyOf(run)] ?? 0;
  return oldestFirst(ready)
    .filter((run) => !settled.has(keyOf(run)))
    .toSorted((one, other) => failures(one) - failures(other));
}

/** What there is to know when nothing of it shall be emitted. */
export function allKnown(ready: readonly ReadyRun[], credentialId: string): KnownRuns {
  return { credentialId, settled: ready.map(keyOf), failures: {}, mostListed: ready.length };
}

/**
 * Whether the history is that of another account. A new credential for the same one shows runs that are known, and
 * nothing that became ready meanwhile may be lost then.
 */
export function isOtherAccount(ready: readonly ReadyRun[], known: KnownRuns, credentialId: string): boolean {
  const settled = new Set(known.settled);
  return credentialId !== known.credentialId && !ready.some((run) => settled.has(keyOf(run)));
}

/**
 * What to remember after a poll.
 *
 * @param ready what the history listed.
 * @param poll the keys of the runs that are settled by it, and of those whose file could not be had.
 */
export function remember(
  ready: readonly ReadyRun[],
  known: KnownRuns,
  poll: {
    readonly credentialId: string;
    readonly settled: readonly string[];
    readonly failed: readonly string[];
  },
): KnownRuns {
  const listed = new Set(ready.map(keyOf));
  const settled = [...new Set([...known.settled, ...poll.settled])];
  const mostListed = Math.max(known.mostListed, ready.length);
  const unlisted = settled.filter((key) => !listed.has(key)).slice(-Math.max(leastRemembered, mostListed));
  const failures = { ...known.failures };
  for (const key of poll.failed) failures[key] = (failures[key] ?? 0) + 1;
  const isOpen = (key: string): boolean => listed.has(key) && !poll.settled.includes(key);
  return {
    credentialId: poll.credentialId,
    settled: [...unlisted, ...settled.filter((key) => listed.has(key))],
    failures: Object.fromEntries(Object.entries(failures).filter(([key]) => isOpen(key))),
    mostListed,
  };
}

export function oldestFirst(runs: readonly ReadyRun[]): readonly ReadyRun[] {
  return runs.toSorted((one, other) => startOf(one) - startOf(other));
}

function startOf({ startedAt, endedAt, createdAt }: ReportRun): number {
  return startedAt ?? endedAt ?? createdAt ?? 0;
}
