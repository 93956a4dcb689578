import {
  AccessError,
  NotFoundError,
  type Problem,
  type SecurityReportsError,
  ServiceError,
} from '../errors.ts';
import { mostBytesToShow, readBoundedText } from './bounded-body.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { ServiceResponse } from './service-http.ts';
import { readVendorError } from './vendor-error.ts';
import { describeWebPage, isWebPageOf } from './web-page.ts';

/** An answer with an error status: the part of the error that needs no interpretation. */
export type Refusal = Omit<Problem, 'what' | 'remedy'> & { readonly status: number };

/** What to do about a web page that arrived in place of an answer. */
export const checkBaseUrl =
  'Check the base URL, and whether a login page or a proxy stands in front of the service.';

/**
 * Reads what an answer with an error status means.
 *
 * @param how `now` in milliseconds since the epoch, how to clean texts of the service, and what the status means for
 *   the call, where that has an opinion.
 */
export async function readRefusal(
  response: ServiceResponse,
  about: Pick<Problem, 'service' | 'operation' | 'subject'>,
  how: {
    readonly now: number;
    readonly clean: (text: string) => string;
    readonly explain: ((refusal: Refusal) => SecurityReportsError | undefined) | undefined;
  },
): Promise<SecurityReportsError> {
  const { status, redirectedTo } = response;
  // The status says enough: a body that breaks off must not hide it.
  const body = (await readBoundedText(response, mostBytesToShow).catch(() => undefined)) ?? '';
  const retryAfterMs = parseRetryAfter(response.headers['retry-after'], how.now);
  const refusal: Refusal = {
    ...about,
    status,
    retryable: isPassingStatus(status),
    retryAfterMs,
    maybeTaken: isFateLeftOpen(status) && !(status === 503 && retryAfterMs !== undefined),
  };
  if (redirectedTo !== undefined) return explainElsewhere(refusal, how.clean(redirectedTo));
  if (isWebPageOf(response, body)) {
    const explained = explainWebPage(refusal, how.clean(describeWebPage(body)));
    if (explained !== undefined) return explained;
  }
  const { code, message } = readVendorError(body);
  const said: Refusal = {
    ...refusal,
    vendorCode: code === undefined ? undefined : how.clean(code),
    vendorMessage: message === undefined ? undefined : how.clean(message),
  };
  return how.explain?.(said) ?? explainGenerally(said);
}

/** A gateway may also send a 408 when it is the service that took too long. Any other 4xx refuses the request. */
function isFateLeftOpen(status: number): boolean {
  return status === 408 || status >= 500;
}

/** Whether the same request may succeed later. What the service does not have (501, 505) or has no room for, it will not. */
function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && ![501, 505, 507].includes(status));
}

/** What it means that an error status arrived from the other origin to which the service redirects a download. */
function explainElsewhere(refusal: Refusal, origin: string): ServiceError {
  return new ServiceError({
    ...refusal,
    what: `${origin}, to which the service redirects the download, does not give it`,
    remedy:
      'Try again; if it stays so, ask the administrator of the service whether this machine may download from there.',
  });
}

/**
 * What it means that a web page arrived with an error status where the service answers programs: that something else
 * has answered, whatever the status means in an answer of the service.
 *
 * @param page `a web page titled 'Not Found'`.
 * @returns `undefined` where the status says the same whoever sends it: a proxy, too, refuses what is too large, or
 *   too much at a time.
 */
function explainWebPage(refusal: Refusal, page: string): SecurityReportsError | undefined {
  const { status } = refusal;
  if (status === 413 || status === 429) return undefined;
  const what = `${page} arrived in place of the answer`;
  if (status === 401 || status === 403) {
    const remedy = `${checkBaseUrl} If not, check the token and its permissions.`;
    return new AccessError({ ...refusal, what, remedy });
  }
  const remedy = refusal.retryable === true ? `Try again later. ${checkBaseUrl}` : checkBaseUrl;
  return new ServiceError({ ...refusal, what, remedy });
}

/** What an error status means where the call has no opinion of its own. */
export function explainGenerally(refusal: Refusal): SecurityReportsError {
  const { status } = refusal;
  if (status === 401 || status === 403) {
    return new AccessError({
      ...refusal,
      what: 'the service refused the token, or what it may do',
      remedy: 'Check the token, its permissions, and that the base URL belongs to it.',
    });
  }
  if (status === 404 || status === 410) {
    return new NotFoundError({
      ...refusal,
      what: 'the service knows nothing of it',
      remedy: 'Check the subject and the base URL.',
    });
  }
  if (status === 429) {
    return new ServiceError({
      ...refusal,
      what: 'the service takes no more requests for now',
      remedy: 'Try again later, or with a lower concurrency.',
    });
  }
  if (refusal.retryable === true) {
    return new ServiceError({
      ...refusal,
      what: 'the service cannot answer for now',
      remedy: 'Try again later; if it stays so, look at the state of the service.',
    });
  }
  return new ServiceError({
    ...refusal,
    what: 'the service refused the request',
    remedy: 'See what the service says about it.',
  });
}
