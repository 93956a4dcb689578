import { describeWebPage, isWebPage } from './web-page.ts';

/** What an error answer says for itself, verbatim. */
export interface VendorError {
  readonly code?: string;
  readonly message?: string;
}

/**
 * Reads the body of an error answer, in whatever shape it comes: `{code, message}`, `{errors: [{code, message}]}`,
 * `{detail}`, `{error}`, `{field: ["..."]}`, a JSON string, a web page, or plain text. No vendor documents all of
 * its shapes, so none is relied on, and an unknown one is given back as it is.
 */
export function readVendorError(body: string): VendorError {
  const text = body.trim();
  if (text === '') return {};
  if (isWebPage(text)) return { message: describeWebPage(text) };
  const value = parseJson(text);
  return value === undefined ? { message: text } : readJsonError(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readJsonError(value: unknown): VendorError {
  if (typeof value === 'string') return { message: value };
  if (Array.isArray(value)) return value.length === 0 ? {} : readJsonError(value[0]);
  if (typeof value !== 'object' || value === null) return { message: JSON.stringify(value) };
  const fields = value as Readonly<Record<string, unknown>>;
  for (const nested of ['errors', 'error', 'non_field_errors']) {
    if (typeof fields[nested] === 'object' && fields[nested] !== null) return readJsonError(fields[nested]);
  }
  const message = ['message', 'detail', 'error', 'status_message']
    .map((name) => fields[name])
    .find((text) => typeof text === 'string' && text !== '') as string | undefined;
  const code = typeof fields['code'] === 'string' && fields['code'] !== '' ? fields['code'] : undefined;
  if (message === undefined && code === undefined) return { message: JSON.stringify(value) };
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
}
