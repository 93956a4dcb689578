import { describeWebPage, isWebPage } from './web-page.ts';

/** What an error answer says for itself, verbatim. */
export interface VendorError {
  readonly code?: string;
  readonly message?: string;
}

const deepest = 5;

/**
 * Reads the body of an error answer, in whatever shape it comes: `{code, message}`, `{errors: [{code, message}]}`,
 * `{detail}`, `{error}`, a JSON string, a web page, or plain text. No vendor documents all of its shapes, so none is
 * relied on, and an unknown one (`{field: ["..."]}`) is given back as it is.
 */
export function readVendorError(body: string): VendorError {
  const text = body.trim();
  if (text === '') return {};
  if (isWebPage(text)) return { message: describeWebPage(text) };
  return readJsonError(parseJson(text), deepest) ?? { message: text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readJsonError(value: unknown, levels: number): VendorError | undefined {
  if (isText(value)) return { message: value };
  if (levels === 0 || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return readJsonError(value[0], levels - 1);
  const fields = value as Readonly<Record<string, unknown>>;
  for (const nested of ['errors', 'error', 'non_field_errors']) {
    if (typeof fields[nested] !== 'object') continue;
    const error = readJsonError(fields[nested], levels - 1);
    if (error !== undefined) return error;
  }
  const message = ['message', 'detail', 'error', 'status_message'].map((name) => fields[name]).find(isText);
  const code = isText(fields['code']) ? fields['code'] : undefined;
  if (message === undefined && code === undefined) return undefined;
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
