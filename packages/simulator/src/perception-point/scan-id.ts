import { seededBytes } from '../samples/random.ts';

/**
 * How the service writes its ids: as the number of the docs (doc), as a text such as `94824_1_<uuid>_20230607` (third
 * party), or as a number beyond 2^53, which a careless JSON parser rounds (inferred).
 */
export const idStyles = ['number', 'string', 'huge-number'] as const;

/** One of {@link idStyles}. */
export type IdStyle = (typeof idStyles)[number];

/** The id of a scan. */
export interface ScanId {
  /** Without quotes, every digit kept. */
  readonly text: string;
  /** As it stands in JSON. */
  readonly json: string;
}

/** An id that a script gives. */
export function givenId(id: string | number): ScanId {
  return { text: String(id), json: JSON.stringify(id) };
}

/** Hands out ids: never the same twice, and always the same ones for the same seed. */
export class ScanIds {
  readonly #seed: number;
  readonly #customer: number;
  readonly #firstNumber: number;
  #handedOut = 0;

  constructor(seed: number) {
    this.#seed = seed;
    const bytes = seededBytes(`${seed} perception-point ids`, 8);
    this.#customer = 10_000 + (bytes.readUInt32BE(0) % 90_000);
    this.#firstNumber = 100_000 + (bytes.readUInt32BE(4) % 800_000);
  }

  /**
   * The next id.
   *
   * @param now for the date that the long form ends in: milliseconds since 1970
   */
  next(style: IdStyle, now: number): ScanId {
    this.#handedOut += 1;
    switch (style) {
      case 'number':
        return numeric(String(this.#firstNumber + this.#handedOut));
      case 'string':
        return givenId(this.#longForm(now));
      case 'huge-number': {
        // Odd, and between 2^62 and 2^63: no double equals it.
        const number = 2n ** 62n + BigInt(this.#firstNumber) * 2n ** 32n + 2n * BigInt(this.#handedOut) + 1n;
        return numeric(number.toString());
      }
    }
  }

  /** Starts anew. */
  clear(): void {
    this.#handedOut = 0;
  }

  #longForm(now: number): string {
    const hex = seededBytes(`${this.#seed} perception-point scan ${this.#handedOut}`, 16).toString('hex');
    const uuid = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
    const date = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
    return `${this.#customer}_1_${uuid}_${date}`;
  }
}

function numeric(digits: string): ScanId {
  return { text: digits, json: digits };
}
