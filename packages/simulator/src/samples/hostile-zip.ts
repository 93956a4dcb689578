import type { AsyncFlateStreamHandler, ZipInputFile } from 'fflate';
import { ZipPassThrough } from 'fflate';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Body } from '../answer.ts';
import { wholeBody } from '../answer.ts';
import { seededBytes } from './random.ts';
import type { ZipEntry } from './zip.ts';
import { dated, stored, zip } from './zip.ts';

/** The archives that an unpacking program has to withstand. */
export const hostileZips = [
  'bomb',
  'understated-bomb',
  'traversal',
  'backslash-traversal',
  'absolute',
  'symlink',
  'encrypted',
  'many-entries',
] as const;

/**
 * One of {@link hostileZips}. The first entry of each is the harmless file, but for `encrypted`, where it is the one
 * that is encrypted.
 *
 * - `bomb`: 2.5 GiB of zeros in less than 3 MB
 * - `understated-bomb`: the same, but its headers say that it holds 100 bytes
 * - `traversal`, `backslash-traversal`: an entry named `../../evil.csv`, and with backslashes
 * - `absolute`: an entry named `/tmp/evil.csv`
 * - `symlink`: a link to `../..`, and an entry below it
 * - `encrypted`: no password opens it
 * - `many-entries`: 60,000 empty entries
 */
export type HostileZip = (typeof hostileZips)[number];

const evil = wholeBody('Nobody should ever see this file outside its archive.\n');

/** The archive of that kind around a harmless entry. */
export function hostileZip(kind: HostileZip, harmless: ZipEntry, seed: number): Body {
  switch (kind) {
    case 'bomb':
      return zip([harmless, zeros('zeros.csv')]);
    case 'understated-bomb':
      return zip([harmless, zeros('zeros.csv', 100)]);
    case 'traversal':
      return zip([harmless, stored('../../evil.csv', evil)]);
    case 'backslash-traversal':
      return zip([harmless, stored('..\\..\\evil.csv', evil)]);
    case 'absolute':
      return zip([harmless, stored('/tmp/evil.csv', evil)]);
    case 'symlink':
      return zip([harmless, link('link', '../..'), stored('link/evil.csv', evil)]);
    case 'encrypted':
      return encrypted(harmless, seed);
    case 'many-entries':
      return zip([
        harmless,
        ...Array.from({ length: 60_000 }, (_, index) => stored(`empty-${index}.csv`, wholeBody(''))),
      ]);
  }
}

const zeroBlock = Buffer.alloc(1_048_576);
const zeroBlocks = 2560;

/** Zeros, compressed a thousand to one. */
function zeros(name: string, declaredBytes?: number): ZipEntry {
  // A full flush ends on a byte and forgets what came before: the same compressed block can follow itself.
  const block = deflateRawSync(zeroBlock, { finishFlush: constants.Z_FULL_FLUSH });
  const end = deflateRawSync(Buffer.alloc(0));
  return {
    open: () => dated(new RepeatedBlock(name, block, end, declaredBytes)),
    content: {
      bytes: zeroBlocks * zeroBlock.length,
      *chunks() {
        for (let index = 0; index < zeroBlocks; index += 1) yield zeroBlock;
      },
    },
    packedBytes: zeroBlocks * block.length,
  };
}

/** A compressed entry of which every piece is the same block. */
class RepeatedBlock implements ZipInputFile {
  readonly filename: string;
  readonly compression = 8;
  declare mtime?: NonNullable<ZipInputFile['mtime']>;
  declare ondata?: AsyncFlateStreamHandler;
  size = 0;
  crc = 0;
  readonly #block: Uint8Array<ArrayBuffer>;
  readonly #end: Uint8Array<ArrayBuffer>;
  readonly #declaredBytes: number | undefined;

  constructor(
    name: string,
    block: Uint8Array<ArrayBuffer>,
    end: Uint8Array<ArrayBuffer>,
    declaredBytes: number | undefined,
  ) {
    this.filename = name;
    this.#block = block;
    this.#end = end;
    this.#declaredBytes = declaredBytes;
  }

  push(plain: Uint8Array, final = false): void {
    this.size += plain.length;
    this.crc = crc32(plain, this.crc);
    if (final) this.size = this.#declaredBytes ?? this.size;
    this.ondata?.(null, final ? this.#end : this.#block, final);
  }
}

function link(name: string, target: string): ZipEntry {
  const unix = 3;
  const linkMode = 0o120777;
  return {
    ...stored(name, wholeBody(target)),
    open: () => Object.assign(dated(new ZipPassThrough(name)), { os: unix, attrs: linkMode << 16 }),
  };
}

/** What is in it looks like any encrypted content: like chance. The format's own flag says that it is encrypted. */
function encrypted(harmless: ZipEntry, seed: number): Body {
  const content = wholeBody(seededBytes(`${seed} encrypted`, 4096));
  const { filename } = harmless.open();
  const entry = { ...stored(filename, content), open: () => dated(new Ciphertext(filename)) };
  const archive = Buffer.concat([...zip([entry]).chunks()]);
  const endRecord = archive.lastIndexOf('PK\x05\x06');
  const centralHeader = archive.readUInt32LE(endRecord + 16);
  for (const flags of [6, centralHeader + 8]) archive.writeUInt8(archive.readUInt8(flags) | 1, flags);
  return wholeBody(archive);
}

/** An entry whose content follows the twelve bytes that the traditional encryption puts before it. */
class Ciphertext extends ZipPassThrough {
  protected override process(chunk: Uint8Array<ArrayBuffer>, final: boolean): void {
    if (final) this.size -= 12;
    super.process(chunk, final);
  }
}
