import type { ContentCheck, ReportBeginning } from './report-kind.ts';
import { isJsonStart } from './json-report.ts';
import { decodeText } from './report-text.ts';

/**
 * Whether a report begins as a CSV. Any text could be one, a short notice of trouble as well. So it must be announced
 * as one, by its media type or its file name, or be a table: two records with the same number of fields, at least two.
 * Markup is no CSV whatever is announced, and nothing is that is announced as a web page, JSON or XML.
 */
export function isCsv({ bytes, whole, announcedType = '', announcedName = '' }: ReportBeginning): boolean {
  const text = decodeText(bytes);
  if (text === undefined || text === '' || isJsonStart(text) || isSomethingElse(text)) return false;
  if (/\bcsv\b/i.test(announcedType) || /\.csv(?:\.\w+)?$/i.test(announcedName)) return true;
  if (/\b(?:html|json|xml)\b/i.test(announcedType)) return false;
  return isTable(text, whole);
}

/** It has no end that could be missing. */
export const endsAsCsv: ContentCheck = {
  add: () => undefined,
  isDamaged: false,
  end: () => 'whole',
};

function isSomethingElse(text: string): boolean {
  return /^(?:<[a-z!?/]|%PDF-|(?:null|true|false)$)/i.test(text);
}

function isTable(text: string, whole: boolean): boolean {
  const withoutQuoted = text.replace(/"(?:[^"]|"")*(?:"|$)/g, 'x');
  const lines = withoutQuoted.split(/\r\n?|\n/);
  // The last line may go on.
  const records = whole ? lines : lines.slice(0, -1);
  const [header, row] = records.filter((line) => line !== '');
  if (header === undefined || row === undefined) return false;
  // In a sentence, a blank follows the comma.
  return [/,(?! )/, /;(?! )/, /\t/, /\|/].some((delimiter) => {
    const fields = header.split(delimiter).length;
    return fields > 1 && row.split(delimiter).length === fields;
  });
}
