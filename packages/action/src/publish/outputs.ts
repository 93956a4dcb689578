import { worstVerdict } from '@security-reports/core';
import type { ReportEntry } from '../report-entry.ts';
import type { AttachedArtifact } from './artifact.ts';

/** The step's outputs, by their names in action.yml. */
export function outputsFor(
  entries: readonly ReportEntry[],
  directory: string,
  artifact: AttachedArtifact | undefined,
): Readonly<Record<string, string>> {
  const ready = entries.filter((entry) => entry.state === 'ready');
  const failed = entries.filter((entry) => entry.state !== 'ready' && entry.state !== 'submitted');
  return {
    reports: JSON.stringify(entries),
    'report-count': String(ready.length),
    'failed-count': String(failed.length),
    verdict: worstVerdict(entries.flatMap((entry) => entry.verdict ?? [])) ?? '',
    directory,
    'artifact-name': artifact?.name ?? '',
    'artifact-id': artifact === undefined ? '' : String(artifact.id),
    'artifact-url': artifact?.url ?? '',
    'artifact-digest': artifact?.digest ?? '',
  };
}
