import { create as createGlobber } from '@actions/glob';
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { enumerate, InputProblem, quote } from './input-parsers.ts';

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
 * Finds the files that glob patterns name, in the order of their names.
 *
 * @throws {InputProblem} when nothing matches, or something that matches is not in the workspace, be it by `..` or by
 *   a symbolic link.
 */
export async function findFiles(
  patterns: readonly string[],
  workspace: string,
): Promise<readonly WorkspaceFile[]> {
  const globber = await createGlobber(patterns.join('\n'), {
    followSymbolicLinks: false,
    matchDirectories: false,
  });
  const root = await realpath(workspace);
  const files: WorkspaceFile[] = [];
  const outside: string[] = [];
  for (const path of await globber.glob()) {
    const real = await realpath(path);
    const { size, ...stats } = await statOf(real);
    if (!isInside(real, root)) outside.push(quote(path));
    else if (stats.isFile) files.push({ path: real, name: nameInWorkspace(path, workspace), size });
  }
  if (outside.length > 0) throw new InputProblem(`${enumerate(outside)} would leave the workspace`);
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

async function statOf(path: string): Promise<{ isFile: boolean; size: number }> {
  const stats = await stat(path);
  return { isFile: stats.isFile(), size: stats.size };
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
