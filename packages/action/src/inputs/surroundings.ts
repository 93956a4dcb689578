import type { FailReason } from './fail-reasons.ts';

/** What the inputs of a service depend on besides themselves. */
export interface Surroundings {
  /** `undefined` for the service's own. */
  readonly baseUrl: string | undefined;
  readonly token: string;
  /** Absolute. */
  readonly outputDirectory: string;
  readonly failOn: ReadonlySet<FailReason>;
}
