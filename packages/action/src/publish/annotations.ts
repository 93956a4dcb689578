import { count } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';

/** The runner shows ten annotations of a kind for a step; one is left for the step's own failure. */
const mostAnnotations = 9;

export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/** An annotation for each report that could not be had, and one for those beyond the runner's limit. */
export function annotationsFor(entries: readonly ReportEntry[]): readonly Annotation[] {
  const annotations = entries
    .filter((entry) => entry.message !== undefined)
    .map((entry) => ({ title: `${entry.subject}: ${entry.state}`, message: entry.message ?? '' }));
  if (annotations.length <= mostAnnotations) return annotations;
  const shown = annotations.slice(0, mostAnnotations - 1);
  const left = annotations.length - shown.length;
  return [
    ...shown,
    {
      title: count(left, 'more problem'),
      message: 'The summary of the step and the output "reports" list them all.',
    },
  ];
}
