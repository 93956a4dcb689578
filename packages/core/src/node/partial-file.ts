import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Separates what this process writes from what an earlier one with the same id left behind. */
const processMark = randomBytes(4).toString('hex');

/** The writer's process id and mark, and a part that is unique. */
const partialNamePattern = /^\.(?<pid>\d+)-(?<mark>[0-9a-f]{8})-[0-9a-f]{16}\.part$/;

/** No file is written for longer, so an older one is a leftover even if another process now has the writer's id. */
const maxAgeMs = 24 * 3_600_000;

/** A name for a file, or a folder, that is not complete yet. It is hidden, and says which process writes it. */
export function partialName(): string {
  return `.${process.pid}-${processMark}-${randomBytes(8).toString('hex')}.part`;
}

/**
 * Removes the half-written files and folders that killed processes left in `directory` and in the folders directly
 * below it. What a living process writes stays, and so does what cannot be removed.
 *
 * @returns how many were removed.
 */
export async function removeLeftovers(directory: string): Promise<number> {
  const entries = await entriesOf(directory);
  const below = entries.filter((entry) => entry.isDirectory() && !partialNamePattern.test(entry.name));
  let removed = await removeFrom(directory, entries);
  for (const { name } of below) {
    const folder = join(directory, name);
    removed += await removeFrom(folder, await entriesOf(folder));
  }
  return removed;
}

async function removeFrom(directory: string, entries: readonly { readonly name: string }[]): Promise<number> {
  let removed = 0;
  for (const { name } of entries) {
    const path = join(directory, name);
    if (!(await isLeftover(name, path))) continue;
    const isGone = await rm(path, { recursive: true, force: true }).then(
      () => true,
      () => false,
    );
    if (isGone) removed += 1;
  }
  return removed;
}

/** None where there is no such folder, or it cannot be read. */
async function entriesOf(directory: string) {
  return readdir(directory, { withFileTypes: true }).catch(() => []);
}

async function isLeftover(name: string, path: string): Promise<boolean> {
  const { pid, mark } = partialNamePattern.exec(name)?.groups ?? {};
  if (pid === undefined) return false;
  if (Number(pid) === process.pid) return mark !== processMark;
  if (!isAlive(Number(pid))) return true;
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > maxAgeMs;
}

function isAlive(pid: number): boolean {
  try {
    // The signal 0 is never delivered: it only asks whether the process exists.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
