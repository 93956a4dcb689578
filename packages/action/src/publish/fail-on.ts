import type { FailReason } from '../inputs/inputs.ts';
import type { ReportEntry } from '../report-entry.ts';

/** Why the step fails: `2 malicious, 1 missing`; or `undefined` when nothing that happened is in `failOn`. */
export function reasonToFail(
  entries: readonly ReportEntry[],
  failOn: ReadonlySet<FailReason>,
): string | undefined {
  const reasons = [...failOn].flatMap((reason) => {
    const number = entries.filter((entry) => entry.verdict === reason || entry.state === reason).length;
    return number === 0 ? [] : [`${number} ${reason}`];
  });
  return reasons.length === 0 ? undefined : reasons.join(', ');
}
