import { Busboy } from '@fastify/busboy';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { ContentDigest } from './content-digest.ts';
import type { ContentSummary } from './content-digest.ts';

/** A file that was received. */
export interface ReceivedFile extends ContentSummary {
  /** As the part calls it. */
  readonly fileName: string;
  readonly mediaType: string;
}

/** What came in a form. Of several fields or files of the same name, the last one counts. */
export interface ReceivedForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, ReceivedFile>;
}

/** Why a form could not be received. */
export type FormFault = 'too large' | 'malformed' | 'broken off';

/** A field that is longer than this makes a form malformed; files have their own limit. */
const mostFieldBytes = 1_048_576;

/**
 * Receives a multipart form. Files are summed up while they come, and never held.
 *
 * @param mostBytes the largest file that is received; the rest of the request stays unread once one is larger
 */
export async function receiveForm(
  request: IncomingMessage,
  mostBytes: number,
): Promise<ReceivedForm | FormFault> {
  const fields = new Map<string, string>();
  const files = new Map<string, ReceivedFile>();
  let fault: FormFault | undefined;

  const parser = newParser(request);
  if (parser === undefined) return 'malformed';
  parser.on('field', (name, value, _nameTruncated, truncated) => {
    if (truncated) fault ??= 'malformed';
    fields.set(name, value);
  });
  parser.on('file', (field, stream, fileName, _encoding, mediaType) => {
    const digest = new ContentDigest();
    stream.on('data', (piece: Buffer) => {
      digest.update(piece);
      if (digest.size > mostBytes) fault ??= 'too large';
    });
    stream.on('end', () => files.set(field, { fileName, mediaType, ...digest.finish() }));
    // Told by the parser's own error as well.
    stream.on('error', () => undefined);
  });
  const end = Promise.withResolvers<undefined>();
  parser.on('finish', () => {
    end.resolve(undefined);
  });
  parser.on('error', () => {
    fault ??= 'malformed';
    end.resolve(undefined);
  });

  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), end.promise]);
      if (fault !== undefined) return fault;
    }
  } catch {
    // Which is how a request ends whose connection was lost.
    return 'broken off';
  }
  parser.end();
  await end.promise;
  return fault ?? { fields, files };
}

function newParser({ headers }: IncomingMessage): InstanceType<typeof Busboy> | undefined {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      limits: { fieldSize: mostFieldBytes, parts: 1000 },
    });
  } catch {
    return undefined;
  }
}
