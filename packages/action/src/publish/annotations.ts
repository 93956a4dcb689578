import type { FailReason } from '../inputs/fail-reasons.ts';
import { count } from '../quantities.ts';
import { enumerate } from '../quoting.ts';
import type { ReportEntry } from '../report-entry.ts';
import { failReasonOf } from './fail-on.ts';
import { type Findings, verdictOf, worstFirst } from './findings.ts';
import { groupProblems } from './same-problem.ts';
import { serviceNamed } from './service-named.ts';

/** The runner shows ten annotations of a kind for a step; one is left for the step's own failure. */
const maxAnnotations = 9;

export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/**
 * An annotation for each subject with a harmful verdict, the worst first; then one for each problem, however many
 * subjects have it; and one for those beyond the runner's limit.
 */
export function annotationsFor(
  findings: Findings,
  failOn: ReadonlySet<FailReason>,
  reportsFile: string | undefined,
): readonly Annotation[] {
  const entries = worstFirst(findings);
  const isHarmful = (entry: ReportEntry): boolean =>
    entry.verdict !== undefined &&
    (['malicious', 'restricted', 'suspicious'].includes(entry.verdict) ||
      (entry.verdict === 'spam' && failOn.has('spam')));
  const harmful = entries.filter(isHarmful);
  const others = entries
    .filter((entry) => !isHarmful(entry))
    .map((entry) => withWordsForUnknown(entry, findings, failOn));
  const annotations = [...harmful.map(aboutHarmful), ...groupProblems(others).map(aboutProblem)];
  if (annotations.length <= maxAnnotations) return annotations;
  const shown = annotations.slice(0, maxAnnotations - 1);
  return [
    ...shown,
    {
      title: count(annotations.length - shown.length, 'more problem'),
      message: `The summary of the step lists them${reportsFile === undefined ? '' : `, and ${reportsFile} holds all reports`}.`,
    },
  ];
}

function aboutHarmful({ service, subject, verdict, message, ...entry }: ReportEntry): Annotation {
  const { threatName, riskScore, subjectSha256, path } = entry;
  const details = [
    ...(threatName === undefined ? [] : [`threat ${threatName}`]),
    ...(riskScore === undefined ? [] : [`risk score ${riskScore} of 10`]),
  ];
  return {
    title: `${subject}: ${verdict ?? ''}`,
    message: [
      `${serviceNamed(service)}: the verdict on ${subject} is ${verdict ?? ''}${details.length === 0 ? '' : ` (${details.join(', ')})`}.`,
      ...(subjectSha256 === undefined || subjectSha256 === subject
        ? []
        : [`Its SHA-256 is ${subjectSha256}.`]),
      ...(path === undefined ? [] : [`The report is ${path}.`]),
      ...(message === undefined ? [] : [message]),
    ].join(' '),
  };
}

function aboutProblem({
  entries,
  message,
}: {
  entries: readonly ReportEntry[];
  message: string;
}): Annotation {
  const [first, ...more] = entries;
  const state = first?.state === 'ready' ? 'verdict unknown' : (first?.state ?? '');
  if (more.length === 0) return { title: `${first?.subject ?? ''}: ${state}`, message };
  return {
    title: `${count(entries.length, 'subject')}: ${state}`,
    message: `${message} The same happened to ${enumerate(more.map(({ subject }) => subject))}.`,
  };
}

/** An unknown verdict can fail the step, so it needs words that name its subject. */
function withWordsForUnknown(
  entry: ReportEntry,
  findings: Findings,
  failOn: ReadonlySet<FailReason>,
): ReportEntry {
  const isUnknown =
    failReasonOf(entry, findings, failOn) === 'unknown' && verdictOf(entry, findings) === 'unknown';
  if (!isUnknown || entry.message !== undefined) return entry;
  const message = `${serviceNamed(entry.service)}: the verdict on ${entry.subject} is unknown, so it does not count as clean. Read the service's own words in its report.`;
  return { ...entry, message };
}
