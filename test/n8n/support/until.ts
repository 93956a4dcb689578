import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until there is something, or gives up and tells what was waited for. */
export async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`after ${seconds} seconds there was no ${what}`);
    await sleep(100);
  }
}
