import { onTestFinished, vi } from 'vitest';

/**
 * Lets the clock of the node, which is also the simulator's, be an hour ahead once `isTimeUp` holds: a time-out then
 * passes after what the test needs to happen first, however slow the machine is. Once it holds, `isTimeUp` must go on
 * to hold.
 *
 * @returns what brings the machine's time back before the test ends
 */
export function hourLaterWhen(isTimeUp: () => boolean): () => void {
  const now = Date.now.bind(Date);
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now() + (isTimeUp() ? 3_600_000 : 0));
  const restore = (): void => {
    spy.mockRestore();
  };
  onTestFinished(restore);
  return restore;
}
