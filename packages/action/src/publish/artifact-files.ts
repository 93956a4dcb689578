import { constants } from 'node:fs';
import { access, lstat, realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';

/** What may be uploaded: absolute paths without a symbolic link in them, all inside `rootDirectory`. */
export interface CheckedFiles {
  readonly rootDirectory: string;
  readonly files: readonly string[];
}

// Windows cannot store these, so GitHub refuses them everywhere.
const forbiddenInPath = /["<>:|*?\r\n]/u;

/**
 * Makes sure that nothing but regular files inside `rootDirectory` is uploaded: the artifact client follows
 * symbolic links, and takes `/out-other` for a part of `/out`.
 *
 * @param files absolute paths
 * @throws Error naming the file and what is wrong with it
 */
export async function checkFiles(files: readonly string[], rootDirectory: string): Promise<CheckedFiles> {
  if (files.length === 0) throw new Error('There is no file to attach to the workflow run.');
  const root = await realpath(rootDirectory).catch(() => {
    throw new Error(`The directory of the files to attach does not exist: ${rootDirectory}`);
  });
  const checked: string[] = [];
  for (const file of files) checked.push(await checkFile(file, root));
  return { rootDirectory: root, files: checked };
}

async function checkFile(file: string, root: string): Promise<string> {
  const stats = await lstat(file).catch(() => {
    throw new Error(`${file} is not attached to the workflow run: it does not exist.`);
  });
  if (stats.isSymbolicLink()) {
    throw new Error(
      `${file} is not attached to the workflow run: it is a symbolic link, which can lead out of ${root}.`,
    );
  }
  if (!stats.isFile()) {
    throw new Error(`${file} is not attached to the workflow run: it is not a regular file.`);
  }
  const real = await realpath(file);
  const path = relative(root, real);
  if (path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) {
    throw new Error(`${file} is not attached to the workflow run: it is outside ${root}.`);
  }
  const found = forbiddenInPath.exec(path);
  if (found !== null) {
    throw new Error(
      `${file} is not attached to the workflow run: GitHub accepts no ${JSON.stringify(found[0])} in a path.`,
    );
  }
  // The client answers an unreadable file with an exception that nobody can catch.
  await access(real, constants.R_OK).catch(() => {
    throw new Error(`${file} is not attached to the workflow run: this user may not read it.`);
  });
  return real;
}
