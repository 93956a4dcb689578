import type { RunOptions, RunStatus } from './report.ts';

/** One run of a report. Its state follows from the time alone: no timer runs. */
export class ReportRun {
  readonly identifier: string;
  readonly options: RunOptions;
  readonly #scheduledAt: number;

  /** @param now when it is added; it was asked for `startedSecondsAgo` before that */
  constructor(identifier: string, options: RunOptions, now: number) {
    this.identifier = identifier;
    this.options = options;
    this.#scheduledAt = now - seconds(options.startedSecondsAgo);
  }

  status(now: number): RunStatus {
    const { status = 'READY' } = this.options;
    if (status === 'SCHEDULED' || now < this.#startsAt) return 'SCHEDULED';
    if (status === 'GENERATING' || now < this.#endsAt) return 'GENERATING';
    return status;
  }

  /** When the generation began: milliseconds since 1970, or undefined while it has not. */
  startedAt(now: number): number | undefined {
    return this.status(now) === 'SCHEDULED' ? undefined : this.#startsAt;
  }

  /** When it was READY or FAILED: milliseconds since 1970, or undefined while it is neither. */
  endedAt(now: number): number | undefined {
    const status = this.status(now);
    return status === 'SCHEDULED' || status === 'GENERATING' ? undefined : this.#endsAt;
  }

  get #startsAt(): number {
    return this.#scheduledAt + seconds(this.options.scheduledSeconds);
  }

  get #endsAt(): number {
    return this.#startsAt + seconds(this.options.generationSeconds);
  }
}

function seconds(count = 0): number {
  return count * 1000;
}
