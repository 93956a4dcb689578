/** Keeps the last bytes of a stream. */
export class Tail {
  readonly #maxBytes: number;
  /** Twice as large, so that what is kept moves once in a while only. */
  readonly #buffer: Buffer;
  #end = 0;
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.alloc(2 * maxBytes);
  }

  /** How many bytes there were in all. */
  get size(): number {
    return this.#size;
  }

  /** The last ones, at most as many as are kept. */
  get last(): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#end - this.#maxBytes), this.#end);
  }

  add(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    const bytes = chunk.subarray(-this.#maxBytes);
    if (this.#end + bytes.byteLength > this.#buffer.byteLength) {
      this.#end = this.last.copy(this.#buffer);
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.byteLength;
  }
}
