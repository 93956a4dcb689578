import picomatch from 'picomatch';

/** Only what GitHub's own actions know in a pattern: braces and parentheses are ordinary characters. */
const dialect = { nobrace: true, noextglob: true, nonegate: true, nocase: process.platform === 'win32' };

/** Whether a part of a path is a pattern rather than a name. */
export function hasGlob(segment: string): boolean {
  return /[*?[]/.test(segment);
}

/** The folder that a pattern names before its first wildcard. */
export function baseOf(pattern: string): string {
  const segments = pattern.split('/');
  const first = segments.findIndex(hasGlob);
  return segments.slice(0, first === -1 ? segments.length : first).join('/');
}

/** @param dot whether wildcards match names that begin with a dot. */
export function matcher(segment: string, dot: boolean): (name: string) => boolean {
  return picomatch(segment, { ...dialect, dot });
}

/** A pattern that takes files away matches hidden ones, too, and whole folders. */
export function exclusion(pattern: string): (name: string) => boolean {
  const matches = picomatch([pattern, `${pattern}/**`], { ...dialect, dot: true });
  return (name) => name === pattern || name.startsWith(`${pattern}/`) || matches(name);
}

/** What to say of a pattern that matches no file, as a clause and a remedy. */
export function whyNothingMatches(pattern: string): string {
  const hint = /[{}]|[@+?!*]\(/.test(pattern)
    ? 'Patterns know *, ?, [...] and **, but no {a,b}: give a pattern per line.'
    : 'Check the name, and that an earlier step makes the file.';
  return `no file of the workspace matches the pattern. ${hint}`;
}
