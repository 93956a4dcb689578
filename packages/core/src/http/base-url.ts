import { InvalidInputError } from '../errors.ts';
import type { Service } from '../service.ts';

/**
 * Reads the base URL of a service: https, or http on loopback, with a path where the service lives below one.
 *
 * @throws {InvalidInputError} for anything else, since a token would travel in clear or to nowhere.
 */
export function parseBaseUrl(text: string, service: Service): URL {
  const refuse = (what: string, remedy: string): InvalidInputError =>
    new InvalidInputError({ service, operation: 'read the base URL', what, remedy });
  const url = URL.parse(text.trim());
  if (url === null || url.hostname === '') {
    throw refuse(
      'it is not an absolute URL',
      'Give it with scheme and host, like https://appliance.example.com.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('it contains a user name or password', 'Leave them out: the token is given on its own.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw refuse('it contains a query or a fragment', 'Give only scheme, host, port and path.');
  }
  if (!isSecure(url)) {
    throw refuse(
      `${url.protocol}// would send the token in clear`,
      'Use https. Plain http is accepted on loopback only (localhost, 127.0.0.1, [::1]).',
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/** Whether what is sent to this URL stays unreadable on its way: by https, or since it does not leave the machine. */
export function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** Whether the URL's host is this machine by its name alone, without a look-up. */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}
