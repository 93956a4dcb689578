import { findFiles, type FoundFiles } from '../find-files.ts';
import type { InputReader } from './input-reader.ts';
import { lines } from './parsers.ts';

/** Finds what `files` and `files-from` name. No pattern finds the reports of an earlier run. */
export async function readFiles(reader: InputReader, outputDirectory: string): Promise<FoundFiles> {
  const patterns = await reader.readList('files', 'files-from', lines);
  if (patterns.length > 0 && patterns.every((pattern) => pattern.startsWith('!'))) {
    reader.refuse(
      'files, files-from',
      'all patterns begin with "!", so there is nothing to take away from. Name files, too.',
    );
  }
  return patterns.length === 0
    ? { files: [], problems: [] }
    : findFiles(patterns, reader.workspace, outputDirectory);
}
