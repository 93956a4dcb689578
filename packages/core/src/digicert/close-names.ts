/** As many as fit into a sentence. */
const maxNames = 5;
/** What is longer is not compared: no mistyped name is. */
const maxLength = 100;

/**
 * The names that come close to one that is not among them, the closest first, at most five: the same but for letter
 * case and blanks, or with a few other letters, or one within the other.
 */
export function closeNames(wanted: string, names: readonly string[]): readonly string[] {
  const key = keyOf(wanted);
  if (key === '') return [];
  return names
    .map((name) => ({ name, distance: distanceBetween(key, keyOf(name)) }))
    .filter(({ distance }) => distance <= Math.max(1, key.length / 3))
    .toSorted((one, other) => one.distance - other.distance)
    .slice(0, maxNames)
    .map(({ name }) => name);
}

/** What is left when nothing counts but letters and digits. */
function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .slice(0, maxLength);
}

/** How many letters to add, to leave out, or to replace (Levenshtein); 1 for a name within the other. */
function distanceBetween(one: string, other: string): number {
  if (one === other) return 0;
  if (other === '') return Infinity;
  if (one.includes(other) || other.includes(one)) return 1;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let line = 0; line < one.length; line += 1) {
    const next = [line + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (one.charAt(line) === other.charAt(column - 1) ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? Infinity;
}
