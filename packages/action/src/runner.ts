import type { InputSource } from './inputs/input-reader.ts';
import type { Log } from './log.ts';
import type { Annotation } from './publish/annotations.ts';
import type { WorkflowRun } from './publish/artifact.ts';
import type { StepIdentity } from './publish/artifact-name.ts';

/** The runner that the step runs on: what it gives, and what it takes. */
export interface Runner extends InputSource {
  readonly log: Log;
  readonly workflowRun: WorkflowRun;
  readonly step: StepIdentity;
  /** Aborts when the job is canceled. */
  readonly signal: AbortSignal;
  /** From now on, the runner hides this text in the log. */
  mask(secret: string): void;
  annotate(annotation: Annotation): void;
  /** @throws {Error} when the runner's file cannot be written. */
  setOutput(name: string, value: string): void;
  /** @throws {Error} when the runner's file cannot be written, or there is none. */
  writeSummary(html: string): Promise<void>;
}
