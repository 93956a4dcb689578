import type { FilePart } from '@security-reports/core';

/** A file of a form, as far as n8n's HTTP client looks at it. */
interface FormFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  stream(): AsyncIterable<Uint8Array>;
}

/**
 * A form with one streamed file, which n8n's HTTP client takes for a FormData. A real one holds its files in memory,
 * several times over.
 */
export class StreamedForm {
  readonly [Symbol.toStringTag] = 'FormData';
  readonly #entries: [string, string | FormFile][];
  #sending: AsyncGenerator<Uint8Array, void, void> | undefined;

  /** @param onChunk called whenever a piece of the file leaves. */
  constructor(fields: Readonly<Record<string, string>>, file: FilePart, onChunk: () => void) {
    const stream = (): AsyncIterable<Uint8Array> => (this.#sending = piecesOf(file, onChunk));
    this.#entries = [
      ...Object.entries(fields),
      [file.field, { name: file.name, type: file.mediaType, size: file.size, stream }],
    ];
  }

  /** By having it, an object is known as a form. */
  append(name: string, value: string): void {
    this.#entries.push([name, value]);
  }

  entries(): Iterator<[string, string | FormFile]> {
    return this.#entries[Symbol.iterator]();
  }

  [Symbol.iterator](): Iterator<[string, string | FormFile]> {
    return this.entries();
  }

  /** Closes the file, which the HTTP client leaves open when it gives an upload up. */
  async close(): Promise<void> {
    await this.#sending?.return();
  }
}

async function* piecesOf(file: FilePart, onChunk: () => void): AsyncGenerator<Uint8Array, void, void> {
  let left = file.size;
  for await (const chunk of file.open()) {
    onChunk();
    left -= chunk.byteLength;
    if (left < 0) break;
    yield chunk;
  }
  // The other side would take what came for the whole file, or wait for the rest.
  if (left !== 0) throw new RangeError(`the file is not as long as announced, ${file.size} bytes`);
}
