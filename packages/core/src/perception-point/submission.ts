import { InvalidInputError } from '../errors.ts';
import type { RequestBody } from '../transport.ts';
import type { DigestedFile, FileToScan } from './digested-file.ts';
import { perceptionPoint } from './service.ts';

/** The largest file that the service scans, in bytes: 500 MB (doc), taken as powers of ten (inferred). */
export const mostBytesToScan = 500_000_000;

/** Where the service gets the file from. */
export type ScanSource =
  | { readonly type: 'data'; readonly file: FileToScan }
  /** A file in a storage; without `storage`, in the service's own (doc). */
  | { readonly type: 'storage-path'; readonly path: string; readonly storage?: string | undefined }
  /** A direct link, which may be a signed one: it is treated as a secret. */
  | { readonly type: 'download-link'; readonly url: string };

/** What to scan, and whom to tell (doc). */
export interface Submission {
  readonly source: ScanSource;
  /** The name the service shows; made from the source where it is not given. */
  readonly name?: string | undefined;
  readonly filePassword?: string | undefined;
  readonly callbackUrl?: string | undefined;
  /** Comes back with the callback. */
  readonly callbackParams?: Readonly<Record<string, unknown>> | undefined;
  /** Become the headers of the callback; their values are treated as secrets. */
  readonly callbackHeaders?: Readonly<Record<string, string>> | undefined;
}

/** @throws {InvalidInputError} for a submission that the service would not take. */
export function checkSubmission({ source, callbackUrl }: Submission): void {
  const refuse = (subject: string, what: string, remedy: string): InvalidInputError =>
    new InvalidInputError({ service: perceptionPoint, operation: 'submit file', subject, what, remedy });
  if (source.type === 'data' && source.file.size === 0) {
    throw refuse(source.file.name, 'it is empty', 'The service scans no empty files: leave it out.');
  }
  if (source.type === 'data' && source.file.size > mostBytesToScan) {
    throw refuse(
      source.file.name,
      `it has ${source.file.size} bytes, and the service scans ${mostBytesToScan} at most`,
      'Leave it out, or scan what it contains.',
    );
  }
  if (source.type === 'storage-path' && source.path.trim() === '') {
    throw refuse('the storage path', 'it is empty', 'Give the path of a file in the storage.');
  }
  if (source.type === 'download-link' && !isWebUrl(source.url)) {
    throw refuse('the download link', 'it is not an http(s) URL', 'Give a direct link to the file.');
  }
  if (callbackUrl !== undefined && !isWebUrl(callbackUrl)) {
    throw refuse('the callback URL', 'it is not an http(s) URL', 'Give the URL that the service shall call.');
  }
}

function isWebUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

/** An older page of the docs calls the name mandatory, so one is always sent. */
export function nameOf({ name, source }: Submission): string {
  if (name !== undefined && name !== '') return name;
  switch (source.type) {
    case 'data':
      return source.file.name;
    case 'storage-path':
      return lastSegment(source.path);
    case 'download-link':
      return lastSegment(decodeGently(new URL(source.url).pathname));
  }
}

function lastSegment(path: string): string {
  return path.split('/').findLast((segment) => segment !== '') ?? 'file';
}

function decodeGently(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function bodyOf(submission: Submission, name: string, file: DigestedFile | undefined): RequestBody {
  const { source } = submission;
  const fields: Record<string, string> = { name };
  if (source.type === 'storage-path') fields['path'] = source.path;
  if (source.type === 'storage-path' && source.storage !== undefined) fields['storage'] = source.storage;
  if (source.type === 'download-link') fields['download_link'] = source.url;
  if (submission.filePassword !== undefined) fields['file_password'] = submission.filePassword;
  if (submission.callbackUrl !== undefined) fields['callback_url'] = submission.callbackUrl;
  // The two JSON fields travel as one JSON-encoded string each (vendor code).
  if (submission.callbackParams !== undefined)
    fields['callback_params'] = JSON.stringify(submission.callbackParams);
  if (submission.callbackHeaders !== undefined)
    fields['callback_headers'] = JSON.stringify(submission.callbackHeaders);
  if (file === undefined) return { type: 'form', fields };
  return {
    type: 'multipart',
    fields,
    file: {
      field: 'data',
      name,
      mediaType: 'application/octet-stream',
      size: file.size,
      open: () => file.open(),
    },
  };
}

/** As much of a submission as secrets can be in. The content of a file is none. */
export type SecretsOfSubmission = Pick<Submission, 'filePassword' | 'callbackUrl' | 'callbackHeaders'> & {
  readonly source: { readonly type: 'data' } | Exclude<ScanSource, { readonly type: 'data' }>;
};

/** A shorter value of a query is no signature, and to hide it would hide ordinary words. */
const fewestCharactersOfSignature = 8;

/**
 * What of a submission must appear in no error, output or file: passwords, links that may be signed, the values of
 * headers.
 */
export function secretsOfSubmission({
  source,
  filePassword,
  callbackUrl,
  callbackHeaders,
}: SecretsOfSubmission): readonly string[] {
  return [
    ...(source.type === 'download-link' ? secretsOfUrl(source.url) : []),
    ...(filePassword === undefined ? [] : [filePassword]),
    ...(callbackUrl === undefined ? [] : secretsOfUrl(callbackUrl)),
    ...Object.values(callbackHeaders ?? {}),
  ];
}

/** The URL, and what is secret in it, since a service may repeat no more than that. */
function secretsOfUrl(text: string): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [text];
  const values = url.search
    .slice(1)
    .split('&')
    .map((parameter) => parameter.slice(parameter.indexOf('=') + 1));
  const signatures = [...values, url.hash.slice(1)]
    .map(decodeGently)
    .filter((value) => value.length >= fewestCharactersOfSignature);
  return [text, ...signatures, decodeGently(url.password)].filter((secret) => secret !== '');
}
