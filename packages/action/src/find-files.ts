import type { BigIntStats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { baseOf, exclusion, hasGlob, matcher, whyNothingMatches } from './glob-pattern.ts';
import { quote } from './quoting.ts';
import { isInside, nameInWorkspace } from './workspace.ts';
import { type WorkspaceFile, workspaceFile } from './workspace-file.ts';

/** Something that the input `files` asks for and that is no file to work on. */
export interface FileProblem {
  /** The pattern, or the path relative to the workspace. */
  readonly subject: string;
  readonly state: 'missing' | 'failed';
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** What the input `files` asks for: the files that are there, and what is not. */
export interface FoundFiles {
  /** In the order of their names. */
  readonly files: readonly WorkspaceFile[];
  readonly problems: readonly FileProblem[];
}

/**
 * Finds the files that paths and glob patterns name. A path that exists under exactly that name is that file, whatever
 * glob characters it holds; a folder stands for all files below it. Patterns know `*`, `?`, `[...]` and `**`; one that
 * begins with `!` takes away what those before it have found. Hidden files and folders match only a pattern that names
 * some, so that `**` does not send the history of the repository.
 *
 * Links are followed as long as they stay in the workspace. A file that wildcards find under several names counts once,
 * under its own name where that is among them.
 *
 * @param excluded a folder whose files no pattern finds: that of the reports, so that none of an earlier run is
 *   submitted. A pattern that begins in it, or below, finds them.
 */
export async function findFiles(
  patterns: readonly string[],
  workspace: string,
  excluded?: string,
): Promise<FoundFiles> {
  const search = new FileSearch(resolve(workspace), await realpath(workspace), excluded);
  const matchesOfPatterns: { readonly pattern: string; readonly names: ReadonlySet<string> }[] = [];
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) search.exclude(pattern.slice(1));
    else matchesOfPatterns.push({ pattern, names: await search.find(pattern) });
  }
  for (const { pattern, names } of matchesOfPatterns) {
    if ([...names].some((name) => search.has(name))) continue;
    const what =
      names.size === 0
        ? whyNothingMatches(pattern)
        : 'all that it matches is excluded by a pattern with "!". Remove one of the two.';
    search.note(pattern, 'missing', what);
  }
  return {
    files: [...search.files].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems: search.problems,
  };
}

/** A search through the workspace, which keeps what it finds, and notes what is wrong on its way. */
class FileSearch {
  readonly #workspace: string;
  readonly #root: string;
  readonly #excluded: string | undefined;
  readonly #files = new Map<string, WorkspaceFile>();
  /** The names under which files were found, by their real paths. */
  readonly #names = new Map<string, string>();
  readonly #problems = new Map<string, FileProblem>();

  /** @param root the real path of the workspace. */
  constructor(workspace: string, root: string, excluded: string | undefined) {
    this.#workspace = workspace;
    this.#root = root;
    this.#excluded = excluded;
  }

  get files(): Iterable<WorkspaceFile> {
    return this.#files.values();
  }

