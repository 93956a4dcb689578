import { AccessError, NotFoundError, type SecurityReportsError, ServiceError } from '../errors.ts';
import type { Refusal } from '../http/refusal.ts';

/** A 429 names no time (doc: none is documented). The shorter of the two limits looks back on 5 seconds (doc). */
const restMs = 5_000;

interface Meaning {
  readonly error: new (problem: Refusal & { what: string; remedy: string }) => SecurityReportsError;
  readonly what: string;
  readonly remedy: string;
}

const checkIds =
  'Check the report id and the run id: the report history lists both. The service keeps a finished run for 90 days, also when its schedule was deleted, and no longer.';

const invalidKey: Meaning = {
  error: AccessError,
  what: 'the service does not know the API key',
  remedy: 'Check that the key is complete, was not revoked in CertCentral, and belongs to this base URL.',
};

/** By the service's own code. */
const meanings: Readonly<Record<string, Meaning>> = {
  report_format_inapplicable: {
    error: ServiceError,
    what: 'the report does not come in this format',
    remedy: 'Ask for the format that was chosen when the report was created; the report history tells which.',
  },
  missing_mandatory_fields: {
    error: ServiceError,
    what: 'something that the service needs is missing',
    remedy: 'Give a report id, a run id, and one of the formats CSV, JSON, EXCEL and ZIP.',
  },
  missing_mandatory_field: {
    error: ServiceError,
    what: 'something that the service needs is missing',
    remedy: 'Give what the service names, besides a report id, a run id and a format.',
  },
  disabled_report_type: {
    error: ServiceError,
    what: 'reports of this type are switched off for the account',
    remedy: 'Ask DigiCert to switch the type on for the account, or fetch a report of another type.',
  },
  user_authentication_error: invalidKey,
  access_denied_invalid_key: invalidKey,
  user_forbidden: {
    error: AccessError,
    what: 'the API key is known, but its user may not read reports',
    remedy: 'Create the key for a user with the role Administrator, with no restriction or with "View Only".',
  },
  access_denied: {
    error: AccessError,
    what: 'the service denies access: the API key is not valid, or its user may not do this',
    remedy: 'Check the key first, and then that its user has the role Administrator.',
  },
  custom_reports_not_enabled: {
    error: AccessError,
    what: 'the feature Report Library is not enabled for the account',
    remedy:
      'Ask an administrator of the account, or DigiCert, to enable the Report Library. The key is good.',
  },
  reports_not_found: { error: NotFoundError, what: 'there is no such report', remedy: checkIds },
  report_not_found: { error: NotFoundError, what: 'there is no such report or run', remedy: checkIds },
  request_limit_exceeded: {
    error: ServiceError,
    what: 'the API key has made more requests than the service takes (100 in 5 seconds, 1000 in 3 minutes)',
    remedy: 'Try again in a few minutes, and give other programs that ask often a key of their own.',
  },
};

/** By the beginning of the code. */
const invalid: Meaning = {
  error: ServiceError,
  what: 'the service can make nothing of a value that it was given',
  remedy: 'Check the report id, the run id and the filters; the code names the value.',
};

const byStatus: Readonly<Record<number, Meaning>> = {
  401: invalidKey,
  403: {
    error: AccessError,
    what: 'the service refuses the API key, or what its user may do',
    remedy:
      'Check the key, that its user has the role Administrator, and that the Report Library is enabled for the account.',
  },
};

/**
 * What an error answer of CertCentral means. The codes are those of the documentation, in either of its two shapes
 * (doc), and `access_denied|access_denied_invalid_key` of its sister API.
 *
 * @returns `undefined` where neither code nor status says more than with any other service.
 */
export function explainRefusal(refusal: Refusal): SecurityReportsError | undefined {
  const meaning = meaningOf(refusal);
  if (meaning === undefined) return undefined;
  const isTooMany = meaning === meanings['request_limit_exceeded'];
  return new meaning.error({
    ...refusal,
    ...(isTooMany && { retryable: true, maybeTaken: false, retryAfterMs: refusal.retryAfterMs ?? restMs }),
    what: meaning.what,
    remedy: meaning.remedy,
  });
}

function meaningOf({ status, vendorCode = '' }: Refusal): Meaning | undefined {
  // `access_denied|access_denied_invalid_key`: the last is the most precise. `missing_mandatory_field: name`.
  const codes = vendorCode
    .toLowerCase()
    .split('|')
    .map((code) => code.replace(/:.*$/, '').trim())
    .reverse();
  const known = codes.find((code) => Object.hasOwn(meanings, code));
  if (known !== undefined) return meanings[known];
  if (codes.some((code) => code.startsWith('invalid_'))) return invalid;
  return status === 429 ? meanings['request_limit_exceeded'] : byStatus[status];
}
