import type { BigIntStats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import picomatch from 'picomatch';
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
 * Links are followed as long as they stay in the workspace, and no folder is entered again below itself.
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
  const matchesOfPatterns: { readonly pattern: string; readonly names: readonly string[] }[] = [];
  const found = new Map<string, WorkspaceFile>();
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      const isExcluded = exclusion(search.relative(pattern.slice(1)));
      for (const name of found.keys()) if (isExcluded(name)) found.delete(name);
      continue;
    }
    const { files, problems } = await search.find(pattern);
    for (const file of files) found.set(file.name, file);
    if (problems === 0) matchesOfPatterns.push({ pattern, names: files.map(({ name }) => name) });
  }
  for (const { pattern, names } of matchesOfPatterns) {
    if (names.some((name) => found.has(name))) continue;
    search.note(
      pattern,
      'missing',
      names.length === 0
        ? nothingMatches(pattern)
        : `all that it matches is excluded by a pattern with "!". Remove one of the two.`,
    );
  }
  return {
    files: [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems: search.problems,
  };
}

function nothingMatches(pattern: string): string {
  const hint = /[{}]|[@+?!*]\(/.test(pattern)
    ? ' Patterns know *, ?, [...] and **, but no {a,b}: give a pattern per line.'
    : ' Check the name, and that an earlier step makes the file.';
  return `no file of the workspace matches the pattern.${hint}`;
}

/** A search through the workspace, which notes what is wrong on its way. */
class FileSearch {
  readonly #workspace: string;
  readonly #root: string;
  readonly #excluded: string | undefined;
  readonly #problems = new Map<string, FileProblem>();

  /** @param root the real path of the workspace. */
  constructor(workspace: string, root: string, excluded: string | undefined) {
    this.#workspace = workspace;
    this.#root = root;
    this.#excluded = excluded;
  }

  get problems(): readonly FileProblem[] {
    return [...this.#problems.values()];
  }

  note(subject: string, state: FileProblem['state'], what: string): void {
    if (!this.#problems.has(subject))
      this.#problems.set(subject, { subject, state, message: `${quote(subject)}: ${what}` });
  }

  /** A pattern relative to the workspace, without `.` and `..`; it begins with `..` where it leads outside. */
  relative(pattern: string): string {
    const slashed = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
    const isAbsolute = slashed.startsWith('/') || /^[a-z]:\//i.test(slashed);
    if (!isAbsolute) return posix.normalize(slashed).replace(/\/+$/, '');
    const base = [this.#workspace, this.#root].find((candidate) => isInside(resolve(slashed), candidate));
    return nameInWorkspace(resolve(slashed), base ?? this.#workspace);
  }

  /** Finds what one pattern matches. Gives how many problems were on the way, too. */
  async find(
    pattern: string,
  ): Promise<{ readonly files: readonly WorkspaceFile[]; readonly problems: number }> {
    const before = this.#problems.size;
    const files: WorkspaceFile[] = [];
    const relative = this.relative(pattern);
    const name = relative === '.' ? '' : relative;
    if (name === '..' || name.startsWith('../')) {
      this.note(pattern, 'failed', 'it is outside the workspace. Name only files inside it.');
    } else {
      const visit: Visit = {
        files,
        isHiddenWanted: /(?:^|\/)\.[^/]/.test(name),
        base: baseOf(name),
        folders: [],
      };
      const isThere = await exists(join(this.#workspace, name));
      if (isThere) await this.#visit(name, ['**'], { ...visit, base: name }, { isNamed: true });
      else await this.#enter('', name.split('/'), visit);
    }
    return { files, problems: this.#problems.size - before };
  }

  /** Matches the rest of a pattern against what is in a folder. */
  async #enter(folder: string, segments: readonly string[], visit: Visit): Promise<void> {
    const [segment = '', ...rest] = segments;
    if (!hasGlob(segment)) {
      const name = joinNames(folder, segment);
      if (await exists(join(this.#workspace, name))) await this.#visit(name, rest, visit, { isNamed: true });
      return;
    }
    const isDeep = segment === '**';
    const matches = isDeep ? () => true : matcher(segment, visit.isHiddenWanted);
    if (isDeep && rest.length > 0) await this.#enter(folder, rest, visit);
    for (const entry of await this.#entriesOf(folder)) {
      if (!visit.isHiddenWanted && entry.name.startsWith('.')) continue;
      if (!matches(entry.name)) continue;
      const name = joinNames(folder, entry.name);
      if (this.#isExcluded(name, visit.base)) continue;
      if (!entry.isReadable) {
        this.note(name, 'failed', 'its name is not UTF-8. Rename the file.');
        continue;
      }
      await this.#visit(name, isDeep ? segments : rest, visit);
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
    const found = await this.#resolve(name, isMatch || isNamed);
    if (found === undefined) return;
    const { path, stats } = found;
    if (stats.isFile()) {
      if (isMatch) visit.files.push(workspaceFile(path, name, stats));
      return;
    }
    if (!stats.isDirectory() || visit.folders.includes(path)) return;
    const inside = { ...visit, folders: [...visit.folders, path] };
    // As actions/upload-artifact does it: a folder stands for what is in it.
    await this.#enter(name, rest.length === 0 ? ['**'] : rest, inside);
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
  ): Promise<{ readonly path: string; readonly stats: BigIntStats } | undefined> {
    try {
      const path = await realpath(join(this.#workspace, name));
      const stats = await stat(path, { bigint: true });
      if (isInside(path, this.#root)) return { path, stats };
      if (!isWanted && !stats.isDirectory()) return undefined;
      this.note(
        name,
        'failed',
        'its link leads out of the workspace. Copy what it leads to into the workspace.',
      );
      return undefined;
    } catch (error) {
      if (!isWanted) return undefined;
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      this.note(
        name,
        'failed',
        code === 'ENOENT' || code === 'ELOOP'
          ? 'its link leads nowhere. Remove the link, or run the step when its target is there.'
          : `it cannot be read (${code}). Let this user read it, or leave it out.`,
      );
      return undefined;
    }
  }

  async #entriesOf(folder: string): Promise<readonly { name: string; isReadable: boolean }[]> {
    try {
      const names = await readdir(join(this.#workspace, folder), { encoding: 'buffer' });
      return names.map((bytes) => {
        const name = bytes.toString();
        return { name, isReadable: Buffer.from(name).equals(bytes) };
      });
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT')
        this.note(
          folder || '.',
          'failed',
          `the folder cannot be read (${code}). Let this user read it, or leave it out.`,
        );
      return [];
    }
  }

  #isExcluded(name: string, base: string): boolean {
    if (this.#excluded === undefined) return false;
    const beginsInside = isInside(join(this.#workspace, base), this.#excluded);
    return !beginsInside && isInside(join(this.#workspace, name), this.#excluded);
  }
}

/** What a search has found so far, and where it is. */
interface Visit {
  readonly files: WorkspaceFile[];
  /** Whether the pattern names something hidden, so that hidden names match its wildcards, too. */
  readonly isHiddenWanted: boolean;
  /** The folder that the pattern names before its first wildcard. */
  readonly base: string;
  /** The real paths of the folders that the search is in. */
  readonly folders: readonly string[];
}

function baseOf(pattern: string): string {
  const segments = pattern.split('/');
  const first = segments.findIndex(hasGlob);
  return segments.slice(0, first === -1 ? segments.length : first).join('/');
}

function hasGlob(segment: string): boolean {
  return /[*?[]/.test(segment);
}

/** Only what GitHub's own actions know in a pattern: braces and parentheses are ordinary characters. */
const dialect = { nobrace: true, noextglob: true, nonegate: true, nocase: process.platform === 'win32' };

function matcher(pattern: string, dot: boolean): (name: string) => boolean {
  return picomatch(pattern, { ...dialect, dot });
}

/** A pattern that takes files away matches hidden ones, too, and whole folders. */
function exclusion(pattern: string): (name: string) => boolean {
  const matches = picomatch([pattern, `${pattern}/**`], { ...dialect, dot: true });
  return (name) => name === pattern || name.startsWith(`${pattern}/`) || matches(name);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function joinNames(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
