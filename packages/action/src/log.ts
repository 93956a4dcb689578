/** What the rest of the Action may say to the person who reads the log. `index.ts` gives it the runner's commands. */
export interface Log {
  /** A line of progress. */
  info(message: string): void;
  /** Something the user should know of, and that does not fail the step. */
  warning(message: string): void;
  /** A foldable section: everything that `work` logs appears under `title`. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}
