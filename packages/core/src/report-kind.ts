import { endsAsCsv, isCsv } from './csv-report.ts';
import { beginsAsJson, JsonReportCheck } from './json-report.ts';
import { asBuffer, startsWith } from './report-text.ts';
import { Tail } from './tail.ts';
import { bytesOfZipEnd, endsWithDirectory, isWorkbook } from './zip-report.ts';

/** How a report begins, as far as it was read. */
export interface ReportBeginning {
  /** At most the first 1024 bytes. */
  readonly bytes: Uint8Array;
  /** Whether these bytes are all there is. */
  readonly whole: boolean;
  /** The Content-Type that it has. It counts only where the bytes leave a doubt. */
  readonly announcedType: string | undefined;
  /** The file name that it has, likewise. */
  readonly announcedName?: string | undefined;
}

/**
 * - `whole`: nothing is missing
 * - `cut`: its end is missing
 * - `damaged`: something in it is not as it must be
 * - `no report`: it is whole, but says something else, such as what went wrong
 */
export type ReportState = 'whole' | 'cut' | 'damaged' | 'no report';

/** Looks at a report while it flows, in bounded memory. Nothing here ever throws. */
export interface ContentCheck {
  /** Takes the next bytes. */
  add(chunk: Uint8Array): void;
  /** Whether it is damaged already, whatever follows. */
  readonly isDamaged: boolean;
  /** Says, once all bytes were taken, what they are. */
  end(): ReportState;
}

/** What a report is made of, and how its bytes show it. */
export interface ReportKind {
  /** As people call it: `PDF`. */
  readonly name: string;
  readonly mediaType: string;
  /** Of its file names, without the dot. */
  readonly extension: string;
  /** Whether a report that begins so is of this kind. It never throws. */
  readonly begins: (beginning: ReportBeginning) => boolean;
  /** Gives a new check for a report that begins so, which takes all of its bytes, the beginning included. */
  readonly check: (beginning: ReportBeginning) => ContentCheck;
}

/**
 * ISO 32000: a file begins with the header, before which readers take up to 1,024 bytes of something else (Annex H of
 * the first edition), such as a byte-order mark; it closes with the end-of-file marker, followed by a little padding.
 */
export const pdf: ReportKind = {
  name: 'PDF',
  mediaType: 'application/pdf',
  extension: 'pdf',
  begins: ({ bytes }) => {
    const text = asBuffer(bytes).toString('latin1');
    const headerAt = text.indexOf('%PDF-');
    // A page or a message can mention the header.
    return headerAt >= 0 && !/[<>{}"]|\w{3}/.test(text.slice(0, headerAt));
  },
  check: () => checkEnd(1024, (tail) => tail.includes('%%EOF', 0, 'latin1')),
};

/** A ZIP that holds any files. One that holds none begins with the record that ends every other. */
export const zip: ReportKind = {
  name: 'ZIP',
  mediaType: 'application/zip',
  extension: 'zip',
  begins: (beginning) =>
    (startsWith(beginning.bytes, 'PK\x03\x04') || startsWith(beginning.bytes, 'PK\x05\x06')) &&
    !isWorkbookBeginning(beginning),
  check: () => checkEnd(bytesOfZipEnd, endsWithDirectory),
};

/** An Excel workbook: a ZIP with parts of its own, of which one is early in every file. */
export const xlsx: ReportKind = {
  name: 'XLSX',
  mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  extension: 'xlsx',
  begins: (beginning) => startsWith(beginning.bytes, 'PK\x03\x04') && isWorkbookBeginning(beginning),
  check: () => checkEnd(bytesOfZipEnd, endsWithDirectory),
};

/** A JSON array or object with rows in it. It is read to its end, and is not what a service says of an error. */
export const json: ReportKind = {
  name: 'JSON',
  mediaType: 'application/json',
  extension: 'json',
  begins: beginsAsJson,
  check: ({ bytes }) => new JsonReportCheck(bytes),
};

/** Text that is announced as a CSV, or is a table. Nothing in a CSV shows where it ends. */
export const csv: ReportKind = {
  name: 'CSV',
  mediaType: 'text/csv',
  extension: 'csv',
  begins: isCsv,
  check: () => endsAsCsv,
};

function isWorkbookBeginning({ bytes, announcedType = '' }: ReportBeginning): boolean {
  return isWorkbook(bytes, announcedType.toLowerCase().startsWith(xlsx.mediaType));
}

/** A check that looks at so many of the last bytes alone. */
function checkEnd(bytes: number, isEnd: (tail: Buffer, size: number) => boolean): ContentCheck {
  const tail = new Tail(bytes);
  return {
    add: (chunk) => {
      tail.add(chunk);
    },
    isDamaged: false,
    end: () => (isEnd(tail.last, tail.size) ? 'whole' : 'cut'),
  };
}
