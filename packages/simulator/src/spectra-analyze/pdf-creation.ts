import type { SampleOptions } from './sample.ts';

type State = 'absent' | 'creating' | 'failed' | 'ready';

/** The life of the PDF of one sample and hash type. Its state follows from the time alone: no timer runs. */
export class PdfCreation {
  readonly #options: SampleOptions;
  #startedAt = -Infinity;
  #count = 0;
  #withdrawn = true;

  constructor(options: SampleOptions) {
    this.#options = options;
  }

  /** Starts the creation, unless one is going on or its PDF is still available. A failed one starts again (inferred). */
  create(now: number): void {
    const state = this.#state(now);
    if (state === 'creating' || state === 'ready') return;
    this.#startedAt = now;
    this.#count += 1;
    this.#withdrawn = false;
  }

  /** What the status call answers. */
  status(now: number): { status: number; message: string } {
    const state =
      now < this.#startedAt + seconds(this.#options.statusLagSeconds ?? 0) ? 'absent' : this.#state(now);
    switch (state) {
      case 'absent':
        return { status: 1, message: 'PDF does not exist and must be created.' };
      case 'creating':
        return {
          status: this.#options.creatingStatus ?? 0,
          message: this.#options.creatingMessage ?? 'PDF is being created. Please wait.',
        };
      case 'failed':
        return { status: this.#options.failedStatus ?? 3, message: 'There was an error creating the PDF.' };
      case 'ready':
        this.#withdrawIfFirst();
        return { status: 2, message: 'PDF is ready for download.' };
    }
  }

  /** Whether the PDF can be downloaded now. */
  download(now: number): boolean {
    if (this.#state(now) !== 'ready') return false;
    this.#withdrawIfFirst();
    return !this.#withdrawn;
  }

  #state(now: number): State {
    const { creationSeconds = 2, expirySeconds = 1800, creationFails = false } = this.#options;
    const readyAt = this.#startedAt + seconds(creationSeconds);
    if (this.#withdrawn) return 'absent';
    if (now < readyAt) return 'creating';
    if (creationFails) return 'failed';
    return now < readyAt + seconds(expirySeconds) ? 'ready' : 'absent';
  }

  #withdrawIfFirst(): void {
    if (this.#options.expiresOnce === true && this.#count === 1) this.#withdrawn = true;
  }
}

function seconds(count: number): number {
  return count * 1000;
}
