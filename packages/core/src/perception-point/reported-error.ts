/** No error field is documented, so every member whose name speaks of one counts (inferred). */
const errorName = /(?:^|_)(?:errors?|fail(?:ed|ure|ures)?|exceptions?)(?:_|$)/i;
const statusName = /^(?:verbose_|scan_)?(?:status|state)$/i;
const failedStatus = /err|fail|abort|cancel|time.?out|incomplete|reject/i;
const noError = /^\s*(?:|0|none|null|no|false|no errors?|ok)\s*$/i;

/** Whether what the service says about a scan reports an error or a failed status beside the verdict. */
export function reportsError(answer: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(answer).some(
    ([name, value]) =>
      (errorName.test(name) && isSomething(value)) ||
      (statusName.test(name) && typeof value === 'string' && failedStatus.test(value)),
  );
}

function isSomething(value: unknown): boolean {
  if (typeof value === 'string') return !noError.test(value);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
