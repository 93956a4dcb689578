/** Parses JSON, with whole numbers beyond 2^53 as strings, so that an id keeps every digit. */
export function parseKeepingDigits(text: string): unknown {
  // With a function for each value, parsing takes many times the memory.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    Number.isInteger(value) && !Number.isSafeInteger(value) ? (context?.source ?? value) : value;
  return JSON.parse(text, keepDigits);
}
