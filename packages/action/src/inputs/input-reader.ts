import { readFile, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputProblem } from '../input-problem.ts';
import { quote } from '../quoting.ts';
import { isInside } from '../workspace.ts';
import { inputDescription, type InputName } from './input-table.ts';
import type { Parser } from './parsers.ts';

/** Where the texts of the inputs come from, and what of the step's surroundings their meaning depends on. */
export interface InputSource {
  /** The text of an input, trimmed; empty when it was not given. */
  text(name: string): string;
  /** Absolute. */
  readonly workspace: string;
  /** Whether a pull request started the workflow, so that secrets may be absent. */
  readonly isPullRequest: boolean;
}

/** So large a list is no list of subjects any more. */
const maxBytesOfList = 32_000_000;

/** Reads inputs one by one, and collects what is wrong with them, so that all of it can be said at once. */
export class InputReader {
  readonly workspace: string;
  readonly isPullRequest: boolean;
  readonly #source: InputSource;
  readonly #problems: string[] = [];

  constructor(source: InputSource) {
    this.#source = source;
    this.workspace = source.workspace;
    this.isPullRequest = source.isPullRequest;
  }

  /** Whether an input has a value of its own. Blanks and commas alone, as an unset variable leaves them, are none. */
  isGiven(name: InputName): boolean {
    return givenText(this.#source, name) !== '';
  }

  /** Whether an input was given another value than its default, which the runner hands on as if it were given. */
  isChosen(name: InputName): boolean {
    return this.isGiven(name) && givenText(this.#source, name) !== inputDescription(name).default;
  }

  /**
   * The parsed value of an input that was given, or else of its default; or `fallback` when it has neither, or cannot
   * be used, which `error` then says.
   */
  read<T, U>(name: InputName, parse: Parser<T>, fallback: U): T | U {
    const text = this.#textOf(name);
    try {
      return text === '' ? fallback : parse(text);
    } catch (error) {
      this.#note(name, error);
      return fallback;
    }
  }

  /** As `read`, for what depends on files. */
  async readAsync<T, U>(name: InputName, parse: (text: string) => Promise<T>, fallback: U): Promise<T | U> {
    const text = this.#textOf(name);
    try {
      return text === '' ? fallback : await parse(text);
    } catch (error) {
      this.#note(name, error);
      return fallback;
    }
  }

  /**
   * A list, from an input and from the file that another input names, one value per line: an input ends at 128 KiB.
   * Each value counts once.
   *
   * @param parse reads the text of either.
   */
  async readList(
    name: InputName,
    nameOfFile: InputName,
    parse: Parser<readonly string[]>,
  ): Promise<readonly string[]> {
    const given = this.read(name, parse, []);
    const ofFile = await this.readAsync(
      nameOfFile,
      async (path) => {
        const values = parse(await readListFile(path, this.workspace));
        if (values.length > 0) return values;
        throw new InputProblem(`${quote(path)} holds no value. Leave the input out, or fill the file`);
      },
      [],
    );
    return [...new Set([...given, ...ofFile])];
  }

  /** Notes a problem when the input is missing. */
  demand(name: InputName, remedy: string): void {
    if (!this.isGiven(name)) this.refuse(name, `it is missing. ${remedy}`);
  }

  /** Notes what is wrong with an input, or with several together. */
  refuse(names: string, problem: string): void {
    this.#problems.push(`${names}: ${problem}`);
  }

  get hasProblems(): boolean {
    return this.#problems.length > 0;
  }

  /** All that was noted, one problem per line. */
  error(): Error {
    const intro =
      this.#problems.length === 1
        ? 'An input cannot be used'
        : `${this.#problems.length} inputs cannot be used`;
    return new Error(
      `${intro}; nothing was sent.\n${this.#problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
  }

  #textOf(name: InputName): string {
    return givenText(this.#source, name) || (inputDescription(name).default ?? '');
  }

  #note(name: string, error: unknown): void {
    if (!(error instanceof InputProblem)) throw error;
    this.refuse(name, error.message);
  }
}

/** The text of an input; empty for one that is given without a value. */
export function givenText(source: InputSource, name: InputName): string {
  const text = source.text(name);
  return /[^\s,]/.test(text) ? text : '';
}

async function readListFile(path: string, workspace: string): Promise<string> {
  const refuse = (what: string, remedy: string): InputProblem =>
    new InputProblem(`${quote(path)} ${what}. ${remedy}`);
  try {
    const file = await realpath(resolve(workspace, path));
    // Its lines may stand in an error, so it must be one that the workflow has made.
    if (!isInside(file, await realpath(workspace))) {
      throw refuse('is not inside the workspace', 'Copy the file into the workspace');
    }
    const stats = await stat(file);
    if (!stats.isFile()) throw refuse('is not a file', 'Give the path of a text file');
    if (stats.size > maxBytesOfList) {
      throw refuse(`is larger than ${maxBytesOfList} bytes`, 'Split the list between several steps');
    }
    return (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    if (error instanceof InputProblem) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? refuse('is not there', 'Give a path relative to the workspace, and make the file in an earlier step')
      : refuse(`cannot be read (${code})`, 'Let the user of the runner read it');
  }
}
