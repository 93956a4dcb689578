import { isEscape, maxCharactersOfReading, visitReadings } from './escapes.ts';

/** So many characters of a secret are enough to know it, whatever comes after them. */
const tellingCharacters = 128;
/** Beyond them, so many ways to read a text are followed at once. More come about only where a character is repeated. */
const maxReadings = 8;

const beyondAscii = 0x80;
const bitsOfWord = 32;
/** A power of two, larger than any reading is long. */
const rowsAtOnce = maxCharactersOfReading + 1;

/** Where a secret stands in a text. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
}

/** A secret that is looked for in any letter case, each of its characters as it is or escaped. */
export class Spelling {
  /** The code points, each in the one form that stands for all of its letter cases. */
  readonly #characters: readonly number[];
  readonly #length: number;
  readonly #words: number;
  /** By a code point, which of the telling characters it is, as bits. */
  readonly #masks = new Map<number, Int32Array>();
  /** The same for the code points of ASCII, in all letter cases. */
  readonly #masksOfAscii: readonly (Int32Array | undefined)[];
  readonly #rows: Int32Array;
  readonly #alias: (codePoint: number) => number;

  /** @param alias another code point that stands for one, as `-` does for `+` in a variant of Base64. */
  constructor(secret: string, alias: (codePoint: number) => number = (codePoint) => codePoint) {
    this.#alias = alias;
    this.#characters = Array.from(secret, (character) => this.#formOf(character.codePointAt(0) ?? 0));
    this.#length = Math.min(this.#characters.length, tellingCharacters);
    this.#words = Math.floor(this.#length / bitsOfWord) + 1;
    for (const [index, character] of this.#characters.slice(0, this.#length).entries()) {
      const mask = this.#masks.get(character) ?? new Int32Array(this.#words);
      setBit(mask, 0, index);
      this.#masks.set(character, mask);
    }
    this.#rows = new Int32Array(rowsAtOnce * this.#words);
    this.#masksOfAscii = Array.from({ length: beyondAscii }, (_, code) =>
      this.#masks.get(this.#formOf(code)),
    );
  }

  /**
   * Finds the secret, or what of a long one is there, from left to right without overlaps, in a time that is linear in
   * the text.
   */
  *find(text: string): Generator<Occurrence, void, void> {
    // Most texts of a JSON answer are too short to hold a token.
    if (text.length < this.#length) return;
    let from = 0;
    for (const start of this.#startsIn(text).reverse()) {
      if (start < from) continue;
      const end = this.#endOf(text, start);
      yield { start, end };
      from = end;
    }
  }

  /**
   * Where the telling characters begin, the last first.
   *
   * From the end of the text on, each place gets a row of bits: the bit of a character is set when the secret goes on
   * from here with this character and to the end of the telling ones. Each row follows from the rows behind it, one step
   * for each way to read what stands there, so that nothing is read twice however often the secret begins.
   */
  #startsIn(text: string): number[] {
    const starts: number[] = [];
    const words = this.#words;
    const rows = this.#rows;
    let row = 0;
    const goOn = (mask: Int32Array, end: number): void => {
      const behind = (end % rowsAtOnce) * words;
      let carried = 0;
      for (let word = words - 1; word >= 0; word -= 1) {
        const bits = rows[behind + word] ?? 0;
        rows[row + word] = (rows[row + word] ?? 0) | (((bits >>> 1) | carried) & (mask[word] ?? 0));
        carried = bits << (bitsOfWord - 1);
      }
    };
    const readAs = (codePoint: number, end: number): void => {
      const mask = this.#masks.get(this.#formOf(codePoint));
      if (mask !== undefined) goOn(mask, end);
    };
    for (let place = text.length; place >= 0; place -= 1) {
      row = (place % rowsAtOnce) * words;
      for (let word = 0; word < words; word += 1) rows[row + word] = 0;
      setBit(rows, row, this.#length);
      // Most characters can be read in one way, and are not in the secret.
      const code = text.charCodeAt(place);
      if (code < beyondAscii && !isEscape(code)) {
        const mask = this.#masksOfAscii[code];
        if (mask !== undefined) goOn(mask, place + 1);
      } else visitReadings(text, place, readAs);
      if (((rows[row] ?? 0) & 1) !== 0 && !isWithinCharacter(text, place)) starts.push(place);
    }
    return starts;
  }

  /** Where the secret ends that begins here, or what is there of it. */
  #endOf(text: string, start: number): number {
    // A text such as %25 can be one character or three, so there may be several ways to go on.
    let places: number[] = [start];
    for (const [index, character] of this.#characters.entries()) {
      const after: number[] = [];
      for (const place of places) {
        visitReadings(text, place, (codePoint, end) => {
          if (this.#formOf(codePoint) === character && !after.includes(end)) after.push(end);
        });
      }
      if (after.length === 0) break;
      after.sort((a, b) => b - a);
      places = index < tellingCharacters ? after : after.slice(0, maxReadings);
    }
    return places[0] ?? start;
  }

  #formOf(codePoint: number): number {
    return caseless(this.#alias(codePoint));
  }
}

function setBit(bits: Int32Array, from: number, bit: number): void {
  const word = from + Math.floor(bit / bitsOfWord);
  bits[word] = (bits[word] ?? 0) | (1 << (bit % bitsOfWord));
}

function isWithinCharacter(text: string, place: number): boolean {
  return (text.codePointAt(place - 1) ?? 0) > 0xffff;
}

const caselessForms = new Map<number, number>();

/** The code point that stands for all letter cases of one. */
function caseless(codePoint: number): number {
  if (codePoint < 0x80) return codePoint >= 0x41 && codePoint <= 0x5a ? codePoint + 0x20 : codePoint;
  const known = caselessForms.get(codePoint);
  if (known !== undefined) return known;
  const character = String.fromCodePoint(codePoint);
  const upper = character.toUpperCase();
  const lower = (upper.length === character.length ? upper : character).toLowerCase();
  const form = lower.length === character.length ? (lower.codePointAt(0) ?? codePoint) : codePoint;
  caselessForms.set(codePoint, form);
  return form;
}
