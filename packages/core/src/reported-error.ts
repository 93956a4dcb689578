/** No error field is documented, so every member whose name speaks of one counts (inferred). */
const errorName = /(?:^|_)(?:errors?|fail(?:ed|ure|ures)?|exceptions?|timed_?out)(?:_|$)/i;
const statusName = /^(?:verbose_|scan_)?(?:status|state)$/i;
const failedStatus = /err|fail|abort|cancel|timed?.?out|incomplete|reject|skip|unsupported|expired/i;
const noError = /^\s*(?:|0|none|null|no|false|no errors?|ok)\s*$/i;

/**
 * Whether an answer reports an error or a failed status beside its verdict, which then is no clean one. No vendor
 * documents a vocabulary, so a failure in a word that is not listed here is not seen (unknown).
 */
export function reportsError(answer: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(answer).some(
    ([name, value]) =>
      (errorName.test(inSnakeCase(name)) && isSomething(value)) ||
      (statusName.test(inSnakeCase(name)) && hasFailed(value)),
  );
}

function inSnakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
}

/** A status is a text, or an object that holds one. */
function hasFailed(status: unknown): boolean {
  if (typeof status === 'string') return failedStatus.test(status);
  if (typeof status !== 'object' || status === null) return false;
  return (
    reportsError(status as Readonly<Record<string, unknown>>) ||
    Object.values(status).some((value) => typeof value === 'string' && failedStatus.test(value))
  );
}

function isSomething(value: unknown): boolean {
  if (typeof value === 'string') return !noError.test(value);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
