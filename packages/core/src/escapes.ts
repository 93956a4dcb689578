/** The longest text that is read as one character. */
export const maxCharactersOfReading = 127;

/** So often, a text may have been percent-encoded: `%` becomes `%25`, that `%2525`, and so on. */
const maxPercentLevels = 10;
const maxLeadingZeros = 10;

const namedInHtml: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const percent = 0x25;
const ampersand = 0x26;
const backslash = 0x5c;

/** Whether more than one character may be read from here on. */
export function isEscape(code: number): boolean {
  return code === percent || code === backslash || code === ampersand;
}

/**
 * Visits each way to read what begins at a place of a text as one character: as it stands, or escaped as in URLs, JSON
 * and HTML. There may be several, since `%25` is three characters or one.
 *
 * @param visit gets the character as its code point, and the place behind it.
 */
export function visitReadings(
  text: string,
  place: number,
  visit: (codePoint: number, end: number) => void,
): void {
  const codePoint = text.codePointAt(place);
  if (codePoint === undefined) return;
  visit(codePoint, place + (codePoint > 0xffff ? 2 : 1));
  if (codePoint === percent) visitPercentEncoded(text, place, visit);
  else if (codePoint === backslash) visitEscapedInJson(text, place, visit);
  else if (codePoint === ampersand) visitEscapedInHtml(text, place, visit);
}

function visitPercentEncoded(
  text: string,
  place: number,
  visit: (codePoint: number, end: number) => void,
): void {
  let at = place + 1;
  for (let level = 0; level < maxPercentLevels; level += 1) {
    const byte = hexAt(text, at, 2);
    if (byte === undefined) return;
    if (byte === percent) {
      visit(percent, at + 2);
      at += 2;
      continue;
    }
    const more = bytesBehind(byte);
    if (more === 0) visit(byte, at + 2);
    else visitMultibyte(text, at + 2, { bits: byte & (0x3f >> more), more }, visit);
    return;
  }
}

/** How many bytes of UTF-8 follow the first one of a character. */
function bytesBehind(byte: number): number {
  if (byte < 0xc0) return 0;
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}

function visitMultibyte(
  text: string,
  place: number,
  { bits, more }: { readonly bits: number; readonly more: number },
  visit: (codePoint: number, end: number) => void,
): void {
  let codePoint = bits;
  let at = place;
  for (let left = more; left > 0; left -= 1) {
    if (text.charCodeAt(at) !== percent) return;
    at += 1;
    for (let level = 1; level < maxPercentLevels && hexAt(text, at, 2) === percent; level += 1) at += 2;
    const byte = hexAt(text, at, 2);
    if (byte === undefined || (byte & 0xc0) !== 0x80) return;
    codePoint = (codePoint << 6) | (byte & 0x3f);
    at += 2;
  }
  visit(codePoint, at);
}

function visitEscapedInJson(
  text: string,
  place: number,
  visit: (codePoint: number, end: number) => void,
): void {
  const escaped = text.codePointAt(place + 1);
  if (escaped === undefined) return;
  visit(escaped, place + (escaped > 0xffff ? 3 : 2));
  const unit = unitAt(text, place);
  if (unit === undefined) return;
  const low = unit >= 0xd800 && unit < 0xdc00 ? unitAt(text, place + 6) : undefined;
  if (low === undefined) visit(unit, place + 6);
  else visit((((unit & 0x3ff) << 10) | (low & 0x3ff)) + 0x10000, place + 12);
}

/** Of `\u00e9`. */
function unitAt(text: string, place: number): number | undefined {
  const isUnit = text.charCodeAt(place) === backslash && (text.charCodeAt(place + 1) | 0x20) === 0x75;
  return isUnit ? hexAt(text, place + 2, 4) : undefined;
}

function visitEscapedInHtml(
  text: string,
  place: number,
  visit: (codePoint: number, end: number) => void,
): void {
  if (text[place + 1] !== '#') {
    const [entity = '', name = ''] = /^&([a-z]{2,4});/i.exec(text.slice(place, place + 6)) ?? [];
    const character = namedInHtml[name.toLowerCase()];
    if (character !== undefined) visit(character.charCodeAt(0), place + entity.length);
    return;
  }
  const base = (text.charCodeAt(place + 2) | 0x20) === 0x78 ? 16 : 10;
  let at = place + (base === 16 ? 3 : 2);
  for (let zeros = 0; zeros < maxLeadingZeros && text[at] === '0'; zeros += 1) at += 1;
  let codePoint = 0;
  for (;;) {
    const digit = digitAt(text, at);
    if (digit === undefined || digit >= base) return;
    codePoint = codePoint * base + digit;
    if (codePoint > 0x10ffff) return;
    at += 1;
    // Without the semicolon, the next digit may be a character of its own.
    visit(codePoint, at);
    if (text[at] === ';') visit(codePoint, at + 1);
  }
}

function hexAt(text: string, place: number, digits: number): number | undefined {
  let value = 0;
  for (let at = place; at < place + digits; at += 1) {
    const digit = digitAt(text, at);
    if (digit === undefined) return undefined;
    value = (value << 4) | digit;
  }
  return value;
}

/** The value of a hexadecimal digit. */
function digitAt(text: string, place: number): number | undefined {
  const code = text.charCodeAt(place);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}
