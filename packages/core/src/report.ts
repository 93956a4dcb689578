import { createHash } from 'node:crypto';
import { InvalidReportError, type Problem, type SecurityReportsError } from './errors.ts';
import { announcedFileName } from './http/content-disposition.ts';
import type { ServiceResponse } from './http/service-http.ts';
import { describeWebPage, isWebPage } from './http/web-page.ts';
import type { ContentCheck, ReportBeginning, ReportKind } from './report-kind.ts';
import type { HttpResponse } from './transport.ts';

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

/** A report that was taken where it is wanted. */
export interface DeliveredReport<T> extends ReportDigest {
  /** What `deliver` gave back. */
  readonly delivered: T;
  /** A safe file name with the extension of what the report is. */
  readonly name: string;
  /** Of what the report is. */
  readonly mediaType: string;
  /** The origin that the report is from, where a redirect of the service led to another one. */
  readonly redirectedTo: string | undefined;
}

/** Who speaks, for the errors. */
export type ReportContext = Pick<Problem, 'service' | 'operation' | 'subject'> & {
  readonly clean: (text: string) => string;
};

/** What may come as a report. */
export interface ExpectedReport {
  /** A report is of the first kind that it begins as. */
  readonly kinds: readonly ReportKind[];
  /** As the errors call what did not come: `PDF`. */
  readonly called: string;
  /** A safe file name for a report of the kind that arrived. */
  readonly name: (kind: ReportKind) => string;
  /** What an answer without content means. Unless it means something, it is no report either. */
  readonly whenEmpty?: (status: number) => SecurityReportsError;
  /** How large a report may be whose size the service announces, in bytes; 2 GB unless given. */
  readonly maxBytes?: number | undefined;
}

const headBytes = 1024;

/** How large a report may be where the caller does not say it, and where the service does not announce it: 2 GB. */
export const defaultMaxReportBytes = 2_000_000_000;

/**
 * A report as a stream that is checked while it flows: it begins and ends as its kind must (JSON is read from one end
 * to the other), is as long as announced, and no larger than allowed. The stream throws an {@link InvalidReportError} at the first thing that is wrong, so that nothing that
 * follows it can be taken for a report. It can be read once.
 */
export class Report implements AsyncIterable<Uint8Array> {
  /** A safe file name with the extension of what the report really is. */
  readonly name: string;
  readonly kind: ReportKind;
  /** The origin that the report is from, where a redirect of the service led to another one. */
  readonly redirectedTo: string | undefined;
  readonly #chunks: AsyncIterable<Uint8Array>;
  #digest: ReportDigest | undefined;
  #failure: unknown;

