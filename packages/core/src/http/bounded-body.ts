import type { HttpResponse } from '../transport.ts';

/** The most that is read into memory of an answer that is only to be shown, or to be known for what it is. */
export const mostBytesToShow = 1_000_000;
/** The most that is read into memory of a JSON answer, whose lists may have much to say in each row. */
export const mostBytesOfJson = 32_000_000;

/** Reads the body as text, or gives `undefined` (and the rest of the body up) when it has more than so many bytes. */
export async function readBoundedText(
  response: HttpResponse,
  mostBytes: number,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > mostBytes) {
      response.discard();
      return undefined;
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks, size));
}
