import type { Verdict } from '@security-reports/core';
import type { ServiceRequest } from '../inputs/inputs.ts';
import type { ReportEntry, ReportState } from '../report-entry.ts';

/** What the step found out about everything it was asked for. */
export interface Findings {
  readonly entries: readonly ReportEntry[];
  /** Whether the user asked for verdicts, so that a subject without one is `unknown` rather than clean. */
  readonly verdictsAskedFor: boolean;
}

/** What an entry counts as: its verdict, or its state. */
export type Finding = Verdict | ReportState;

/** From worst to harmless. A subject without a report ranks above one with an unknown verdict: the user can act on it. */
const bySeverity: readonly Finding[] = [
  'malicious',
  'restricted',
  'suspicious',
  'failed',
  'timeout',
  'missing',
  'unknown',
  'spam',
  'submitted',
  'clean',
  'ready',
];

/** Whether a request asks for verdicts. Without `wait`, a submission does not; collecting earlier scans does. */
export function asksForVerdicts(request: ServiceRequest): boolean {
  switch (request.service) {
    case 'spectra-analyze':
      return request.classification;
    case 'perception-point':
      return request.wait || request.scanIds.length > 0;
    case 'digicert':
      return false;
  }
}

/** The verdict on a subject: `unknown` where one was asked for and there is none, `undefined` where none was asked for. */
export function verdictOf(entry: ReportEntry, { verdictsAskedFor }: Findings): Verdict | undefined {
  return entry.verdict ?? (verdictsAskedFor ? 'unknown' : undefined);
}

/** Everything that an entry counts as, the worst first. */
export function findingsAbout(entry: ReportEntry, findings: Findings): readonly Finding[] {
  // Without wait, a verdict that is not there yet is what the user chose, and the state says it.
  const verdict = entry.state === 'submitted' ? entry.verdict : verdictOf(entry, findings);
  const all = verdict === undefined ? [entry.state] : [verdict, entry.state];
  return all.sort((a, b) => bySeverity.indexOf(a) - bySeverity.indexOf(b));
}

/** The worst that an entry counts as. */
export function worstFinding(entry: ReportEntry, findings: Findings): Finding {
  const [worst = entry.state] = findingsAbout(entry, findings);
  return worst;
}

/** The entries, the worst first, otherwise in their order. */
export function worstFirst(findings: Findings): readonly ReportEntry[] {
  return findings.entries
    .map((entry) => ({ entry, rank: bySeverity.indexOf(worstFinding(entry, findings)) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry);
}

/** How many entries count as what: `1 malicious, 2 clean`. */
export function tally(findings: Findings): string {
  const counts = new Map<Finding, number>();
  for (const entry of findings.entries) {
    const finding = worstFinding(entry, findings);
    counts.set(finding, (counts.get(finding) ?? 0) + 1);
  }
  return bySeverity
    .flatMap((finding) => (counts.has(finding) ? [`${counts.get(finding) ?? 0} ${finding}`] : []))
    .join(', ');
}