  constructor(name: string, kind: ReportKind, redirectedTo: string | undefined, checked: CheckedChunks) {
    this.name = name;
    this.kind = kind;
    this.redirectedTo = redirectedTo;
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

  get mediaType(): string {
    return this.kind.mediaType;
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
 * Opens the body of a successful answer as a report of one of the expected kinds, after a look at how it begins.
 *
 * @throws {InvalidReportError} when it begins as something else (a login page, a JSON error, nothing at all), is only a
 *   part, or is larger than allowed.
 * @throws what `whenEmpty` makes of an answer without content.
 */
export async function openReport(
  response: HttpResponse & Partial<Pick<ServiceResponse, 'redirectedTo'>>,
  expected: ExpectedReport,
  context: ReportContext,
): Promise<Report> {
  if (response.status !== 200 && response.status !== 204) throw notAll(expected.called, response, context);
  const announcedSize = announcedSizeOf(response);
  const limit = sizeLimit(expected, announcedSize, context);
  if (announcedSize !== undefined) limit.check(announcedSize);
  const chunks = response.body[Symbol.asyncIterator]();
  const head = await readHead(chunks);
  const beginning: ReportBeginning = {
    bytes: head.subarray(0, headBytes),
    whole: head.byteLength < headBytes,
    announcedType: response.headers['content-type'],
    announcedName: announcedFileName(response.headers['content-disposition']),
  };
  const isAllThere = (announcedSize ?? 0) <= head.byteLength;
  if (expected.whenEmpty !== undefined && isAllThere && isEmpty(beginning)) {
    throw expected.whenEmpty(response.status);
  }
  const notOne = (): InvalidReportError => notAReport(head, expected.called, response, context);
  const kind = expected.kinds.find((candidate) => candidate.begins(beginning));
  if (kind === undefined) throw notOne();
  return new Report(expected.name(kind), kind, response.redirectedTo, (onEnd) =>
    checkWhileFlowing(
      { head, rest: { [Symbol.asyncIterator]: () => chunks } },
      { kind, check: kind.check(beginning), announcedSize, limit, notOne },
      context,
      onEnd,
    ),
  );
}

/**
 * Hands a report to whoever takes it.
 *
 * @throws what its stream failed with, whatever `deliver` made of that; or else what `deliver` throws.
 */
export async function deliverReport<T>(report: Report, deliver: Deliver<T>): Promise<DeliveredReport<T>> {
  const delivered = await deliver(report).catch((error: unknown) => {
    throw report.failure ?? error;
  });
  const { name, mediaType, redirectedTo } = report;
  return { delivered, name, mediaType, redirectedTo, ...report.digest };
}

/** A byte-order mark and blanks are no content. */
function isEmpty({ bytes, whole }: ReportBeginning): boolean {
  return whole && new TextDecoder().decode(bytes).trim() === '';
}

async function* checkWhileFlowing(
  { head, rest }: { readonly head: Uint8Array; readonly rest: AsyncIterable<Uint8Array> },
  opened: {
    readonly kind: ReportKind;
    readonly check: ContentCheck;
    readonly announcedSize: number | undefined;
    readonly limit: SizeLimit;
    readonly notOne: () => InvalidReportError;
  },
  context: ReportContext,
  onEnd: (digest: ReportDigest) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { kind, check, announcedSize, limit } = opened;
  const hash = createHash('sha256');
  let size = 0;
  const incomplete = (what: string): InvalidReportError =>
    new InvalidReportError({
      ...context,
      what: `the ${kind.name} ${what}`,
      remedy: 'Try again; if it stays so, check what stands between this machine and the service.',
      retryable: true,
    });
  const damagedWithin = (bytes: number): string => `is damaged within its first ${bytes} bytes`;
  const look = (chunk: Uint8Array): Uint8Array => {
    size += chunk.byteLength;
    limit.check(size);
    hash.update(chunk);
    check.add(chunk);
    if (check.isDamaged) throw incomplete(damagedWithin(size));
    return chunk;
  };
  yield look(head);
  for await (const chunk of rest) yield look(chunk);
  if (announcedSize !== undefined && size !== announcedSize) {
    throw incomplete(`ends after ${size} of ${announcedSize} bytes`);
  }
  switch (check.end()) {
    case 'cut':
      throw incomplete(`ends too early, after ${size} bytes`);
    case 'damaged':
      throw incomplete(damagedWithin(size));
    case 'no report':
      throw opened.notOne();
    case 'whole':
      onEnd({ size, sha256: hash.digest('hex') });
  }
}

interface SizeLimit {
  /** @throws {InvalidReportError} when a report of so many bytes is too large. */
  check(size: number): void;
}

/** What the service does not announce may have no end at all, so it never gets more room than by default. */
function sizeLimit(
  { maxBytes = defaultMaxReportBytes, called }: ExpectedReport,
  announcedSize: number | undefined,
  context: ReportContext,
): SizeLimit {
  const bound = announcedSize === undefined ? Math.min(maxBytes, defaultMaxReportBytes) : maxBytes;
  const [what, remedy] =
    announcedSize === undefined
      ? [
          `the ${called} is larger than ${bound} bytes, and the service does not announce its size`,
          bound < maxBytes
            ? 'Ask for a smaller report: only one whose size is announced may be larger.'
            : 'Allow a larger one (input max-report-size), or ask for a smaller report.',
        ]
      : [
          `the ${called} has ${announcedSize} bytes, more than the ${bound} that are allowed`,
          'Allow a larger one (input max-report-size), or ask for a smaller report.',
        ];
  return {
    check: (size) => {
      if (size > bound) throw new InvalidReportError({ ...context, what, remedy });
    },
  };
}

/** Of the successful statuses, only 200 stands for a whole report. The call does not ask for a part, so it is not known which one it is. */
function notAll(called: string, response: HttpResponse, context: ReportContext): InvalidReportError {
  return new InvalidReportError({
    ...context,
    status: response.status,
    what:
      response.status === 206
        ? `only a part of the ${called} arrived`
        : `no ${called} came, but an answer with a status that no report has`,
    remedy: 'Try again; if it stays so, check what stands between this machine and the service.',
    retryable: true,
  });
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
  called: string,
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
    what: `no ${called} came, but ${arrived}`,
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
