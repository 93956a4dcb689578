import { type Problem, ServiceError } from '../errors.ts';
import { isLoopback, isSecure } from './base-url.ts';

const maxRedirects = 5;

/** A redirect that the service answered a request with. */
export interface Redirect {
  readonly method: 'GET' | 'POST';
  /** Whether making the call twice does no harm. */
  readonly repeatable: boolean | undefined;
  /** Where the request went. */
  readonly from: URL;
  /** The header of the answer. */
  readonly location: string;
  /** How many redirects led there. */
  readonly followed: number;
  readonly baseUrl: URL;
  /** Whether an answer from another origin counts. */
  readonly mayBeElsewhere: boolean;
  readonly clean: (text: string) => string;
}

/**
 * Where to follow a redirect to: at most five times, with a GET, over https or to this machine, and to another origin
 * only where the answer may be from there.
 *
 * @throws {ServiceError} when it must not be followed.
 */
export function redirectTarget(
  redirect: Redirect,
  about: Pick<Problem, 'service' | 'operation' | 'subject' | 'status'>,
): URL {
  const refuse = (what: string): ServiceError =>
    new ServiceError({
      ...about,
      what,
      remedy: 'Set the base URL to where the service really is.',
      maybeTaken: false,
    });
  if (redirect.method !== 'GET') {
    throw refuse(
      redirect.repeatable === true
        ? 'the service redirects a POST, which is not sent elsewhere'
        : 'the service redirects a request that must not be sent twice',
    );
  }
  if (redirect.followed === maxRedirects) {
    throw refuse(`the service redirected more than ${maxRedirects} times`);
  }
  const target = URL.parse(redirect.location, redirect.from.href);
  if (target === null) throw refuse('the service redirects to something that is not a URL');
  const origin = redirect.clean(target.origin);
  if (!isSecure(target) || (isLoopback(target) && !isLoopback(redirect.baseUrl))) {
    throw refuse(`the service redirects to ${origin}, which is not safe to follow`);
  }
  if (!redirect.mayBeElsewhere && target.origin !== redirect.baseUrl.origin) {
    throw refuse(`the service redirects to ${origin}, but only the service itself can answer this`);
  }
  return target;
}
