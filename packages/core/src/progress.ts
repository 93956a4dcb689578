/** A change of state on the way to a report. */
export interface Progress {
  /** In words: `being created`. */
  readonly state: string;
}
