import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { TransportError } from '../transport.ts';

/** By the name of a content coding (RFC 9110, 8.4.1): how what begins with these bytes is decoded. */
const decoders: Readonly<Record<string, (beginning: Uint8Array) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: (beginning) => (hasZlibHeader(beginning) ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
};

/** The codings that a Content-Encoding names, in the order in which they were applied; none for `identity`. */
export function codingsOf(contentEncoding: string | undefined): readonly string[] {
  return (contentEncoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

/**
 * Decodes a body that a server sent encoded although it was not asked to.
 *
 * @param host for the errors.
 * @throws {TransportError} `broken` for what ends too early or is damaged, `unreadable` for an unknown coding.
 * @throws what `body` throws.
 */
export async function* decodeBody(
  body: AsyncIterable<Uint8Array>,
  codings: readonly string[],
  host: string,
): AsyncGenerator<Uint8Array, void, void> {
  let decoded = body;
  for (const coding of codings.toReversed()) decoded = decodeOnce(decoded, coding, host);
  yield* decoded;
}

async function* decodeOnce(
  body: AsyncIterable<Uint8Array>,
  coding: string,
  host: string,
): AsyncGenerator<Uint8Array, void, void> {
  const decoderFor = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (decoderFor === undefined) {
    throw new TransportError(`${host} encoded its answer as ${coding}, which it was not asked for`, {
      failure: 'unreadable',
      maybeTaken: true,
    });
  }
  const chunks = body[Symbol.asyncIterator]();
  const beginning = await readBeginning(chunks);
  // What has no content, such as a 204, is not encoded either.
  if (beginning.byteLength === 0) return;
  const encoded = Readable.from(
    (async function* () {
      yield beginning;
      yield* { [Symbol.asyncIterator]: () => chunks };
    })(),
    { objectMode: false },
  );
  const decoder = decoderFor(beginning);
  try {
    // The failure of either stream arrives where the last one is read.
    yield* pipeline(encoded, decoder, () => undefined) as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    throw new TransportError(
      `the answer of ${host} is damaged or ends too early (${coding}: ${error.message})`,
      {
        failure: 'broken',
        maybeTaken: true,
        cause: error,
      },
    );
  }
}

/** At least two bytes, where there are as many. */
async function readBeginning(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let beginning = Buffer.alloc(0);
  while (beginning.byteLength < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    beginning = Buffer.concat([beginning, next.value]);
  }
  return beginning;
}

/** Some servers send `deflate` without the frame that belongs to it (RFC 1950, 2.2). */
function hasZlibHeader([method = 0, flags = 0]: Uint8Array): boolean {
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
}

/** By its codes: `Z_...` of zlib, `ERR__ERROR_...` of Brotli. */
function isOfZlib(error: unknown): error is Error {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(?:Z_|ERR__ERROR_)/.test(code);
}
