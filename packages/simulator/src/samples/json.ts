import type { RowFormat } from './rows.ts';
import { columns } from './table.ts';

/** An array with one object for each row, keyed by the columns; one row a line. */
export const json: RowFormat = {
  head: '[\n',
  row: (cells) => JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, cells[index]]))),
  between: ',\n',
  tail: '\n]\n',
};
