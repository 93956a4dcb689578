import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputProblem } from './input-problem.ts';
import { quote } from './quoting.ts';

/** The path as it stands in outputs: relative to the workspace, with `/`. */
export function nameInWorkspace(path: string, workspace: string): string {
  return relative(workspace, path).split(sep).join('/');
}

/**
 * The absolute path of a directory of the workspace, which need not exist yet.
 *
 * @throws {InputProblem} when it is elsewhere, be it by `..` or by a symbolic link on the way.
 */
export async function directoryInWorkspace(text: string, workspace: string): Promise<string> {
  const path = resolve(workspace, text);
  const isReallyInside =
    isInside(path, resolve(workspace)) && isInside(await realpathOfExisting(path), await realpath(workspace));
  if (!isReallyInside) throw new InputProblem(`${quote(text)} is not inside the workspace`);
  return path;
}

/** Whether a path is a directory or something below it, by their names alone. */
export function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way) && join(directory, way) === path;
}

/** The real path of the nearest ancestor that exists. */
async function realpathOfExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return realpathOfExisting(dirname(path));
  }
}
