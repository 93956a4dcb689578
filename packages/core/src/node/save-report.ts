import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { partialName } from './partial-file.ts';
import { diskProblemOf, SaveError } from './save-error.ts';

/**
 * Saves a report under `directory`, which is made where it does not exist. The bytes go to a hidden file beside it
 * first, so that nothing half-written or unverified ever has the final name; a file of that name is replaced.
 *
 * @returns the file's path.
 * @throws {SaveError} when the disk does not take it, and whatever the report's stream fails with. Nothing is left
 *   behind then; only a process that is killed leaves something, which `removeLeftovers` finds.
 */
export async function saveReport(
  report: AsyncIterable<Uint8Array> | string,
  directory: string,
  fileName: string,
): Promise<string> {
  const path = join(directory, fileName);
  const partialPath = join(directory, partialName());
  const stream = { failed: false };
  try {
    await mkdir(directory, { recursive: true });
    const file = await open(partialPath, 'wx');
    try {
      await file.writeFile(typeof report === 'string' ? report : noting(report, stream));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partialPath, path);
  } catch (error) {
    // What cannot be removed must not hide why the report was not saved.
    await rm(partialPath, { force: true }).catch(() => undefined);
    const problem = stream.failed ? undefined : diskProblemOf(error, basename(directory));
    throw problem === undefined ? error : new SaveError(fileName, problem);
  }
  return path;
}

/** The same chunks, with a note when their source fails: whatever else fails is the disk. */
async function* noting(
  chunks: AsyncIterable<Uint8Array>,
  stream: { failed: boolean },
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* chunks;
  } catch (error) {
    stream.failed = true;
    throw error;
  }
}
