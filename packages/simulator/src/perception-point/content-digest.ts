import { createHash } from 'node:crypto';
import { malwareMarker } from './scan-options.ts';

/** What is kept of a file's content. */
export interface ContentSummary {
  /** In bytes. */
  readonly size: number;
  /** In lower-case hexadecimal, as is the other. */
  readonly sha1: string;
  readonly sha256: string;
  /** Whether the {@link malwareMarker} is in it. */
  readonly marked: boolean;
}

/** Sums up content that comes piece by piece, without keeping it. */
export class ContentDigest {
  readonly #sha1 = createHash('sha1');
  readonly #sha256 = createHash('sha256');
  #size = 0;
  #marked = false;
  /** The last bytes so far: one less than the marker has, so that a marker across two pieces is seen. */
  #tail: Buffer = Buffer.alloc(0);

  /** So far, in bytes. */
  get size(): number {
    return this.#size;
  }

  update(piece: Buffer): void {
    this.#size += piece.length;
    this.#sha1.update(piece);
    this.#sha256.update(piece);
    if (this.#marked) return;
    const overlap = malwareMarker.length - 1;
    const seam = Buffer.concat([this.#tail, piece.subarray(0, overlap)]);
    this.#marked = seam.includes(malwareMarker) || piece.includes(malwareMarker);
    // A copy: a part of the piece would keep all of it in memory.
    this.#tail = Buffer.from((piece.length < overlap ? seam : piece).subarray(-overlap));
  }

  /** The end of the content. */
  finish(): ContentSummary {
    return {
      size: this.#size,
      sha1: this.#sha1.digest('hex'),
      sha256: this.#sha256.digest('hex'),
      marked: this.#marked,
    };
  }
}

/** The summary of content that is there as a whole. */
export function summarize(content: string | Uint8Array): ContentSummary {
  const digest = new ContentDigest();
  digest.update(Buffer.from(content));
  return digest.finish();
}
