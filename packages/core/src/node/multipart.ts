import { randomUUID } from 'node:crypto';
import type { FilePart } from '../transport.ts';

export interface MultipartBody {
  readonly contentType: string;
  /** In bytes, framing included. */
  readonly contentLength: number;
  readonly stream: AsyncIterable<Uint8Array>;
}

/** Frames form fields and one streamed file as multipart/form-data (RFC 7578), without reading the file into memory. */
export function encodeMultipart(fields: Readonly<Record<string, string>>, file: FilePart): MultipartBody {
  const boundary = `security-reports-${randomUUID()}`;
  const head = Buffer.from(
    Object.entries(fields)
      .map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"\r\n\r\n${value}\r\n`,
      )
      .join('') +
      `--${boundary}\r\nContent-Disposition: form-data; name="${quote(file.field)}"; filename="${quote(file.name)}"\r\n` +
      `Content-Type: ${file.mediaType}\r\n\r\n`,
  );
  const end = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.byteLength + file.size + end.byteLength,
    stream: (async function* () {
      yield head;
      yield* file.open();
      yield end;
    })(),
  };
}

/** As browsers do it: what would end the quoted text is percent-encoded. */
function quote(text: string): string {
  return text.replace(/["\r\n]/g, encodeURIComponent);
}
