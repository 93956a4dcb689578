/**
 * The JSON text of an object whose members are JSON texts already. Numbers keep every digit this way, which
 * `JSON.stringify` cannot promise beyond 2^53.
 */
export function objectText(members: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(members).map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  return `{${pairs.join(',')}}`;
}

/** The JSON text of an array whose items are JSON texts already. */
export function arrayText(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}
