import { createHash } from 'node:crypto';

/** A file as a stream of known size, which can be opened more than once. */
export interface FileToScan {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/** A file whose SHA-256 is taken while it is sent, so that the digest is that of what was really sent. */
export class DigestedFile {
  readonly #file: FileToScan;
  #sha256: string | undefined;

  constructor(file: FileToScan) {
    this.#file = file;
  }

  get size(): number {
    return this.#file.size;
  }

  async *open(): AsyncGenerator<Uint8Array, void, void> {
    this.#sha256 = undefined;
    const hash = createHash('sha256');
    for await (const chunk of this.#file.open()) {
      hash.update(chunk);
      yield chunk;
    }
    this.#sha256 = hash.digest('hex');
  }

  /** In lower-case hex; `undefined` unless the last reading reached the end of the file. */
  get sha256(): string | undefined {
    return this.#sha256;
  }
}
