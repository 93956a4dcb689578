import { JsonCheck, type JsonMember, type JsonShape } from './json-check.ts';
import type { ContentCheck, ReportBeginning, ReportState } from './report-kind.ts';
import { decodeText, utf16Of } from './report-text.ts';

/** Whether a report begins as JSON, and not as an error. */
export function beginsAsJson({ bytes, whole }: ReportBeginning): boolean {
  const text = decodeText(bytes);
  if (text === undefined || !isJsonStart(text)) return false;
  const check = new JsonReportCheck(bytes);
  check.add(bytes);
  // A text that ends before its JSON does was cut: its error, if it is one, is all there is to see.
  const state = whole ? check.end() : undefined;
  if (state === 'no report' || isError(check.shape)) return false;
  return state !== 'cut' || !isErrorStart(text);
}

/** With a look at what follows the bracket, since a column of a CSV may be called `[id]`. */
export function isJsonStart(text: string): boolean {
  return /^(?:\{\s*(?:["}]|$)|\[\s*(?:["{[\]\d-]|true|false|null|$))/.test(text);
}

/** Reads a JSON report to its end. */
export class JsonReportCheck implements ContentCheck {
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #json = new JsonCheck();

  /** @param beginning the first bytes, which show the encoding; they are not read yet. */
  constructor(beginning: Uint8Array) {
    this.#decoder = new TextDecoder(utf16Of(beginning));
  }

  get shape(): JsonShape {
    return this.#json.shape;
  }

  get isDamaged(): boolean {
    return this.#json.isBroken;
  }

  add(chunk: Uint8Array): void {
    this.#json.add(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): ReportState {
    this.#json.add(this.#decoder.decode());
    const isWhole = this.#json.end();
    if (this.#json.isBroken) return 'damaged';
    if (!isWhole) return 'cut';
    return isError(this.shape) || !hasRows(this.shape) ? 'no report' : 'whole';
  }
}

/** The names under which services say what went wrong; none of them is that of a column list or of rows. */
const errorKeys = ['errors', 'error', 'non_field_errors'];
const detailKeys = new Set([...errorKeys, 'detail', 'details', 'message', 'messages', 'fault']);

/** Whether an object, as far as it was read, is an error whatever follows. A report may have an empty list of errors. */
function isError({ members }: JsonShape): boolean {
  const says = (key: string): boolean => members.get(key)?.type === 'text';
  return errorKeys.some((key) => isFilled(members.get(key))) || (says('code') && says('message'));
}

function isFilled(member: JsonMember | undefined): boolean {
  return member !== undefined && member.type !== 'scalar' && !member.isEmpty;
}

/**
 * Whether there is anything that can be rows: an array, which may be empty, or an object with an array or an object in
 * it. A single text in an array is a message, and an object of single values says how things are.
 */
function hasRows({ type, items, firstItem, members }: JsonShape): boolean {
  if (type === 'array') return items !== 1 || firstItem === 'array' || firstItem === 'object';
  return [...members].some(
    ([key, member]) => (member.type === 'array' || member.type === 'object') && !detailKeys.has(key),
  );
}

function isErrorStart(text: string): boolean {
  return /^\{\s*"(?:errors?|code|message|detail)"\s*:/.test(text);
}
