import { worstVerdict } from '@security-reports/core';
import type { ReportEntry } from '../report-entry.ts';
import type { AttachedArtifact } from './artifact.ts';
import { type Findings, verdictOf, worstFirst } from './findings.ts';

/**
 * The outputs of a job end at 1 MB, which GitHub approximates by UTF-16 (doc: "Defining outputs for jobs"). What stays
 * free is for the other outputs.
 */
const maxBytesOfReports = 900_000;

export interface OutputContent {
  readonly findings: Findings;
  /** Relative to the workspace. */
  readonly directory: string;
  /** Relative to the workspace; `undefined` when it could not be written. */
  readonly reportsFile: string | undefined;
  readonly artifact: AttachedArtifact | undefined;
}

/** The step's outputs, by their names in action.yml. */
export function outputsFor({
  findings,
  directory,
  reportsFile,
  artifact,
}: OutputContent): Readonly<Record<string, string>> {
  const { entries } = findings;
  const ready = entries.filter((entry) => entry.state === 'ready');
  const failed = entries.filter((entry) => entry.state !== 'ready' && entry.state !== 'submitted');
  return {
    reports: JSON.stringify(membersThatFit(findings, maxBytesOfReports)),
    'reports-file': reportsFile ?? '',
    'report-count': String(ready.length),
    'failed-count': String(failed.length),
    verdict: worstVerdict(entries.flatMap((entry) => verdictOf(entry, findings) ?? [])) ?? '',
    directory,
    'artifact-name': artifact?.name ?? '',
    'artifact-id': artifact === undefined ? '' : String(artifact.id),
    'artifact-url': artifact?.url ?? '',
    'artifact-digest': artifact?.digest ?? '',
  };
}

/** Whole entries in their order. Where not all of them fit, the worst stay, so that no harmful one is cut off. */
export function membersThatFit(findings: Findings, maxBytes: number): readonly ReportEntry[] {
  let bytes = '[]'.length * 2;
  const fitting = new Set<ReportEntry>();
  for (const entry of worstFirst(findings)) {
    const member = `${JSON.stringify(entry)},`;
    bytes += Math.max(Buffer.byteLength(member), member.length * 2);
    if (bytes >= maxBytes) break;
    fitting.add(entry);
  }
  return findings.entries.filter((entry) => fitting.has(entry));
}
