import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const recorder = new URL('record-peak-memory.js', import.meta.url).href;

/** The most memory that a Node process ever had resident. */
export interface PeakMemory {
  /** The variables to start the process with. */
  readonly env: Readonly<Record<string, string>>;
  /** In bytes, once the process has ended. */
  read(): Promise<number>;
}

/** Lets a Node process that is about to start note its peak memory in a file of `folder` when it ends. */
export function recordPeakMemory(folder: string): PeakMemory {
  const file = join(folder, 'peak-memory');
  return {
    env: { NODE_OPTIONS: `--import=${recorder}`, PEAK_MEMORY_FILE: file },
    read: async () => Number(await readFile(file, 'utf8')),
  };
}
