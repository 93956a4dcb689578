import { asBuffer } from './report-text.ts';

/** The record that ends a ZIP with the longest comment it can have, and the locator of ZIP64 before it. */
export const bytesOfZipEnd = 20 + 22 + 65_535;

/**
 * Whether the record that ends every ZIP is there, complete, and where it says to be: behind the directory. So the
 * record of a ZIP within a ZIP that was cut off is not taken for it.
 *
 * @param size of the whole ZIP, in bytes.
 */
export function endsWithDirectory(tail: Buffer, size: number): boolean {
  for (let at = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1'); at >= 0;) {
    if (at + 22 <= tail.byteLength && at + 22 + tail.readUInt16LE(at + 20) <= tail.byteLength) {
      const directoryEnd = tail.readUInt32LE(at + 12) + tail.readUInt32LE(at + 16);
      const isZip64 = at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50;
      if (isZip64 || directoryEnd === size - tail.byteLength + at) return true;
    }
    if (at === 0) return false;
    at = tail.lastIndexOf('PK\x05\x06', at - 1, 'latin1');
  }
  return false;
}

/**
 * Whether a ZIP that begins so is a workbook.
 *
 * @param isAnnounced whether its media type says so, which counts where no entry shows what it is.
 */
export function isWorkbook(bytes: Uint8Array, isAnnounced: boolean): boolean {
  const names = [...entryNames(asBuffer(bytes))];
  if (names.some((name) => /^(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|xl\/)/.test(name))) return true;
  // A ZIP of workbooks may be announced as one, too.
  return isAnnounced && !names.some((name) => /\.(?:csv|json|xlsx?)$/i.test(name));
}

/** Of the first entries of a ZIP, as far as their local headers tell where the next one begins. */
function* entryNames(bytes: Buffer): Generator<string, void, void> {
  for (let at = 0; at + 30 <= bytes.byteLength && bytes.readUInt32LE(at) === 0x04034b50;) {
    const contentAt = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    yield bytes.toString('latin1', at + 30, at + 30 + bytes.readUInt16LE(at + 26));
    const isSizeToldLater = (bytes.readUInt16LE(at + 6) & 0x08) !== 0;
    if (isSizeToldLater) return;
    at = contentAt + bytes.readUInt32LE(at + 18);
  }
}
