import type { ReceivedFile, ReceivedForm } from './received-form.ts';

/** Where the file to scan comes from (doc). */
export type SubmissionSource = 'data' | 'path' | 'download_link';

/** What a submission asks for, once it was found to be in order. */
export interface CheckedSubmission {
  readonly source: SubmissionSource;
  /** The field `name`, or else the last segment of what stands for it. */
  readonly name: string;
  /** Only for data. */
  readonly file?: ReceivedFile;
  readonly fields: ReadonlyMap<string, string>;
}

/** Errors as Django REST Framework writes them (inferred), by field. */
export type SubmissionErrors = Readonly<Record<string, readonly string[]>>;

/**
 * Checks a submission. A field without a value counts as not sent.
 *
 * The vendor's second example gives `callback_headers` as a Python object; whoever runs it with `requests` as it stands
 * sends the names of the headers only, which are no JSON and refused here (doc: the field is JSON).
 */
export function checkSubmission(form: ReceivedForm): CheckedSubmission | { errors: SubmissionErrors } {
  const fields = new Map([...form.fields].filter(([, value]) => value !== ''));
  const file = form.files.get('data');
  const errors: Record<string, string[]> = {};

  if (file?.size === 0) errors['data'] = ['The submitted file is empty.'];
  if (fields.has('data')) {
    errors['data'] = ['The submitted data was not a file. Check the encoding type on the form.'];
  }
  for (const name of ['callback_params', 'callback_headers']) {
    const text = fields.get(name);
    if (text !== undefined && !isJson(text)) errors[name] = ['Value must be valid JSON.'];
  }
  if (Object.keys(errors).length > 0) return { errors };

  const path = fields.get('path');
  const link = fields.get('download_link');
  const sources: CheckedSubmission[] = [
    ...(file === undefined ? [] : [{ source: 'data' as const, name: file.fileName, file, fields }]),
    ...(path === undefined ? [] : [{ source: 'path' as const, name: lastSegment(path), fields }]),
    ...(link === undefined
      ? []
      : [{ source: 'download_link' as const, name: lastSegment(withoutQuery(link)), fields }]),
  ];
  const [only, ...others] = sources;
  if (only === undefined || others.length > 0) {
    return { errors: { non_field_errors: ['Give exactly one of data, path and download_link.'] } };
  }
  return { ...only, name: fields.get('name') ?? only.name };
}

/** A link without what may be secret in it. */
export function withoutQuery(link: string): string {
  const [bare = ''] = link.split(/[?#]/);
  return bare.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

function lastSegment(path: string): string {
  return path.split(/[\\/]/).findLast((segment) => segment !== '') ?? path;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
