import { AccessError, type SecurityReportsError, ServiceError } from '../errors.ts';
import type { Refusal } from '../http/refusal.ts';
import { mostBytesToScan } from './submission.ts';

/** What an error status means for the calls that ask for nothing by its id. */
export function explain(refusal: Refusal): SecurityReportsError | undefined {
  switch (refusal.status) {
    case 401:
    case 403:
      return new AccessError({
        ...refusal,
        what: 'the service refuses the token, or the licence does not include the API',
        remedy:
          'Check the token and the region, and ask the Customer Success Manager whether the API is licensed.',
      });
    case 404:
    case 410:
      return new ServiceError({
        ...refusal,
        what: 'there is no such call at this address',
        remedy: 'Check the base URL, and what stands in front of the service.',
      });
    case 413:
      return new ServiceError({
        ...refusal,
        what: 'the file is too large for the service, or for a proxy on the way',
        remedy: `The service takes ${mostBytesToScan} bytes at most; ask the administrator of the proxy about its limit.`,
      });
    default:
      return undefined;
  }
}
