import { InputProblem } from '../input-problem.ts';
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

  isGiven(name: string): boolean {
    return this.#source.text(name) !== '';
  }

  /** The parsed value; or `instead` when the input was not given, or cannot be used, which `error` then says. */
  read<T, U>(name: string, parse: Parser<T>, instead: U): T | U {
    const text = this.#source.text(name);
    try {
      return text === '' ? instead : parse(text);
    } catch (error) {
      this.#note(name, error);
      return instead;
    }
  }

  /** As `read`, for what has to look at files. */
  async find<T, U>(name: string, parse: (text: string) => Promise<T>, instead: U): Promise<T | U> {
    const text = this.#source.text(name);
    try {
      return text === '' ? instead : await parse(text);
    } catch (error) {
      this.#note(name, error);
      return instead;
    }
  }

  /** Notes a problem when the input is missing. */
  demand(name: string, remedy: string): void {
    if (!this.isGiven(name)) this.refuse(name, `it is missing. ${remedy}`);
  }

  /** Notes what is wrong with an input, or with several together. */
  refuse(names: string, problem: string): void {
    this.#problems.push(`${names}: ${problem}`);
  }

  get hasProblems(): boolean {
    return this.#problems.length > 0;
  }

  /** All that was noted, a line each. */
  error(): Error {
    const intro =
      this.#problems.length === 1
        ? 'An input cannot be used'
        : `${this.#problems.length} inputs cannot be used`;
    return new Error(
      `${intro}; nothing was sent.\n${this.#problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
  }

  #note(name: string, error: unknown): void {
    if (!(error instanceof InputProblem)) throw error;
    this.refuse(name, error.message);
  }
}
