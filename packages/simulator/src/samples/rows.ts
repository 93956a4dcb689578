import type { Body } from '../answer.ts';
import type { Cell, TableContent } from './table.ts';
import { firstRecord, tableRows } from './table.ts';

/** How a kind of file writes a table. */
export interface RowFormat {
  readonly head: string;
  row(cells: readonly Cell[]): string;
  /** Between two rows. */
  readonly between: string;
  readonly tail: string;
}

/** How long a table is: in rows, or as many rows as make a file of at least this size. */
export type TableSize = { readonly rows: number } | { readonly atLeastBytes: number };

interface Pattern {
  /** The distinct rows, each followed by what stands between rows. */
  readonly bytes: Buffer;
  /** Where each row begins, and behind the last one where it ends. */
  readonly starts: readonly number[];
  /** Where the record number of each row stands. */
  readonly recordsAt: readonly number[];
}

const digits = String(firstRecord).length;

/** A file with a table. Its size is known before its rows are made, and a large one is made while it is sent. */
export function tableBody(content: TableContent, size: TableSize, format: RowFormat): Body {
  const [head, tail] = [Buffer.from(format.head), Buffer.from(format.tail)];
  const between = Buffer.byteLength(format.between);
  const pattern = makePattern(content, format);
  const sizeOf = (rows: number): number =>
    head.length + rowBytes(pattern, rows) - (rows > 0 ? between : 0) + tail.length;
  const rows = 'rows' in size ? size.rows : fewestRows(size.atLeastBytes, sizeOf);
  const first = firstRecord + content.part * rows;
  return {
    bytes: sizeOf(rows),
    *chunks() {
      yield head;
      const distinct = pattern.recordsAt.length;
      for (let done = 0; done < rows; done += distinct) {
        const count = Math.min(distinct, rows - done);
        const chunk = numbered(pattern, count, first + done);
        yield done + count < rows ? chunk : chunk.subarray(0, chunk.length - between);
      }
      yield tail;
    },
  };
}

function makePattern(content: TableContent, format: RowFormat): Pattern {
  const encoded: Buffer[] = [];
  const starts = [0];
  const recordsAt: number[] = [];
  let end = 0;
  for (const cells of tableRows(content)) {
    const row = Buffer.from(format.row(cells) + format.between);
    // The record is the first cell of a row, so that nothing of the content stands before it.
    recordsAt.push(end + row.indexOf(String(firstRecord)));
    encoded.push(row);
    end += row.length;
    starts.push(end);
  }
  return { bytes: Buffer.concat(encoded), starts, recordsAt };
}

function rowBytes({ bytes, starts, recordsAt }: Pattern, rows: number): number {
  return Math.floor(rows / recordsAt.length) * bytes.length + (starts[rows % recordsAt.length] ?? 0);
}

/** The row count rises with the size, so it can be searched by halves. */
function fewestRows(bytes: number, sizeOf: (rows: number) => number): number {
  let [tooFew, enough] = [-1, 1];
  while (sizeOf(enough) < bytes) enough *= 2;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (sizeOf(middle) < bytes) tooFew = middle;
    else enough = middle;
  }
  return enough;
}

/** The first rows of the pattern, with their own record numbers. */
function numbered({ bytes, starts, recordsAt }: Pattern, count: number, first: number): Buffer {
  const chunk = Buffer.from(bytes.subarray(0, starts[count]));
  for (const [index, at] of recordsAt.slice(0, count).entries()) {
    chunk.write(String(first + index), at, digits, 'latin1');
  }
  return chunk;
}
