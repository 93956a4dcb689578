import type { Result } from './measurement.ts';

/** Shows results as a table, each next to the first one, the peer. */
export function renderResults(results: readonly Result[]): string {
  const [peer] = results;
  const rows = results.map(({ name, milliseconds, peakMemory }) => [
    name,
    milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`,
    ratio(milliseconds, peer?.milliseconds),
    peakMemory === undefined ? 'not measured' : `${(peakMemory / 1e6).toFixed(0)} MB`,
    ratio(peakMemory, peer?.peakMemory),
  ]);
  const table = [['', 'time', 'ratio', 'peak memory', 'ratio'], ...rows];
  const width = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
  return table
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column))))
        .join('  '),
    )
    .join('\n');
}

function ratio(value: number | undefined, ofPeer: number | undefined): string {
  return value === undefined || ofPeer === undefined ? '-' : (value / ofPeer).toFixed(2);
}
