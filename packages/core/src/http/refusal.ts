import {
  AccessError,
  NotFoundError,
  type Problem,
  type SecurityReportsError,
  ServiceError,
} from '../errors.ts';

/** An answer with an error status: the part of the error that needs no interpretation. */
export type Refusal = Omit<Problem, 'what' | 'remedy'> & { readonly status: number };

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
