import type { RowFormat } from './rows.ts';
import type { Cell } from './table.ts';
import { columns } from './table.ts';

/** Comma-separated values as in RFC 4180: CRLF, quotes where they are needed, UTF-8 without a byte order mark. */
export const csv: RowFormat = {
  head: `${line(columns)}\r\n`,
  row: (cells) => `${line(cells)}\r\n`,
  between: '',
  tail: '',
};

function line(cells: readonly Cell[]): string {
  return cells.map(field).join(',');
}

function field(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
