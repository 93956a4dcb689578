/** The reason of the signal when the job is canceled. */
export class Canceled extends Error {
  override readonly name = 'Canceled';

  constructor() {
    super('The step was canceled. Reports that were not complete by then have left no file behind.');
  }
}

/** A signal that aborts when the runner cancels the job: it sends SIGINT, and SIGTERM some seconds later. */
export function cancellationSignal(): AbortSignal {
  const cancellation = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      cancellation.abort(new Canceled());
    });
  }
  return cancellation.signal;
}

/** `work`, or the signal's reason as soon as that aborts, for work that cannot be told to stop. */
export async function unlessCanceled<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: canceled, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, canceled]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
