/** How a report begins, as far as it was read. */
export interface ReportBeginning {
  /** At most the first 1024 bytes. */
  readonly bytes: Uint8Array;
  /** Whether these bytes are all there is. */
  readonly whole: boolean;
  /** The Content-Type it came with. It counts only where the bytes leave a doubt. */
  readonly announcedType: string | undefined;
}

/** How a report ends. */
export interface ReportEnding {
  /** At most the last 1024 bytes. */
  readonly bytes: Uint8Array;
  /** Of the whole report, in bytes. */
  readonly size: number;
  readonly beginning: ReportBeginning;
}

/** What a report is made of, and how its bytes show it. Neither test ever throws. */
export interface ReportKind {
  /** As people call it: `PDF`. */
  readonly name: string;
  readonly mediaType: string;
  /** Of its file names, without the dot. */
  readonly extension: string;
  /** Whether a report that begins so is of this kind. */
  readonly begins: (beginning: ReportBeginning) => boolean;
  /** Whether a report that began so, and ends so, is a whole one. */
  readonly ends: (ending: ReportEnding) => boolean;
}

/** ISO 32000: a file begins with the header and closes with the end-of-file marker, at most followed by a little padding. */
export const pdf: ReportKind = {
  name: 'PDF',
  mediaType: 'application/pdf',
  extension: 'pdf',
  begins: ({ bytes }) => startsWith(bytes, '%PDF-'),
  ends: ({ bytes }) => asBuffer(bytes).includes('%%EOF', 0, 'latin1'),
};

/** A ZIP that holds any files. One that holds none begins with the record that ends every other. */
export const zip: ReportKind = {
  name: 'ZIP',
  mediaType: 'application/zip',
  extension: 'zip',
  begins: (beginning) =>
    (startsWith(beginning.bytes, 'PK\x03\x04') || startsWith(beginning.bytes, 'PK\x05\x06')) &&
    !isWorkbook(beginning),
  ends: endsWithDirectory,
};

/** An Excel workbook: a ZIP with parts of its own, of which one comes early in every file. */
export const xlsx: ReportKind = {
  name: 'XLSX',
  mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  extension: 'xlsx',
  begins: (beginning) => startsWith(beginning.bytes, 'PK\x03\x04') && isWorkbook(beginning),
  ends: endsWithDirectory,
};

/** A JSON object or array, unless it is the way in which a service tells of an error. */
export const json: ReportKind = {
  name: 'JSON',
  mediaType: 'application/json',
  extension: 'json',
  begins: (beginning) => {
    const text = decode(beginning.bytes);
    return text !== undefined && isJsonStart(text) && !isJsonError(text, beginning.whole);
  },
  ends: ({ bytes, beginning }) => {
    const closing = decode(beginning.bytes)?.startsWith('[') === true ? ']' : '}';
    const encoding = utf16Of(beginning.bytes);
    return new TextDecoder(encoding).decode(bytes).trimEnd().endsWith(closing);
  },
};

/** Any other text. Markup is none: it is a web page, or an error. Nothing in a CSV shows where it ends. */
export const csv: ReportKind = {
  name: 'CSV',
  mediaType: 'text/csv',
  extension: 'csv',
  begins: ({ bytes }) => {
    const text = decode(bytes);
    return text !== undefined && text !== '' && !isJsonStart(text) && !/^(?:<[a-z!?/]|%PDF-)/i.test(text);
  },
  ends: () => true,
};

function startsWith(bytes: Uint8Array, beginning: string): boolean {
  return asBuffer(bytes).toString('latin1', 0, beginning.length) === beginning;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The text without byte-order mark and blanks around it, or `undefined` for data that no text contains. A text that
 * is not Unicode is still one: a few characters are wrong then, and none of them matters here.
 */
function decode(bytes: Uint8Array): string | undefined {
  const utf16 = utf16Of(bytes);
  // eslint-disable-next-line no-control-regex
  if (utf16 === undefined && /[\x00-\x08\x0b\x0e-\x1f]/.test(asBuffer(bytes).toString('latin1')))
    return undefined;
  return new TextDecoder(utf16).decode(bytes).trim();
}

/** Which UTF-16 the byte-order mark announces; `undefined` for none. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (startsWith(bytes, '\xff\xfe')) return 'utf-16le';
  return startsWith(bytes, '\xfe\xff') ? 'utf-16be' : undefined;
}

/** With a look at what follows the bracket, since a column of a CSV may be called `[id]`. */
function isJsonStart(text: string): boolean {
  return /^(?:\{\s*(?:["}]|$)|\[\s*(?:["{[\]\d-]|true|false|null|$))/.test(text);
}

/** What is there only in part is judged by the members that can be seen. */
function isJsonError(text: string, whole: boolean): boolean {
  if (whole && !isJson(text)) return /^\{\s*"(?:errors?|code|message)"\s*:/.test(text);
  const members = membersOf(text);
  return (
    isTold(members.get('"errors"')) ||
    isTold(members.get('"error"')) ||
    (isText(members.get('"code"')) && isText(members.get('"message"')))
  );
}

/** The tokens that the value of a member begins with. */
type Value = readonly [first?: string | undefined, second?: string | undefined];

/** The members of an object, and of nothing within it, by their keys in quotes. The text may end anywhere. */
function membersOf(text: string): ReadonlyMap<string, Value> {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"?|[{}[\]:,]|[^\s"{}[\]:,]+/gs) ?? [];
  const members = new Map<string, Value>();
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (depth === 1 && tokens[index + 1] === ':') members.set(token, [tokens[index + 2], tokens[index + 3]]);
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  }
  return members;
}

/** A report may well have an empty list of errors. */
function isTold(value: Value = []): boolean {
  const [first, second] = value;
  return first === '{' || (first === '[' && second !== ']') || (isText(value) && first !== '""');
}

function isText([first = '']: Value = []): boolean {
  return first.startsWith('"');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isWorkbook({ bytes, announcedType }: ReportBeginning): boolean {
  const names = [...entryNames(asBuffer(bytes))];
  if (names.some((name) => /^(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|xl\/)/.test(name))) return true;
  // A ZIP of workbooks may be announced as one, too.
  return (
    announcedType?.toLowerCase().startsWith(xlsx.mediaType) === true &&
    !names.some((name) => /\.(?:csv|json|xlsx?)$/i.test(name))
  );
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

/**
 * Whether the record that ends every ZIP is there, complete, and where it says to be: behind the directory. So the
 * record of a ZIP within a ZIP that was cut off is not taken for it.
 */
function endsWithDirectory({ bytes, size }: ReportEnding): boolean {
  const tail = asBuffer(bytes);
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
