import type { FailReason } from '../inputs/fail-reasons.ts';
import { count } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';
import { type Findings, findingsAbout } from './findings.ts';

/** What of an entry makes the step fail, the worst of it; `undefined` when `failOn` names nothing of it. */
export function failReasonOf(
  entry: ReportEntry,
  findings: Findings,
  failOn: ReadonlySet<FailReason>,
): FailReason | undefined {
  return findingsAbout(entry, findings).find((finding): finding is FailReason =>
    failOn.has(finding as FailReason),
  );
}

/**
 * Why the step fails, as a sentence that counts every subject once: `2 malicious, 1 missing of 5 reports: ...`; or
 * `undefined` when nothing that happened is in `failOn`.
 */
export function reasonToFail(findings: Findings, failOn: ReadonlySet<FailReason>): string | undefined {
  const counts = new Map<FailReason, number>();
  for (const entry of findings.entries) {
    const reason = failReasonOf(entry, findings, failOn);
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const reasons = [...failOn].flatMap((reason) => {
    const number = counts.get(reason);
    return number === undefined ? [] : [`${number} ${reason}`];
  });
  return `${reasons.join(', ')} of ${count(findings.entries.length, 'report')}: the input fail-on makes the step fail.`;
}
