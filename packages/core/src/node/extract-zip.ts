import { createHash } from 'node:crypto';
import { lstat, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { safeFileName } from '../file-name.ts';
import type { ReportDigest } from '../report.ts';
import { csv, json, pdf, xlsx, zip as zipKind } from '../report-kind.ts';
import { cleanVendorText } from '../vendor-text.ts';
import { partialName } from './partial-file.ts';

/** What a ZIP may be at most. Content is counted while it is unpacked: what the ZIP says of itself counts for nothing. */
export interface ExtractZipOptions {
  /** How many entries, folders included; 1000 unless given. */
  readonly maxEntries?: number;
  /** The size of all files together, in bytes; 2 GB (2,000,000,000) unless given. */
  readonly maxBytes?: number;
  /** How many times as large as the ZIP its content may be, from 10 MB on; 200 unless given. */
  readonly maxRatio?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ExtractedFile extends ReportDigest {
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  /** Of CSV, JSON, XLSX, ZIP and PDF, by content; `application/octet-stream` for everything else. */
  readonly mediaType: string;
}

/** A ZIP was not unpacked, since something about it is not as it must be. The message says which entry, and what. */
export class ExtractionError extends Error {
  override readonly name = 'ExtractionError';
}

/** So much content is no bomb, however small the ZIP is. */
const bytesOfAnyRatio = 10_000_000;

/**
 * Unpacks a ZIP that somebody else has made into `directory`, which is made where it does not exist and there is a
 * file for it. Nothing is unpacked beside it, or below: folders of the ZIP become a part of the file names, which are
 * made safe, and unique whatever the letter case. Files that have these names already are replaced.
 *
 * @throws {ExtractionError} for an entry with an absolute path or one that leads elsewhere, a link, an encrypted or
 *   damaged entry, for more entries or bytes than allowed, and when `directory` is a symbolic link.
 * @throws what the disk fails with; the signal's reason when it aborts. In any case nothing that was unpacked is left
 *   behind, and the ZIP stays.
 */
export async function extractZip(
  zipPath: string,
  directory: string,
  options: ExtractZipOptions = {},
): Promise<readonly ExtractedFile[]> {
  // Its name can be of the one who made the ZIP, and the link of somebody else, to wherever they like.
  if (await isLink(directory)) {
    const name = cleanVendorText(basename(directory), []);
    throw extractionError(zipPath, `its folder "${name}" is there as a symbolic link; remove the link`);
  }
  const createdDirectory = await mkdir(directory, { recursive: true });
  // Not the folders above it: others may have put something there in the meantime.
  const removeCreatedDirectory = async (): Promise<void> => {
    if (createdDirectory !== undefined) await rmdir(directory).catch(() => undefined);
  };
  const staging = join(directory, partialName());
  const placed: string[] = [];
  try {
    await mkdir(staging);
    const unpacked = await unpackAll(zipPath, staging, options);
    const files: ExtractedFile[] = [];
    for (const { stagedPath, ...file } of unpacked) {
      const path = join(directory, file.name);
      await rename(stagedPath, path);
      placed.push(path);
      files.push({ path, ...file });
    }
    await rm(staging, { recursive: true });
    if (files.length === 0) await removeCreatedDirectory();
    return files;
  } catch (error) {
    for (const path of [...placed, staging]) await rm(path, { recursive: true, force: true });
    await removeCreatedDirectory();
    throw error;
  }
}

async function isLink(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isSymbolicLink() === true;
}

function extractionError(zipPath: string, what: string): ExtractionError {
  return new ExtractionError(`${basename(zipPath)} cannot be unpacked: ${what}. The ZIP itself is kept.`);
}

type StagedFile = Omit<ExtractedFile, 'path'> & { readonly stagedPath: string };

async function unpackAll(
  zipPath: string,
  staging: string,
  options: ExtractZipOptions,
): Promise<readonly StagedFile[]> {
  const fail = (what: string): ExtractionError => extractionError(zipPath, what);
  const { maxEntries = 1000, signal } = options;
  const countBytes = byteCounter((await stat(zipPath)).size, options);
  // Otherwise a ZIP within a ZIP of the same name could take its place.
  const uniqueName = uniqueNames(basename(zipPath));
  const files: StagedFile[] = [];
  let entries = 0;
  for await (const { zip, entry } of entriesOf(zipPath, fail)) {
    const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
    const failAt = (what: string): ExtractionError =>
      fail(`its entry "${cleanVendorText(name, [])}" ${what}`);
    signal?.throwIfAborted();
    entries += 1;
    if (entries > maxEntries) throw failAt(`is one more than the ${maxEntries} that are allowed`);
    checkEntry(entry, name, failAt);
    if (name.endsWith('/')) continue;
    const stagedPath = join(staging, String(entries));
    const unpacked = await unpack(
      zip,
      entry,
      stagedPath,
      (bytes) => {
        signal?.throwIfAborted();
        countBytes(bytes, failAt);
      },
      failAt,
    );
    const fileName = uniqueName(safeFileName(withoutDots(name), 'file'));
    files.push({
      stagedPath,
      name: fileName,
      size: unpacked.size,
      sha256: unpacked.sha256,
      mediaType: mediaTypeOf(unpacked.head, fileName),
    });
  }
  return files;
}

async function* entriesOf(
  zipPath: string,
  fail: (what: string) => Error,
): AsyncGenerator<{ readonly zip: ZipFile; readonly entry: Entry }, void, void> {
  const damaged = (error: unknown): unknown => told(error, (what) => fail(`it is damaged (${what})`));
  const zip = await openPromise(zipPath, { decodeStrings: false }).catch((error: unknown) => {
    throw damaged(error);
  });
  // What closing it fails with concerns nobody, and would end the process without a listener.
  zip.on('error', () => undefined);
  try {
    const entries = zip.eachEntry();
    for (;;) {
      const next = await entries.next().catch((error: unknown) => {
        throw damaged(error);
      });
      if (next.done === true) return;
      yield { zip, entry: next.value };
    }
  } finally {
    zip.close();
  }
}

function checkEntry(entry: Entry, name: string, failAt: (what: string) => Error): void {
  if (/^(?:[a-z]:|\/)/i.test(name)) throw failAt('has an absolute path');
  if (name.includes('\\')) throw failAt('has a backslash in its path');
  if (name.split('/').includes('..')) throw failAt('leads out of the folder');
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  const [none, folder, file] = [0, 0o040000, 0o100000];
  if (![none, folder, file].includes(type)) throw failAt('is a link, or something else that is no file');
  if (entry.isEncrypted()) throw failAt('is encrypted');
  if (!entry.canDecodeFileData())
    throw failAt(`is packed in a way that is not supported (${entry.compressionMethod})`);
}

/** Some tools write paths as `./folder/file`, which is the same as without the dot. */
function withoutDots(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '.')
    .join('/');
}

interface UnpackedFile extends ReportDigest {
  readonly head: Uint8Array;
}

async function unpack(
  zip: ZipFile,
  entry: Entry,
  path: string,
  onBytes: (bytes: number) => void,
  failAt: (what: string) => Error,
): Promise<UnpackedFile> {
  const hash = createHash('sha256');
  let head: Uint8Array = new Uint8Array();
  let size = 0;
  let checksum = 0;
  async function* checked(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of contentOf(zip, entry, failAt)) {
      onBytes(chunk.byteLength);
      if (size === 0) head = chunk.subarray(0, 1024);
      size += chunk.byteLength;
      hash.update(chunk);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    if (checksum !== entry.crc32) throw failAt('is damaged: its checksum is another one');
  }
  const file = await open(path, 'wx');
  try {
    await file.writeFile(checked());
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest('hex'), head };
}

async function* contentOf(
  zip: ZipFile,
  entry: Entry,
  failAt: (what: string) => Error,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw told(error, (what) => failAt(`is damaged (${what})`));
  }
}

