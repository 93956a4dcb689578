import { count, megabytes } from '../quantities.ts';
import type { ReportEntry } from '../report-entry.ts';
import type { AttachedArtifact } from './artifact.ts';

/** The runner drops a summary that is larger; what stays free is for what other lines need. */
const mostBytes = 1_000_000;

export interface SummaryContent {
  readonly entries: readonly ReportEntry[];
  readonly artifact: AttachedArtifact | undefined;
  /** `owner/name` */
  readonly repository: string;
  readonly runId: string;
}

/** The step's summary as HTML: a table of the reports, a link to the artifact, and the failures with their remedies. */
export function summaryFor({ entries, artifact, repository, runId }: SummaryContent): string {
  const ready = entries.filter((entry) => entry.state === 'ready').length;
  const head = [
    `<h3>Security reports: ${ready} of ${entries.length} ready</h3>`,
    // Relative, since an absolute link breaks when the runner masks a word of it.
    ...(artifact === undefined
      ? []
      : [
          `<p>Artifact: <a href="/${escape(repository)}/actions/runs/${escape(runId)}/artifacts/${artifact.id}">` +
            `${escape(artifact.name)}</a></p>`,
        ]),
  ];
  const problems = entries.filter((entry) => entry.message !== undefined);
  const rows = fitting(entries.map(row), mostBytes / 2);
  const remedies = fitting(
    problems.map(
      ({ subject, message = '' }) => `<li><code>${escape(subject)}</code>: ${escape(message)}</li>`,
    ),
    mostBytes / 2 - 2_000,
  );
  return [
    ...head,
    '<table>',
    '<tr><th>Subject</th><th>State</th><th>Verdict</th><th>File</th><th>Size</th><th>SHA-256</th></tr>',
    ...rows.shown,
    '</table>',
    ...(rows.left === 0
      ? []
      : [`<p>${count(rows.left, 'more report')}: see the output <code>reports</code>.</p>`]),
    ...(problems.length === 0
      ? []
      : ['<h4>What went wrong, and what to do</h4>', '<ul>', ...remedies.shown, '</ul>']),
    ...(remedies.left === 0 ? [] : [`<p>${count(remedies.left, 'more problem')}: see the log.</p>`]),
    '',
  ].join('\n');
}

function row({ subject, state, verdict, path, size, sha256 }: ReportEntry): string {
  const cells = [
    code(subject),
    state,
    verdict ?? '',
    path === undefined ? '' : code(path),
    size === undefined ? '' : megabytes(size),
    sha256 === undefined ? '' : code(sha256),
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
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

function fitting(lines: readonly string[], bytes: number): { shown: readonly string[]; left: number } {
  let size = 0;
  const end = lines.findIndex((line) => (size += Buffer.byteLength(line) + 1) > bytes);
  return end === -1 ? { shown: lines, left: 0 } : { shown: lines.slice(0, end), left: lines.length - end };
}
