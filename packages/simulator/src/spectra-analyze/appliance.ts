import { validateHeaderValue } from 'node:http';
import type { HashType, SampleHashes } from './hash.ts';
import { hashesOf } from './hash.ts';
import { PdfCreation } from './pdf-creation.ts';
import type { SampleOptions } from './sample.ts';

/** A sample as the appliance holds it. */
export interface Sample {
  readonly name: string;
  readonly hashes: SampleHashes;
  readonly options: SampleOptions;
  /** A PDF belongs to the type of the hash that it was asked for with (doc). */
  readonly pdfs: Readonly<Record<HashType, PdfCreation>>;
}

/** The samples on the simulated appliance. */
export class Appliance {
  readonly #seed: number;
  #samples = new Map<string, Sample>();
  #added = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * Adds a sample. One with the same content is replaced, and its PDFs are gone.
   *
   * @returns the hashes under which it is found
   * @throws TypeError when `contentDisposition` cannot stand in a header
   */
  addSample(options: SampleOptions = {}): SampleHashes {
    if (options.contentDisposition !== undefined) {
      validateHeaderValue('content-disposition', options.contentDisposition);
    }
    this.#added += 1;
    const name = options.name ?? `sample-${this.#added}`;
    const hashes = hashesOf(options.content ?? `Content of ${name}, made from the seed ${this.#seed}.\n`);
    const pdfs = {
      md5: new PdfCreation(options),
      sha1: new PdfCreation(options),
      sha256: new PdfCreation(options),
    };
    const sample = { name, hashes, options, pdfs };
    for (const hash of Object.values(hashes)) this.#samples.set(hash, sample);
    return hashes;
  }

  /** What {@link addSample} was told, in that order: the name and the hashes of each sample. */
  listSamples(): { name: string; hashes: SampleHashes }[] {
    return [...new Set(this.#samples.values())].map(({ name, hashes }) => ({ name, hashes }));
  }

  /** The sample with this hash of any type, in any letter case. */
  find(hash: string): Sample | undefined {
    return this.#samples.get(hash.toLowerCase());
  }

  /** Removes every sample. */
  clear(): void {
    this.#samples = new Map();
    this.#added = 0;
  }
}
