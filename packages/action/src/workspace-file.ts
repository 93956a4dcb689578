import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Pieces of this size keep an upload fast and its memory small. */
const readBytes = 256 * 1024;

/** A regular file of the workspace, as it was found. */
export interface WorkspaceFile {
  /** Absolute, without a link in it. */
  readonly path: string;
  /** Relative to the workspace, with `/`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /**
   * Reads the file that was found, all of it and nothing else.
   *
   * @throws {ChangedFileError} when it is another file by now, or changes while it is read.
   * @throws the error of the disk when it cannot be read.
   */
  open(): AsyncIterable<Uint8Array>;
}

/** A file is no longer what it was when the step found it. So what is read of it is not what the user asked for. */
export class ChangedFileError extends Error {
  override readonly name = 'ChangedFileError';
  readonly what = 'it has changed since the step found it';
  readonly remedy = 'Run the step when nothing writes to the file any more.';

  constructor(file: string) {
    super(`${file} has changed since the step found it`);
  }
}

/** @param found what the file was when it was found. */
export function workspaceFile(path: string, name: string, found: BigIntStats): WorkspaceFile {
  return { path, name, size: Number(found.size), open: () => readUnchanged(path, name, found) };
}

async function* readUnchanged(
  path: string,
  name: string,
  found: BigIntStats,
): AsyncGenerator<Uint8Array, void, void> {
  const file = await openWithoutLinks(path, name);
  try {
    await checkUnchanged(file, name, found);
    let left = Number(found.size);
    while (left > 0) {
      // A buffer for each piece: who gets one may still hold it when the next is read.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(readBytes, left)));
      if (bytesRead === 0) throw new ChangedFileError(name);
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    await checkUnchanged(file, name, found);
  } finally {
    await file.close();
  }
}

async function openWithoutLinks(path: string, name: string): Promise<FileHandle> {
  try {
    // Windows has no such flags; device and inode are checked there, too. A pipe in its place would block for ever.
    return await open(path, constants.O_RDONLY | flag('O_NOFOLLOW') | flag('O_NONBLOCK'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'ENOENT') throw new ChangedFileError(name);
    throw error;
  }
}

function flag(name: 'O_NOFOLLOW' | 'O_NONBLOCK'): number {
  return (constants as Partial<Record<typeof name, number>>)[name] ?? 0;
}

async function checkUnchanged(file: FileHandle, name: string, found: BigIntStats): Promise<void> {
  const now = await file.stat({ bigint: true });
  const isSame = (['dev', 'ino', 'size', 'mtimeNs'] as const).every((key) => now[key] === found[key]);
  if (!isSame) throw new ChangedFileError(name);
}
