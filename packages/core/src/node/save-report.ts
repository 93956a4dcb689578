import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Saves a report under `directory`, which is made where it does not exist. The bytes go to a hidden file beside it
 * first, so that nothing half-written or unverified ever has the final name; a file of that name is replaced.
 *
 * @returns the file's path.
 * @throws whatever the report's stream or the disk fails with; nothing is left behind then.
 */
export async function saveReport(
  report: AsyncIterable<Uint8Array> | string,
  directory: string,
  fileName: string,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, fileName);
  const partialPath = join(directory, `.${randomBytes(8).toString('hex')}.part`);
  try {
    const file = await open(partialPath, 'wx');
    try {
      await file.writeFile(report);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partialPath, path);
  } catch (error) {
    await rm(partialPath, { force: true });
    throw error;
  }
  return path;
}
