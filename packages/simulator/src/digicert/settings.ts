import type { ErrorShape } from './refusal.ts';

/** How the account and its key are. */
export interface DigicertSettings {
  /** Whose key it is: one `without-permission` is refused with 403 `user_forbidden`. administrator unless given. */
  readonly keyRole: 'administrator' | 'without-permission';
  /** Whether the account has the Report Library: 403 `custom_reports_not_enabled` if not; true unless given. */
  readonly featureEnabled: boolean;
  /** The form of the errors; bare unless given. */
  readonly errorShape: ErrorShape;
  /**
   * How no key or a wrong key is refused: with 401 `user_authentication_error`, the default, or as the Services API
   * does, with 403 `access_denied|access_denied_invalid_key`.
   */
  readonly keyRefusal: 'user_authentication_error' | 'access_denied';
  /** Whether the key has 100 requests in 5 s and 1000 in 3 minutes, both rolling (doc), or any; true unless given. */
  readonly rateLimit: boolean;
  /** The Retry-After of a 429; none, as none is documented, unless given. */
  readonly retryAfter: 'none' | 'seconds' | 'date';
  /**
   * Whether `report_format=ZIP` is taken for every report (doc: it asks for the same data, compressed, and a report is
   * created as CSV, JSON or EXCEL) or only for one whose `formats` have it; true unless given.
   */
  readonly zipForEveryReport: boolean;
  /**
   * How a history without a row is answered: with an empty list, the default, or with 204 and no content, as old pages
   * of the documentation label it.
   */
  readonly emptyHistory: 'list' | 'no-content';
}

/** The settings of an account about which nothing was said. */
export const usualSettings: DigicertSettings = {
  keyRole: 'administrator',
  featureEnabled: true,
  errorShape: 'bare',
  keyRefusal: 'user_authentication_error',
  rateLimit: true,
  retryAfter: 'none',
  zipForEveryReport: true,
  emptyHistory: 'list',
};
