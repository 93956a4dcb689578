import { Refusal } from './refusal.ts';

/**
 * A whole number of a query.
 *
 * @throws Refusal 400 `invalid_<name>` for anything else, and for a number below `least`
 */
export function wholeNumber(
  query: URLSearchParams,
  name: string,
  { least, usual }: { least: number; usual: number },
): number {
  const text = query.get(name);
  if (text === null) return usual;
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least) throw invalid(name);
  return number;
}

/** The comma-separated values of a query (doc); empty when it has none. */
export function values(query: URLSearchParams, name: string): readonly string[] {
  return (query.get(name) ?? '').split(',').filter((value) => value !== '');
}

/**
 * The comma-separated values of a query that takes only certain words.
 *
 * @throws Refusal 400 `invalid_<name>` for any other word
 */
export function words(query: URLSearchParams, name: string, known: readonly string[]): readonly string[] {
  const found = values(query, name);
  if (!found.every((value) => known.includes(value))) throw invalid(name);
  return found;
}

/** The refusal of a value; that the codes begin so is documented, the rest of each is inferred. */
export function invalid(name: string): Refusal {
  return new Refusal(400, `invalid_${name}`, `The value of ${name} is not valid.`);
}
