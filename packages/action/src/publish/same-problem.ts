import type { ReportEntry } from '../report-entry.ts';

/** Entries with the same problem, in words that differ at most in the subject. */
export interface ProblemGroup {
  readonly entries: readonly ReportEntry[];
  /** The words for the first of them. */
  readonly message: string;
}

/** Groups entries that have a message, so that what happened to many is said once. */
export function groupProblems(entries: readonly ReportEntry[]): readonly ProblemGroup[] {
  const groups = new Map<string, { entries: ReportEntry[]; message: string }>();
  for (const entry of entries) {
    const { message } = entry;
    if (message === undefined) continue;
    const key = `${entry.state} ${withoutSubject(entry, message)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { entries: [entry], message });
    else group.entries.push(entry);
  }
  return [...groups.values()];
}

/** The message without what names this subject alone: its name, its scan, its digests, and how long it took. */
function withoutSubject({ subject, scanId, runId }: ReportEntry, message: string): string {
  const names = [subject, subject.slice(subject.lastIndexOf('/') + 1), scanId, runId];
  return names
    .filter((name) => name !== undefined && name !== '')
    .reduce<string>((text, name = '') => text.replace(wholeWord(name), '…'), message)
    .replace(/\b[0-9a-f]{32,64}\b/gi, '…');
}

function wholeWord(text: string): RegExp {
  return new RegExp(`(?<![\\w.-])${text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\w-])`, 'gu');
}
