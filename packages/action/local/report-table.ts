import { megabytes } from '../src/quantities.ts';

/** Shows the output `reports` as a table of state, verdict where there is any, size, and file or else subject. */
export function renderReportTable(reports = ''): string {
  if (reports === '') return '';
  const entries = JSON.parse(reports) as readonly {
    state: string;
    subject: string;
    path?: string;
    size?: number;
    verdict?: string;
  }[];
  if (entries.length === 0) return '';
  const hasVerdicts = entries.some(({ verdict }) => verdict !== undefined);
  const rows = entries.map(({ state, subject, path, size, verdict = '-' }) => [
    state,
    ...(hasVerdicts ? [verdict] : []),
    size === undefined ? '-' : megabytes(size),
    path ?? subject,
  ]);
  const table = [['STATE', ...(hasVerdicts ? ['VERDICT'] : []), 'SIZE', 'REPORT'], ...rows];
  const sizes = hasVerdicts ? 2 : 1;
  const width = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const pad = (cell: string, column: number): string =>
    column === sizes ? cell.padStart(width(column)) : cell.padEnd(width(column));
  return table.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
