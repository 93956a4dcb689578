import type { HttpResponse } from '../transport.ts';

/** The most that is ever read into memory of an error or a JSON answer, in bytes. */
export const mostBytesInMemory = 1_000_000;

/** Reads the body as text, or gives `undefined` (and the rest of the body up) when it is larger than the bound. */
export async function readBoundedText(response: HttpResponse): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > mostBytesInMemory) {
      response.discard();
      return undefined;
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks, size));
}
