import { createHash, timingSafeEqual } from 'node:crypto';
import { redactJson, redactor } from '../redact.ts';
import { readVendorId } from '../vendor-id.ts';
import { cleanVendorText } from '../vendor-text.ts';
import type { Verdict } from '../verdict.ts';
import { judge, readVerdict } from './scan.ts';

/** What the service tells a `callback_url` about a finished scan (doc: the page "API - Callback"). */
export interface ScanCallback {
  readonly scanId: string;
  readonly verdict: Verdict;
  /** The service's own code: `MAL` or `CLN` (doc), or another. */
  readonly verdictCode: string;
  /** Whether the service reports an error beside the verdict, which then is never a harmless one. */
  readonly reportsError: boolean;
  /** The name that the file was submitted with. */
  readonly name: string | undefined;
  /** `File` or `URL` (doc). */
  readonly type: string | undefined;
  readonly path: string | undefined;
  /** Items of uneven shape (doc), as they came. */
  readonly evidence: readonly unknown[];
  /** What was sent along as `callback_params`, as it came. */
  readonly params: unknown;
  /** All of it. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * Reads the JSON body of a callback, or gives `undefined` for what is none. The service may repeat a callback
 * (unknown), so whoever acts on it should do so once for each `scanId`.
 *
 * @param secrets what the service may repeat of the submission, and nothing of the callback shall show.
 */
export function parseCallback(body: unknown, secrets: readonly string[] = []): ScanCallback | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { scan_id: id, verdict } = body as Readonly<Record<string, unknown>>;
  const scanId = readVendorId(id);
  if (scanId === undefined || typeof verdict !== 'string') return undefined;
  // A short secret can be a part of these two, and nothing of it is told by them.
  const fields: Readonly<Record<string, unknown>> = {
    ...redactJson(body as Readonly<Record<string, unknown>>, redactor(secrets)),
    scan_id: id,
    verdict,
  };
  const clean = (text: string): string => cleanVendorText(text, []);
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'string' ? clean(value) : undefined;
  };
  return {
    scanId,
    ...judge(fields, readVerdict(verdict, clean)),
    name: text('name'),
    type: text('type'),
    path: text('path'),
    evidence: Array.isArray(fields['evidence']) ? (fields['evidence'] as unknown[]) : [],
    params: fields['params'],
    answer: fields,
  };
}

/**
 * Whether a callback carries the secret that was sent along in `callback_headers`, which is the only documented way
 * to tell it from a forged one. The comparison takes the same time wherever the two differ.
 *
 * @param headers of the callback, with names in lower case.
 */
export function verifyCallback(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  expected: { readonly header: string; readonly secret: string },
): boolean {
  const given = headers[expected.header.toLowerCase()];
  if (typeof given !== 'string' || expected.secret === '') return false;
  return timingSafeEqual(digest(given), digest(expected.secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