/** What the ZIP's own bytes are to blame for, in our words; what the disk is, as it is. */
function told(error: unknown, fail: (what: string) => Error): unknown {
  if (!(error instanceof Error) || 'syscall' in error) return error;
  return fail(cleanVendorText(error.message, []));
}

/** Gives a function that adds to the size of all content, and fails when that becomes more than allowed. */
function byteCounter(
  zipSize: number,
  { maxBytes = 2_000_000_000, maxRatio = 200 }: ExtractZipOptions,
): (bytes: number, failAt: (what: string) => Error) => void {
  const mostForItsSize = Math.max(bytesOfAnyRatio, zipSize * maxRatio);
  let total = 0;
  return (bytes, failAt) => {
    total += bytes;
    if (total > maxBytes)
      throw failAt(`makes the content larger than the ${maxBytes} bytes that are allowed`);
    if (total > mostForItsSize) {
      throw failAt(
        `makes the content larger than ${mostForItsSize} bytes, more than ${maxRatio} times the size of the ZIP`,
      );
    }
  };
}

/** Gives a function that hands a name out as it is, or with `-2`, `-3` ... before its extension. */
function uniqueNames(reserved: string): (name: string) => string {
  const taken = new Set([reserved.toLowerCase()]);
  const lastNumbers = new Map<string, number>();
  return (name) => {
    let unique = name;
    for (let number = lastNumbers.get(name) ?? 2; taken.has(unique.toLowerCase()); number += 1) {
      unique = name.replace(/(?=\.[^.]*$)|$/, `-${number}`);
      lastNumbers.set(name, number);
    }
    taken.add(unique.toLowerCase());
    return unique;
  };
}

/** Any text would pass for a CSV, so that is one only by its name, too. */
function mediaTypeOf(head: Uint8Array, name: string): string {
  const beginning = { bytes: head, whole: false, announcedType: undefined, announcedName: name };
  const kinds = [xlsx, zipKind, json, pdf, ...(/\.csv$/i.test(name) ? [csv] : [])];
  return kinds.find((kind) => kind.begins(beginning))?.mediaType ?? 'application/octet-stream';
}
