import type { ZipInputFile } from 'fflate';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import type { Body } from '../answer.ts';
import { wholeBody } from '../answer.ts';

/** An entry that is made while its archive is sent. */
export interface ZipEntry {
  /** A new writer of the entry; each pass over the archive needs its own. */
  readonly open: () => ZipInputFile & { push(content: Uint8Array, final?: boolean): unknown };
  /** What is pushed into it, in this order. */
  readonly content: Body;
  /** How many bytes the content takes in the archive; undefined when that shows only in the making. */
  readonly packedBytes: number | undefined;
}

/** Up to so much content is compressed at once, so that the archive's size is known beforehand. */
const mostBytesAtOnce = 4_000_000;

/** The many small pieces of an archive are sent together. */
const leastChunkBytes = 65_536;

// The time in an archive has no zone: the parts of this one are written as they are, wherever the simulator runs.
const modified = new Date(2024, 0, 1);

/** An entry that is compressed. */
export function deflated(name: string, content: Body): ZipEntry {
  return {
    open: () => dated(new ZipDeflate(name, { level: 6 })),
    content,
    packedBytes: undefined,
  };
}

/** An entry that is kept as it is: the archive's size is known however large it is. */
export function stored(name: string, content: Body): ZipEntry {
  return { open: () => dated(new ZipPassThrough(name)), content, packedBytes: content.bytes };
}

/** Gives an entry the time that all entries have, so that the same content makes the same bytes. */
export function dated<File extends ZipInputFile>(file: File): File {
  file.mtime = modified;
  return file;
}

/**
 * A ZIP archive that is made while it is sent. Its size is announced if it is known: when all entries are stored, or
 * when little enough is compressed to do so beforehand.
 */
export function zip(entries: readonly ZipEntry[]): Body {
  const packed = entries
    .map(({ packedBytes }) => packedBytes ?? Infinity)
    .reduce((sum, size) => sum + size, 0);
  if (Number.isFinite(packed)) {
    // What surrounds the contents is the same for empty ones.
    const frame = entries.map((entry) => ({ ...entry, content: { bytes: 0, chunks: () => [] } }));
    return { bytes: sizeOf(chunksOf(frame)) + packed, chunks: () => chunksOf(entries) };
  }
  const content = entries.reduce((sum, entry) => sum + entry.content.bytes, 0);
  return content <= mostBytesAtOnce
    ? wholeBody(Buffer.concat([...chunksOf(entries)]))
    : { bytes: Infinity, chunks: () => chunksOf(entries) };
}

function* chunksOf(entries: readonly ZipEntry[]): Generator<Uint8Array> {
  const made: Uint8Array[] = [];
  let bytes = 0;
  const archive = new Zip((error, chunk) => {
    if (error !== null) throw error;
    made.push(chunk);
    bytes += chunk.length;
  });
  const take = (): Uint8Array => {
    bytes = 0;
    return Buffer.concat(made.splice(0));
  };
  for (const { open, content } of entries) {
    const file = open();
    archive.add(file);
    for (const chunk of content.chunks()) {
      file.push(chunk);
      if (bytes >= leastChunkBytes) yield take();
    }
    file.push(new Uint8Array(), true);
    if (bytes >= leastChunkBytes) yield take();
  }
  archive.end();
  yield take();
}

function sizeOf(chunks: Iterable<Uint8Array>): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
