import { createHash } from 'node:crypto';

/** A file as a stream of known size, which can be opened more than once. */
export interface FileToScan {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/** A file whose SHA-256 is taken while it is sent, so that it is read only once. */
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
    const hash = createHash('sha256');
    for await (const chunk of this.#file.open()) {
      hash.update(chunk);
      yield chunk;
    }
    this.#sha256 = hash.digest('hex');
  }

  /** In lower-case hex. Of a file that was not read to its end, as when the upload broke off, it is read once more. */
  async sha256(): Promise<string> {
    const chunks = this.open();
    while (this.#sha256 === undefined) await chunks.next();
    return this.#sha256;
  }
}
