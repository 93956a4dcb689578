import { create as createGlobber } from '@actions/glob';
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputProblem } from './input-problem.ts';
import { enumerate, quote } from './quoting.ts';

/** A regular file of the workspace. */
export interface WorkspaceFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the workspace, with `/`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** The path as it stands in outputs: relative to the workspace, with `/`. */
export function nameInWorkspace(path: string, workspace: string): string {
  return relative(workspace, path).split(sep).join('/');
}

/**
 * Finds the files that glob patterns name, in the order of their names; hidden ones only where a pattern names them.
 *
 * @throws {InputProblem} when nothing matches, or something that matches is not in the workspace, be it by `..` or by
 *   a symbolic link.
 */
export async function findFiles(
  patterns: readonly string[],
  workspace: string,
): Promise<readonly WorkspaceFile[]> {
  const root = await realpath(workspace);
  const files: WorkspaceFile[] = [];
  const outside: string[] = [];
  for (const path of await matchesOf(patterns)) {
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined || !isInside(real, root)) {
      outside.push(quote(nameInWorkspace(path, workspace)));
      continue;
    }
    const stats = await stat(real);
    if (stats.isFile()) files.push({ path: real, name: nameInWorkspace(path, workspace), size: stats.size });
  }
  if (outside.length > 0)
    throw new InputProblem(`${enumerate(outside)} leads out of the workspace, or to nothing`);
  if (files.length === 0) {
    throw new InputProblem(`no file of the workspace matches ${enumerate(patterns.map(quote))}`);
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
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

/** Hidden files and folders match only what names them, so that `**` does not send the history of the repository. */
async function matchesOf(patterns: readonly string[]): Promise<ReadonlySet<string>> {
  const isExclusion = (pattern: string): boolean => pattern.startsWith('!');
  const namesHidden = (pattern: string): boolean => /(^|[\\/])\.[^.\\/]/.test(pattern);
  const glob = async (
    include: (pattern: string) => boolean,
    excludeHiddenFiles: boolean,
  ): Promise<string[]> => {
    if (!patterns.some((pattern) => !isExclusion(pattern) && include(pattern))) return [];
    const used = patterns.filter((pattern) => isExclusion(pattern) || include(pattern));
    const options = { followSymbolicLinks: false, matchDirectories: false, excludeHiddenFiles };
    return (await createGlobber(used.map(asNoComment).join('\n'), options)).glob();
  };
  return new Set([
    ...(await glob((pattern) => !namesHidden(pattern), true)),
    ...(await glob(namesHidden, false)),
  ]);
}

/** A line that begins with `#` would be ignored, also when it is the name of a file. */
function asNoComment(pattern: string): string {
  return pattern.startsWith('#') ? `./${pattern}` : pattern;
}

/** The real path of the nearest ancestor that exists. */
async function realpathOfExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return realpathOfExisting(dirname(path));
  }
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way) && join(directory, way) === path;
}
