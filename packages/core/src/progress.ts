/** A change of state on the way to a report. */
export interface Progress {
  /** A hash, a file's name, a report. */
  readonly subject: string;
  /** In words: `being created`. */
  readonly state: string;
  /** Since the beginning of the job, in milliseconds. */
  readonly elapsedMs: number;
}