  get problems(): readonly FileProblem[] {
    return [...this.#problems.values()];
  }

  /** Whether a file, or a problem, of this name was found and not excluded. */
  has(name: string): boolean {
    return this.#files.has(name) || this.#problems.has(name);
  }

  note(subject: string, state: FileProblem['state'], what: string): void {
    if (this.#problems.has(subject)) return;
    this.#problems.set(subject, { subject, state, message: `${quote(subject)}: ${what}` });
  }

  /** Takes away what a pattern matches of what was found so far. */
  exclude(pattern: string): void {
    const isExcluded = exclusion(this.relative(pattern));
    for (const name of this.#files.keys()) if (isExcluded(name)) this.#files.delete(name);
    for (const name of this.#problems.keys()) if (isExcluded(name)) this.#problems.delete(name);
  }

  /** A pattern relative to the workspace, without `.` and `..`; it begins with `..` where it leads outside. */
  relative(pattern: string): string {
    const slashed = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
    const isAbsolute = slashed.startsWith('/') || /^[a-z]:\//i.test(slashed);
    if (!isAbsolute) return posix.normalize(slashed).replace(/\/+$/, '');
    const base = [this.#workspace, this.#root].find((candidate) => isInside(resolve(slashed), candidate));
    return nameInWorkspace(resolve(slashed), base ?? this.#workspace);
  }

  /** Finds what one pattern matches. Gives the names of the files, and of what is wrong. */
  async find(pattern: string): Promise<ReadonlySet<string>> {
    const relative = this.relative(pattern);
    const name = relative === '.' ? '' : relative;
    const visit: Visit = {
      names: new Set(),
      isHiddenWanted: /(?:^|\/)\.[^/]/.test(name),
      base: baseOf(name),
      entered: new Set(),
      links: [],
    };
    if (name === '..' || name.startsWith('../')) {
      this.#fail(pattern, 'it is outside the workspace. Name only files inside it.', visit);
      return visit.names;
    }
    const isThere = await exists(join(this.#workspace, name));
    if (isThere) await this.#visit(name, ['**'], { ...visit, base: name }, { isNamed: true });
    else await this.#enter('', name.split('/'), visit);
    // Only now, so that a file that a link leads to is found under its own name first.
    for (const follow of visit.links) await follow();
    return visit.names;
  }

  #fail(name: string, what: string, visit: Visit): void {
    this.note(name, 'failed', what);
    visit.names.add(name);
  }

  /** Matches the rest of a pattern against what is in a folder. */
  async #enter(folder: string, segments: readonly string[], visit: Visit): Promise<void> {
    const [segment = '', ...rest] = segments;
    if (!hasGlob(segment)) {
      const name = joinNames(folder, segment);
      const isThere = await exists(join(this.#workspace, name));
      if (isThere) await this.#visit(name, rest, visit, { isNamed: true });
      return;
    }
    const isDeep = segment === '**';
    const matches = isDeep ? () => true : matcher(segment, visit.isHiddenWanted);
    if (isDeep && rest.length > 0) await this.#enter(folder, rest, visit);
    for (const entry of await this.#entriesOf(folder, visit)) {
      if (!visit.isHiddenWanted && entry.name.startsWith('.')) continue;
      if (!matches(entry.name)) continue;
      const name = joinNames(folder, entry.name);
      if (this.#isExcluded(name, visit.base)) continue;
      if (!entry.isReadable) {
        this.#fail(name, 'its name is not UTF-8. Rename the file.', visit);
        continue;
      }
      const follow = (): Promise<void> => this.#visit(name, isDeep ? segments : rest, visit);
      if (entry.isLink) visit.links.push(follow);
      else await follow();
    }
  }

  /** Takes a file that the whole pattern matches, or goes on in a folder with what is left of it. */
  async #visit(
    name: string,
    rest: readonly string[],
    visit: Visit,
    { isNamed }: { readonly isNamed: boolean } = { isNamed: false },
  ): Promise<void> {
    const isMatch = rest.every((segment) => segment === '**');
    const found = await this.#resolve(name, isMatch || isNamed, visit);
    if (found === undefined) return;
    const { path, stats } = found;
    if (stats.isFile()) {
      if (isMatch) visit.names.add(this.#take(workspaceFile(path, name, stats), isNamed));
      return;
    }
    // As actions/upload-artifact does it: a folder stands for what is in it.
    const left = rest.length === 0 ? ['**'] : rest;
    const entering = JSON.stringify([path, left]);
    if (!stats.isDirectory() || visit.entered.has(entering)) return;
    visit.entered.add(entering);
    await this.#enter(name, left, visit);
  }

  /** Keeps a file, once for each name that the user gave it. @returns the name that it has here. */
  #take(file: WorkspaceFile, isNamed: boolean): string {
    const known = this.#names.get(file.path);
    if (known !== undefined && !isNamed && this.#files.has(known)) return known;
    this.#names.set(file.path, known ?? file.name);
    this.#files.set(file.name, file);
    return file.name;
  }

  /**
   * Where a name leads; `undefined` when that is not in the workspace.
   *
   * @param isWanted whether the pattern asks for the name itself, so that it is a problem when it leads nowhere. A
   *   folder outside the workspace always is one: the pattern may match files in it.
   */
  async #resolve(
    name: string,
    isWanted: boolean,
    visit: Visit,
  ): Promise<{ readonly path: string; readonly stats: BigIntStats } | undefined> {
    try {
      const path = await realpath(join(this.#workspace, name));
      const stats = await stat(path, { bigint: true });
      if (isInside(path, this.#root)) return { path, stats };
      if (!isWanted && !stats.isDirectory()) return undefined;
      const what = 'its link leads out of the workspace. Copy what it leads to into the workspace.';
      this.#fail(name, what, visit);
      return undefined;
    } catch (error) {
      if (!isWanted) return undefined;
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      const what =
        code === 'ENOENT' || code === 'ELOOP'
          ? 'its link leads nowhere. Remove the link, or run the step when its target is there.'
          : `it cannot be read (${code}). Let this user read it, or leave it out.`;
      this.#fail(name, what, visit);
      return undefined;
    }
  }

  async #entriesOf(folder: string, visit: Visit): Promise<readonly FolderEntry[]> {
    try {
      const options = { encoding: 'buffer', withFileTypes: true } as const;
      const entries = await readdir(join(this.#workspace, folder), options);
      return entries.map((entry) => {
        const name = entry.name.toString();
        const isReadable = Buffer.from(name).equals(entry.name);
        return { name, isReadable, isLink: entry.isSymbolicLink() };
      });
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      const what = `the folder cannot be read (${code}). Let this user read it, or leave it out.`;
      if (code !== 'ENOENT') this.#fail(folder || '.', what, visit);
      return [];
    }
  }

  #isExcluded(name: string, base: string): boolean {
    if (this.#excluded === undefined) return false;
    const beginsInside = isInside(join(this.#workspace, base), this.#excluded);
    return !beginsInside && isInside(join(this.#workspace, name), this.#excluded);
  }
}

interface FolderEntry {
  readonly name: string;
  /** Whether its name is UTF-8: otherwise no path leads to it. */
  readonly isReadable: boolean;
  readonly isLink: boolean;
}

/** What is known while one pattern is followed. */
interface Visit {
  /** The names of the files that it matches, and of what is wrong. */
  readonly names: Set<string>;
  /** Whether the pattern names something hidden, so that hidden names match its wildcards, too. */
  readonly isHiddenWanted: boolean;
  /** The folder that the pattern names before its first wildcard. */
  readonly base: string;
  /** The folders that were entered, by their real paths, with what was left of the pattern: each only once. */
  readonly entered: Set<string>;
  /** The links that are still to be followed. */
  readonly links: (() => Promise<void>)[];
}

/** Whether there is something of this name, be it something that this user may not read. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''),
  );
}

function joinNames(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
