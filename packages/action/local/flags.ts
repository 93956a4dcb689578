import { isSwitch } from '../src/inputs/input-table.ts';
import type { ActionInput } from './action-metadata.ts';

/** What a command line asks for: help, or a run with these inputs. */
export type Flags =
  { readonly help: true } | { readonly help: false; readonly inputs: Record<string, string> };

/** Says everything that is wrong with a command line, one problem a line. */
export class UsageError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'UsageError';
  }
}

const noTokenFlag =
  'A token on the command line stays in the history of your shell. Set SECURITY_REPORTS_TOKEN instead.';

/**
 * Reads `--name value`, `--name=value`, and `--name` alone for an input that is true or false. No words at all ask
 * for help.
 *
 * @throws UsageError with all problems.
 */
export function parseFlags(words: readonly string[], known: readonly ActionInput[]): Flags {
  const inputs: Record<string, string> = {};
  const problems: string[] = [];
  if (words.length === 0) return { help: true };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name, inline] = /^--([a-z][\w-]*)(?:=(.*))?$/is.exec(word) ?? [];
    if (word === '-h' || name === 'help') return { help: true };
    if (name === undefined) {
      problems.push(`"${word}" belongs to no flag. Put a value with spaces in quotes.`);
      continue;
    }
    const input = known.find((candidate) => candidate.name === name);
    const value = inline ?? takeValue(rest, input);
    const meant = input?.name ?? nearest(name, known);
    if (meant === 'token') problems.push(noTokenFlag);
    else if (input === undefined) problems.push(`There is no --${name}. ${hintFor(meant)}`);
    else if (value === undefined) problems.push(`--${name} needs a value.`);
    else if (name in inputs) problems.push(`--${name} is given twice. Put all values into one.`);
    else inputs[name] = value;
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { help: false, inputs };
}

/** The word after a flag, when it is the flag's value. A PEM text begins with dashes too, but not with a name. */
function takeValue(rest: string[], input: ActionInput | undefined): string | undefined {
  const [next] = rest;
  const isValue = next !== undefined && !/^--[a-z]/i.test(next);
  if (input !== undefined && isSwitch(input.name) && next !== 'true' && next !== 'false') return 'true';
  return isValue ? rest.shift() : undefined;
}

function hintFor(meant: string | undefined): string {
  return meant === undefined ? '--help lists all flags.' : `Did you mean --${meant}?`;
}

/** The flag that a mistyped one comes close to: at most a third of its letters are others. */
function nearest(name: string, known: readonly ActionInput[]): string | undefined {
  const [best] = known
    .map((input) => ({ name: input.name, distance: editDistance(name, input.name) }))
    .filter(({ distance }) => distance <= name.length / 3)
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** How many letters must be added, removed or changed to make one word the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of Array.from(from).entries()) {
    const next = [line + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
