import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { type Answer, firstBytes, wholeBody } from './answer.ts';
import type { Encoding } from './faults.ts';

const encoders: Readonly<Record<Encoding, (content: Uint8Array) => Uint8Array>> = {
  gzip: (content) => gzipSync(content),
  deflate: (content) => deflateSync(content),
  'raw-deflate': (content) => deflateRawSync(content),
  br: (content) => brotliCompressSync(content),
};

/** The answer with its body encoded, or with so many bytes of that. */
export function encoded({ status, headers, body }: Answer, encoding: Encoding, bytes = Infinity): Answer {
  const content = encoders[encoding](Buffer.concat([...body.chunks()]));
  return {
    status,
    headers: { ...headers, 'content-encoding': encoding === 'raw-deflate' ? 'deflate' : encoding },
    body: firstBytes(wholeBody(content), bytes),
  };
}
