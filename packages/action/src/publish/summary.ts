import { count, megabytes } from '../quantities.ts';
import { enumerate } from '../quoting.ts';
import type { ReportEntry, ServiceName } from '../report-entry.ts';
import type { AttachedArtifact } from './artifact.ts';
import { type Findings, tally, verdictOf, worstFirst } from './findings.ts';
import { groupProblems, type ProblemGroup } from './same-problem.ts';
import { serviceNamed } from './service-named.ts';

/** The runner drops a summary of more than 1 MiB; what stays free is for what other lines need. */
const maxBytes = 1_000_000;

export interface SummaryContent {
  readonly service: ServiceName;
  readonly findings: Findings;
  /** Why the step fails, a sentence each; none when it passes. */
  readonly reasonsToFail: readonly string[];
  /** Where the reports are, relative to the workspace. */
  readonly directory: string;
  /** The file with all entries, relative to the workspace; `undefined` when it could not be written. */
  readonly reportsFile: string | undefined;
  readonly artifact: AttachedArtifact | undefined;
  /** `owner/name` */
  readonly repository: string;
  readonly runId: string;
}

/**
 * The step's summary as HTML: whether it passes and why, where the reports are, a table with the worst verdicts first,
 * and the problems with their remedies.
 */
export function summaryFor(content: SummaryContent): string {
  const { service, findings, reasonsToFail } = content;
  const hasVerdicts = findings.entries.some((entry) => verdictOf(entry, findings) !== undefined);
  const rows = fitting(
    worstFirst(findings).map((entry) => row(entry, hasVerdicts, content)),
    maxBytes / 2,
  );
  const problems = groupProblems(worstFirst(findings)).map(listItem);
  const shownProblems = fitting(problems, maxBytes / 2 - 10_000);
  const rest = content.reportsFile === undefined ? 'see the log' : `see ${code(content.reportsFile)}`;
  return [
    `<h3>${serviceNamed(service)}: ${reasonsToFail.length > 0 ? 'failed' : 'passed'} (${tally(findings) || 'no reports'})</h3>`,
    ...reasonsToFail.map((reason) => `<p>${escape(reason.slice(0, 2_000))}</p>`),
    `<p>${whereReportsAre(content)}</p>`,
    '<table>',
    `<tr><th>Subject</th>${hasVerdicts ? '<th>Verdict</th>' : ''}<th>Report</th></tr>`,
    ...rows.shown,
    '</table>',
    ...(rows.left === 0 ? [] : [`<p>${count(rows.left, 'more report')}: ${rest}.</p>`]),
    ...(problems.length === 0
      ? []
      : ['<h4>What went wrong, and what to do</h4>', '<ul>', ...shownProblems.shown, '</ul>']),
    ...(shownProblems.left === 0 ? [] : [`<p>${count(shownProblems.left, 'more problem')}: ${rest}.</p>`]),
    '',
  ].join('\n');
}

function whereReportsAre({
  findings,
  directory,
  reportsFile,
  artifact,
  repository,
  runId,
}: SummaryContent): string {
  const ready = findings.entries.filter((entry) => entry.state === 'ready');
  const size = ready.reduce((sum, entry) => sum + (entry.size ?? 0), 0);
  return [
    `${count(ready.length, 'report')} (${megabytes(size)}) in ${code(directory)}.`,
    ...(reportsFile === undefined ? [] : [`All entries: ${code(reportsFile)}.`]),
    // Relative, since an absolute link breaks when the runner masks a word of it.
    ...(artifact === undefined
      ? []
      : [
          `Artifact: <a href="/${escape(repository)}/actions/runs/${escape(runId)}/artifacts/${artifact.id}">` +
            `${escape(artifact.name)}</a>.`,
        ]),
  ].join(' ');
}

function row(entry: ReportEntry, hasVerdicts: boolean, { findings, directory }: SummaryContent): string {
  const { subject, subjectSha256, threatName, riskScore } = entry;
  const verdict = verdictOf(entry, findings) ?? '';
  const digest = subjectSha256 === undefined || subjectSha256 === subject ? undefined : subjectSha256;
  const cells = [
    lines(code(subject), digest === undefined ? '' : `SHA-256 ${code(digest)}`),
    ...(hasVerdicts
      ? [
          lines(
            isHarmless(verdict) ? verdict : `<strong>${verdict}</strong>`,
            threatName === undefined ? '' : code(threatName),
            riskScore === undefined ? '' : `risk score ${riskScore} of 10`,
          ),
        ]
      : []),
    report(entry, directory),
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function isHarmless(verdict: string): boolean {
  return ['', 'clean', 'spam'].includes(verdict);
}

/** The file and its size, or the state. Its digest stands here where the subject has none that is known. */
function report(
  { state, subject, subjectSha256, path, size, sha256 }: ReportEntry,
  directory: string,
): string {
  if (path === undefined) return state;
  const name = path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
  // A hash that stands in the row already would make it too wide.
  const known = [subject, subjectSha256].find(
    (hash = '') => /^[0-9a-f]{32,}$/.test(hash) && name.startsWith(hash),
  );
  const shown = known === undefined ? name : `…${name.slice(known.length)}`;
  return lines(
    `${state === 'ready' ? '' : `${state}: `}${code(shown)}${size === undefined ? '' : `, ${megabytes(size)}`}`,
    subjectSha256 !== undefined || sha256 === undefined ? '' : `SHA-256 ${code(sha256)}`,
  );
}

function listItem({ entries, message }: ProblemGroup): string {
  const [first, ...more] = entries.map(({ subject }) => code(subject));
  const subjects =
    more.length === 0
      ? `${first ?? ''}: `
      : `${count(entries.length, 'subject')} (${enumerate([first ?? '', ...more])}): `;
  return `<li>${subjects}${escape(message)}</li>`;
}

function lines(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('<br>');
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`;
}

/** Keeps a stranger's text from being HTML, or Markdown, which GitHub reads between the tags. */
function escape(text: string): string {
  return text
    .replace(/[&<>"'`|*_[\]\\@#~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\s+/g, ' ');
}

function fitting(texts: readonly string[], bytes: number): { shown: readonly string[]; left: number } {
  let size = 0;
  const end = texts.findIndex((text) => (size += Buffer.byteLength(text) + 1) > bytes);
  return end === -1 ? { shown: texts, left: 0 } : { shown: texts.slice(0, end), left: texts.length - end };
}
