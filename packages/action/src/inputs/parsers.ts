import { InputProblem } from '../input-problem.ts';
import { enumerate, quote } from '../quoting.ts';

/** Reads the text of an input. @throws {InputProblem} */
export type Parser<T> = (text: string) => T;

/** The booleans of YAML 1.2. */
export const boolean: Parser<boolean> = (text) => {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new InputProblem(`${quote(text)} is neither true nor false`);
};

/** A whole number within bounds, both included. */
export function wholeNumber(least: number, most: number): Parser<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InputProblem(`${quote(text)} is not a whole number from ${least} to ${most}`);
  };
}

const unitMs = { h: 3_600_000, m: 60_000, s: 1_000 } as const;
const longestMs = 120 * unitMs.h;

/** A duration such as `90s`, `10m`, `1h` or `1h30m`, in milliseconds: at least a second, at most 120 hours. */
export const duration: Parser<number> = (text) => {
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (match === null || text === '') {
    throw new InputProblem(`${quote(text)} is not a duration such as 90s, 10m, 1h or 1h30m`);
  }
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  const ms = Number(hours) * unitMs.h + Number(minutes) * unitMs.m + Number(seconds) * unitMs.s;
  if (ms >= unitMs.s && ms <= longestMs) return ms;
  throw new InputProblem(`${quote(text)} is not between 1s and 120h`);
};

/** One of the given words. */
export function oneOf<T extends string>(words: readonly T[]): Parser<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new InputProblem(`${quote(text)} is not one of ${words.join(', ')}`);
  };
}

const bytesOfUnit: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9 };
const maxSize = 1e12;

/** A size such as `500MB` or `4GB`, in bytes: at least 1 kB, at most 1000 GB. */
export const size: Parser<number> = (text) => {
  const [, number = '', unit = ''] = /^(\d{1,6})\s?(kB|MB|GB)$/i.exec(text) ?? [];
  const bytes = Number(number) * (bytesOfUnit[unit.toUpperCase()] ?? 0);
  if (bytes > 0 && bytes <= maxSize) return bytes;
  throw new InputProblem(`${quote(text)} is not a size such as 500MB or 4GB`);
};

/** What stands between newlines, commas and blanks. */
export const words: Parser<readonly string[]> = (text) => text.split(/[\s,]+/).filter((word) => word !== '');

/** Lines without the blank ones. */
export const lines: Parser<readonly string[]> = (text) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/**
 * Paths in a storage, which may hold blanks and commas: one per line, and several on a line only where each of them
 * begins as a URL does.
 */
export const storagePaths: Parser<readonly string[]> = (text) =>
  lines(text).flatMap((line) => line.split(/[\s,]+(?=[a-z][a-z\d+.-]*:\/\/)/i));

/** A set of the given words, or the empty one for `none`. */
export function setOf<T extends string>(allowed: readonly T[]): Parser<ReadonlySet<T>> {
  return (text) => {
    const given = words(text);
    if (given.length === 1 && given[0] === 'none') return new Set();
    const unknown = given.filter((word) => !allowed.some((candidate) => candidate === word));
    if (unknown.length > 0) {
      throw new InputProblem(
        `${enumerate(unknown.map(quote))} cannot be used here; there are ${allowed.join(', ')}, and none on its own`,
      );
    }
    return new Set(given as readonly T[]);
  };
}

/** A URL may hold a comma: only one that another URL follows ends it. */
export const linkSeparator = /\s+|,(?=https?:)/i;

/** http(s) URLs between newlines and blanks, or behind a comma. */
export const webUrls: Parser<readonly string[]> = (text) =>
  text
    .split(linkSeparator)
    .map((link) => link.replace(/^,+|,+$/g, ''))
    .filter((link) => link !== '')
    .map(webUrl);

/** An http(s) URL. Its text is in no message: it may be a signed one. */
export const webUrl: Parser<string> = (text) => {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InputProblem('there is something that is not an http(s) URL');
};

/** A JSON object. Its text is in no message: it may hold a secret. */
export const jsonObject: Parser<Readonly<Record<string, unknown>>> = (text) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputProblem('it is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InputProblem('it is JSON, but not an object like {"name": "value"}');
};
