import { copyFile, link, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Lends `work` the file under another base name, in a folder that holds nothing else and is gone afterwards.
 * A file that is attached without a zip around it can get another name in no other way.
 */
export async function withRenamedFile<T>(
  file: string,
  baseName: string,
  work: (file: string, directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'artifact-'));
  try {
    const renamed = join(directory, baseName);
    // The temporary folder can be on another disk, where no link can point to the file.
    await link(file, renamed).catch(() => copyFile(file, renamed));
    return await work(renamed, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
