/** What is known of a JSON text, as far as it was read. */
export interface JsonShape {
  /** Of the whole text: `undefined` before its first character. */
  readonly type: JsonType | undefined;
  /** Of an array: how many items have begun. */
  readonly items: number;
  /** Of an array: what its first item is. */
  readonly firstItem: JsonType | undefined;
  /** Of an object: its first members, by their keys as they are written, and what each of them is. */
  readonly members: ReadonlyMap<string, JsonMember>;
}

export type JsonType = 'object' | 'array' | 'text' | 'scalar';

export interface JsonMember {
  readonly type: JsonType;
  /** Whether anything is in it: an item, a member, a character. A scalar is empty when it is `null`. */
  readonly isEmpty: boolean;
}

/** So that no text makes this take much memory. A report nests a handful of levels and names its members briefly. */
const maxDepth = 500;
const maxMembers = 200;
const maxKeyLength = 200;
const maxScalarLength = 1_000;

const scalar = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
const escape = /^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})$/;
const partOfEscape = /^\\(?:u[\da-fA-F]{0,3})?$/;

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing more';

/**
 * Reads a JSON text (RFC 8259) piece by piece, whatever its size, and says whether it is one to its end. It keeps no
 * more of it than the levels that are open and the first members of the outermost one.
 */
export class JsonCheck {
  #expected: Expected = 'value';
  /** For each open level, whether it is an array. */
  readonly #isArray: boolean[] = [];
  #isBroken = false;
  #token: '' | 'string' | 'escape' | 'scalar' = '';
  /** What was read of an escape sequence, or of a number or word. */
  #text = '';
  #isKey = false;
  #key = '';
  #type: JsonType | undefined;
  #items = 0;
  #firstItem: JsonType | undefined;
  readonly #members = new Map<string, { type: JsonType; isEmpty: boolean }>();

  get shape(): JsonShape {
    return {
      type: this.#type,
      items: this.#items,
      firstItem: this.#firstItem,
      members: this.#members,
    };
  }

  /** Whether no text that begins like this is JSON. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Says, once nothing follows, whether what was read is a JSON text to its end. */
  end(): boolean {
    if (this.#token === 'scalar') this.#endScalar();
    return !this.#isBroken && this.#expected === 'nothing more' && this.#token === '';
  }

  /** Reads on. */
  add(text: string): void {
    for (let at = 0; at < text.length && !this.#isBroken;) at = this.#readFrom(text, at);
  }

  /** Reads one character, or as many as belong to a run of the same kind. Gives where to go on. */
  #readFrom(text: string, at: number): number {
    const character = text.charAt(at);
    switch (this.#token) {
      case 'string':
        return this.#readString(text, at);
      case 'escape':
        this.#readEscape(character);
        return at + 1;
      case 'scalar':
        if (!/[\s,:[\]{}"]/.test(character)) {
          this.#text += character;
          if (this.#text.length > maxScalarLength) this.#isBroken = true;
          return at + 1;
        }
        this.#endScalar();
        return at;
      case '':
        if (!/[ \t\r\n]/.test(character)) this.#begin(character);
        return at + 1;
    }
  }

  #begin(character: string): void {
    switch (character) {
      case '"':
        this.#isKey = this.#expected.startsWith('key');
        if (this.#isKey) {
          if (this.#isArray.length === 1) this.#key = '';
        } else if (!this.#beginValue('text')) {
          return;
        }
        this.#token = 'string';
        return;
      case '{':
      case '[':
        if (this.#beginValue(character === '[' ? 'array' : 'object')) this.#open(character === '[');
        return;
      case '}':
      case ']':
        this.#close(character === ']');
        return;
      case ':':
        if (this.#expected === 'colon') this.#expected = 'value';
        else this.#isBroken = true;
        return;
      case ',':
        if (this.#expected !== 'comma or end') this.#isBroken = true;
        this.#expected = this.#isArray.at(-1) === true ? 'value' : 'key';
        return;
      default:
        if (!this.#beginValue('scalar')) return;
        this.#token = 'scalar';
        this.#text = character;
    }
  }

  /** Takes note of a value that begins, unless none may begin here. */
  #beginValue(type: JsonType): boolean {
    if (!this.#expected.startsWith('value')) {
      this.#isBroken = true;
      return false;
    }
    if (this.#isArray.length === 0) this.#type = type;
    if (this.#isArray.length === 1) this.#noteOuterValue(type);
    if (this.#isArray.length === 2) this.#noteContent();
    return true;
  }

  #noteOuterValue(type: JsonType): void {
    if (this.#isArray[0] === true) {
      this.#items += 1;
      this.#firstItem ??= type;
    } else if (this.#members.size < maxMembers) {
      this.#members.set(this.#key, { type, isEmpty: true });
    }
  }

  /** Something is in the value of the outer object's last member. */
  #noteContent(): void {
    const member = this.#isArray[0] === true ? undefined : this.#members.get(this.#key);
    if (member !== undefined) member.isEmpty = false;
  }

  #open(isArray: boolean): void {
    if (this.#isArray.length === maxDepth) this.#isBroken = true;
    this.#isArray.push(isArray);
    this.#expected = isArray ? 'value or end' : 'key or end';
  }

  #close(isArray: boolean): void {
    const mayEnd =
      this.#expected === 'comma or end' || this.#expected === (isArray ? 'value or end' : 'key or end');
    if (!mayEnd || this.#isArray.pop() !== isArray) this.#isBroken = true;
    this.#endValue();
  }

  #endValue(): void {
    this.#expected = this.#isArray.length === 0 ? 'nothing more' : 'comma or end';
  }

  #readString(text: string, at: number): number {
    plain.lastIndex = at;
    plain.test(text);
    const end = plain.lastIndex;
    this.#noteText(text.slice(at, Math.min(end, at + maxKeyLength)));
    if (end === text.length) return end;
    switch (text.charAt(end)) {
      case '"':
        this.#token = '';
        if (this.#isKey) this.#expected = 'colon';
        else this.#endValue();
        break;
      case '\\':
        this.#token = 'escape';
        this.#text = '\\';
        break;
      default:
        this.#isBroken = true;
    }
    return end + 1;
  }

  #readEscape(character: string): void {
    this.#text += character;
    if (partOfEscape.test(this.#text)) return;
    if (!escape.test(this.#text)) this.#isBroken = true;
    this.#noteText(this.#text);
    this.#token = 'string';
  }

  /** Takes note of characters of a string. */
  #noteText(text: string): void {
    if (this.#isKey) {
      if (this.#isArray.length === 1 && this.#key.length < maxKeyLength) this.#key += text;
    } else if (this.#isArray.length === 1 && text !== '') {
      this.#noteContent();
    }
  }

  #endScalar(): void {
    this.#token = '';
    if (!scalar.test(this.#text)) this.#isBroken = true;
    if (this.#isArray.length === 1 && this.#text !== 'null') this.#noteContent();
    this.#endValue();
  }
}

/** As much of a string as needs no closer look. */
// eslint-disable-next-line no-control-regex
const plain = /[^"\\\x00-\x1f]*/y;
