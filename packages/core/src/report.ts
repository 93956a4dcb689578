import { createHash } from 'node:crypto';
import { InvalidReportError, type Problem } from './errors.ts';
import { describeWebPage, isWebPage } from './http/web-page.ts';
import type { HttpResponse } from './transport.ts';

/** What a report is made of, and how its bytes show it. */
export interface ReportKind {
  /** As people call it: `PDF`. */
  readonly name: string;
  readonly mediaType: string;
  /** How every file of the kind begins. */
  readonly beginning: string;
  /** What stands somewhere in the last 1024 bytes of every whole file of the kind. */
  readonly ending: string;
}

/** ISO 32000: a file begins with the header and closes with the end-of-file marker, at most followed by a little padding. */
export const pdf: ReportKind = {
  name: 'PDF',
  mediaType: 'application/pdf',
  beginning: '%PDF-',
  ending: '%%EOF',
};

/** What is known of a report once all of it has flowed. */
export interface ReportDigest {
  /** In bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Takes a report where it is wanted: to a file, to a binary store. It may be called again with a new stream when
 * the one before broke, so it must drop what a failed one left behind, and it must read the report to its end.
 */
export type Deliver<T> = (report: Report) => Promise<T>;

/** Who speaks, for the errors. */
export type ReportContext = Pick<Problem, 'service' | 'operation' | 'subject'> & {
  readonly clean: (text: string) => string;
};

const headBytes = 1024;
const tailBytes = 1024;

/**
 * A report as a stream that is checked while it flows: it begins and ends as its kind must, and is as long as
 * announced. The stream throws an {@link InvalidReportError} at the first thing that is wrong, so that nothing that
 * follows it can be taken for a report. It can be read once.
 */
export class Report implements AsyncIterable<Uint8Array> {
  /** A safe file name with the extension of what the report really is. */
  readonly name: string;
  readonly mediaType: string;
  /** As announced by the server, in bytes. */
  readonly announcedSize: number | undefined;
  readonly #chunks: AsyncIterable<Uint8Array>;
  #digest: ReportDigest | undefined;
  #failure: unknown;

  constructor(name: string, mediaType: string, announcedSize: number | undefined, checked: CheckedChunks) {
    this.name = name;
    this.mediaType = mediaType;
    this.announcedSize = announcedSize;
    this.#chunks = checked((digest) => {
      this.#digest = digest;
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* this.#chunks;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** Size and SHA-256. @throws an error when the report was not read to its end. */
  get digest(): ReportDigest {
    if (this.#digest === undefined) throw new Error('the report was not read to its end');
    return this.#digest;
  }

  /** What the stream failed with, which a consumer may have wrapped into an error of its own. */
  get failure(): unknown {
    return this.#failure;
  }
}

type CheckedChunks = (onEnd: (digest: ReportDigest) => void) => AsyncIterable<Uint8Array>;

/**
 * Opens the body of a successful answer as a report of the given kind, after a look at how it begins.
 *
 * @throws {InvalidReportError} when it begins as something else: a login page, a JSON error, nothing at all.
 */
export async function openReport(
  response: HttpResponse,
  expected: { readonly kind: ReportKind; readonly name: string },
  context: ReportContext,
): Promise<Report> {
  const { kind, name } = expected;
  const chunks = response.body[Symbol.asyncIterator]();
  const head = await readHead(chunks);
  if (!startsWith(head, kind.beginning)) throw notAReport(head, kind, response, context);
  const announcedSize = announcedSizeOf(response);
  return new Report(name, kind.mediaType, announcedSize, (onEnd) =>
    checkWhileFlowing(head, { [Symbol.asyncIterator]: () => chunks }, kind, announcedSize, context, onEnd),
  );
}

async function* checkWhileFlowing(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  kind: ReportKind,
  announcedSize: number | undefined,
  context: ReportContext,
  onEnd: (digest: ReportDigest) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash('sha256').update(head);
  let size = head.byteLength;
  let tail = head.subarray(-tailBytes);
  yield head;
  for await (const chunk of rest) {
    hash.update(chunk);
    size += chunk.byteLength;
    tail = chunk.byteLength >= tailBytes ? chunk.subarray(-tailBytes) : lastOf(tail, chunk);
    yield chunk;
  }
  const truncated = (what: string): InvalidReportError =>
    new InvalidReportError({
      ...context,
      what,
      remedy: 'Try again; if it stays so, check what stands between this machine and the service.',
      retryable: true,
    });
  if (announcedSize !== undefined && size !== announcedSize) {
    throw truncated(`the ${kind.name} ends after ${size} of ${announcedSize} bytes`);
  }
  if (!Buffer.from(tail).includes(kind.ending, 0, 'latin1')) {
    throw truncated(`the ${kind.name} ends too early, after ${size} bytes`);
  }
  onEnd({ size, sha256: hash.digest('hex') });
}

async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head = Buffer.alloc(0);
  while (head.byteLength < headBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

function startsWith(bytes: Uint8Array, beginning: string): boolean {
  return Buffer.from(bytes.subarray(0, beginning.length)).toString('latin1') === beginning;
}

function lastOf(tail: Uint8Array, chunk: Uint8Array): Uint8Array {
  return Buffer.concat([tail, chunk]).subarray(-tailBytes);
}

/** Content-Length counts the bytes on the wire, which are not the report's when they are encoded. */
function announcedSizeOf(response: HttpResponse): number | undefined {
  const length = response.headers['content-length'];
  const encoding = response.headers['content-encoding'] ?? 'identity';
  return length !== undefined && /^\d{1,15}$/.test(length) && encoding === 'identity'
    ? Number(length)
    : undefined;
}

function notAReport(
  head: Uint8Array,
  kind: ReportKind,
  response: HttpResponse,
  context: ReportContext,
): InvalidReportError {
  const text = beginningOf(head);
  const page = isWebPage(text);
  const arrived =
    head.byteLength === 0
      ? 'nothing'
      : context.clean(page ? describeWebPage(text) : `data that begin with: ${text}`);
  return new InvalidReportError({
    ...context,
    status: response.status,
    what: `no ${kind.name} came, but ${arrived}`,
    remedy: page
      ? 'Check the base URL, and whether a login page or a proxy stands in front of the service.'
      : 'Try again; if it stays so, look at the state of the service.',
    retryable: !page,
  });
}

/** As text. The last word is left out where it may be cut in two, since half a credential would not be recognised. */
function beginningOf(head: Uint8Array): string {
  const text = new TextDecoder().decode(head);
  return head.byteLength < headBytes ? text : text.replace(/\S{1,512}$/, '');
}
