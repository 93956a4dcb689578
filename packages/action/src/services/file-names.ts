import { parse } from 'node:path';

/** Hands out names for files that are unique within the step, also where letter case makes no difference. */
export class FileNames {
  readonly #taken = new Set<string>();

  /** The name itself, or with `-2`, `-3` ... before its extension. */
  unique(name: string): string {
    const { name: stem, ext } = parse(name);
    let candidate = name;
    for (let number = 2; this.#taken.has(candidate.toLowerCase()); number += 1)
      candidate = `${stem}-${number}${ext}`;
    this.#taken.add(candidate.toLowerCase());
    return candidate;
  }

  /** Makes a name free again whose file has not come about. */
  release(name: string): void {
    this.#taken.delete(name.toLowerCase());
  }
}
