import { megabytes } from '../src/quantities.ts';

/** Shows the output `reports` as a table of state, size and file, or subject where there is no file. */
export function renderReportTable(reports = ''): string {
  if (reports === '') return '';
  const entries = JSON.parse(reports) as readonly {
    state: string;
    subject: string;
    path?: string;
    size?: number;
  }[];
  const rows = entries.map(({ state, subject, path, size }) => [
    state,
    size === undefined ? '-' : megabytes(size),
    path ?? subject,
  ]);
  if (rows.length === 0) return '';
  const table = [['STATE', 'SIZE', 'REPORT'], ...rows];
  const width = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
  return table
    .map(
      ([state = '', size = '', report = '']) =>
        `${state.padEnd(width(0))}  ${size.padStart(width(1))}  ${report}`,
    )
    .join('\n');
}
