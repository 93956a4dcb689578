import type { CheckedSubmission, SubmissionSource } from './submission.ts';
import { withoutQuery } from './submission.ts';

/** A submission that was taken. What is secret in it is left out, here as everywhere. */
export interface Submission {
  /** The id that it was answered with, every digit kept. */
  readonly scanId: string;
  /** When it was taken: milliseconds since 1970 on the simulator's clock. */
  readonly time: number;
  readonly source: SubmissionSource;
  readonly name: string;
  /** What was received of the file: only for data. */
  readonly file?: {
    /** As the part of the form calls it. */
    readonly fileName: string;
    readonly mediaType: string;
    /** In bytes. */
    readonly size: number;
    /** Of the bytes that came, in lower-case hexadecimal. */
    readonly sha256: string;
  };
  /** The fields as sent, without `file_password` and `callback_headers`, and URLs without their query. */
  readonly fields: Readonly<Record<string, string>>;
  /** Whether a `file_password` came. */
  readonly passwordGiven: boolean;
  /** The names in `callback_headers`. */
  readonly callbackHeaderNames: readonly string[];
}

/** The submissions since the start or the last reset. */
export class SubmissionLog {
  #entries: { readonly submission: Submission; readonly sent: CheckedSubmission }[] = [];

  add(scanId: string, time: number, sent: CheckedSubmission): void {
    this.#entries.push({ submission: describe(scanId, time, sent), sent });
  }

  /** Oldest first. */
  list(): Submission[] {
    return this.#entries.map(({ submission }) => submission);
  }

  /** Whether a submission had a field with exactly this value: the way to check what is not shown. */
  carried(scanId: string, field: string, value: string): boolean {
    const entry = this.#entries.find(({ submission }) => submission.scanId === scanId);
    return entry?.sent.fields.get(field) === value;
  }

  clear(): void {
    this.#entries = [];
  }
}

function describe(
  scanId: string,
  time: number,
  { source, name, file, fields }: CheckedSubmission,
): Submission {
  const shown = new Map(fields);
  shown.delete('file_password');
  shown.delete('callback_headers');
  for (const field of ['download_link', 'callback_url']) {
    const url = shown.get(field);
    if (url !== undefined) shown.set(field, withoutQuery(url));
  }
  return {
    scanId,
    time,
    source,
    name,
    ...(file !== undefined && {
      file: {
        fileName: file.fileName,
        mediaType: file.mediaType,
        size: file.size,
        sha256: file.sha256,
      },
    }),
    fields: Object.fromEntries(shown),
    passwordGiven: fields.has('file_password'),
    callbackHeaderNames: Object.keys(callbackHeaders(fields)),
  };
}

/** The headers that a callback is to have; none when the JSON is no object. */
export function callbackHeaders(fields: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const headers = JSON.parse(fields.get('callback_headers') ?? '{}') as unknown;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
