import { seededBytes } from './random.ts';

/** A cell: numbers stay numbers where the file's format knows them. */
export type Cell = string | number;

/** What a table of invented certificates is made from. */
export interface TableContent {
  /** The report it says to belong to. */
  readonly report: string;
  readonly run: string;
  /** 0 for the first part of a split report, and for one that is not split. */
  readonly part: number;
  readonly seed: number;
}

/** The heads of the columns. */
export const columns = [
  'record',
  'report',
  'run',
  'part',
  'common_name',
  'organization',
  'status',
  'validity_start_date',
  'validity_end_date',
  'note',
] as const;

/** The record number of the first row. All have ten digits, so that a row's size does not depend on its number. */
export const firstRecord = 1_000_000_000;

/** So many rows differ; the following ones repeat them under other record numbers. */
export const distinctRows = 500;

const organizations = ['Example GmbH', 'Smith, Jones & Co.', 'The "Quoted" Company', '株式会社サンプル'];
const statuses = ['issued', 'pending', 'expired', 'revoked'];
const notes = ['Made by the simulator.', 'Made by the simulator.\nThis note has two lines.', '', ' spaced '];

/** The distinct rows, all under the number {@link firstRecord}. The same content gives the same rows. */
export function* tableRows({ report, run, part, seed }: TableContent): Generator<readonly Cell[]> {
  for (let index = 0; index < distinctRows; index += 1) {
    const random = seededBytes(`${seed} row ${report} ${run} ${part} ${index}`, 24);
    const begin = Date.UTC(2024, 0, 1) + random.readUInt16BE(0) * 600_000;
    yield [
      firstRecord,
      report,
      run,
      part,
      `${random.toString('hex', 4, 20)}.example.com`,
      organizations[index % organizations.length] ?? '',
      statuses[(random[20] ?? 0) % statuses.length] ?? '',
      day(begin),
      day(begin + 365 * 86_400_000),
      notes[Math.floor(index / organizations.length) % notes.length] ?? '',
    ];
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
