/** So many characters of a secret are enough to know it, whatever comes after them. */
const tellingCharacters = 128;
/** Beyond them, so many ways to read a text are followed at once. More come about only where a character is repeated. */
const mostReadings = 8;
/** By so many characters, places are found where a secret may begin. */
const charactersOfBeginning = 8;
/** Nothing that a service has to tell is nested as deep. */
const deepest = 100;

/**
 * Makes a function that puts `***` in place of secrets: in any letter case, as they are or URL-encoded, escaped for
 * JSON or HTML, or within something in Base64. Of a long secret, the beginning is enough, and all that follows of it
 * goes with it. However long a secret is, this neither fails nor takes long.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const spellings = [...new Set(secrets)]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .flatMap((secret) => [new Spelling(Array.from(secret), formsOf), ...withinBase64(secret)]);
  return (text) => spellings.reduce((redacted, spelling) => spelling.redact(redacted), text);
}

/**
 * The same JSON object with every text in it redacted, keys included, and every number that would show a secret. In
 * place of what is nested too deep to look into, it has `***`.
 */
export function redactJson(
  object: Readonly<Record<string, unknown>>,
  redact: (text: string) => string,
): Readonly<Record<string, unknown>> {
  return redactMembers(object, redact, deepest);
}

function redactMembers(
  object: object,
  redact: (text: string) => string,
  levels: number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [redact(key), redactValue(value, redact, levels - 1)]),
  );
}

function redactValue(value: unknown, redact: (text: string) => string, levels: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') {
    const redacted = redact(String(value));
    return redacted === String(value) ? value : redacted;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '***';
  return Array.isArray(value)
    ? value.map((member) => redactValue(member, redact, levels - 1))
    : redactMembers(value, redact, levels);
}

/** A secret, each of whose characters may be written in several forms. */
class Spelling {
  readonly #characters: readonly string[];
  readonly #formsOf: (character: string) => readonly string[];
  readonly #beginning: RegExp;
  /** The forms of each character that was met so far. */
  readonly #patterns = new Map<string, readonly RegExp[]>();

  /** @param formsOf the patterns of a character. */
  constructor(characters: readonly string[], formsOf: (character: string) => readonly string[]) {
    this.#characters = characters;
    this.#formsOf = formsOf;
    // One pattern for all of a secret may be too long for the engine, which then tells it in its error.
    const beginning = characters.slice(0, charactersOfBeginning);
    this.#beginning = new RegExp(
      beginning.map((character) => `(?:${formsOf(character).join('|')})`).join(''),
      'giu',
    );
  }

  redact(text: string): string {
    let redacted = '';
    let from = 0;
    const beginning = this.#beginning;
    beginning.lastIndex = 0;
    for (let found = beginning.exec(text); found !== null; found = beginning.exec(text)) {
      const end = this.#endOf(text, found.index);
      if (end !== undefined) {
        redacted += `${text.slice(from, found.index)}***`;
        from = end;
      }
      // From the middle of a character, the search would go back to its beginning.
      beginning.lastIndex = end ?? found.index + ((text.codePointAt(found.index) ?? 0) > 0xffff ? 2 : 1);
    }
    return redacted + text.slice(from);
  }

  /** Where the secret ends that begins here, or what is there of it; `undefined` when it is not there. */
  #endOf(text: string, start: number): number | undefined {
    // A text such as %25 can be one character or three, so there may be several ways to go on.
    let places: readonly number[] = [start];
    for (const [index, character] of this.#characters.entries()) {
      const after = placesAfter(text, places, this.#patternsOf(character));
      if (after.length === 0) return index < tellingCharacters ? undefined : places[0];
      places = index < tellingCharacters ? after : after.slice(0, mostReadings);
    }
    return places[0];
  }

  #patternsOf(character: string): readonly RegExp[] {
    const patterns =
      this.#patterns.get(character) ?? this.#formsOf(character).map((form) => new RegExp(form, 'iuy'));
    this.#patterns.set(character, patterns);
    return patterns;
  }
}

/** Where the patterns end that begin at these places, the furthest first. */
function placesAfter(text: string, places: readonly number[], patterns: readonly RegExp[]): number[] {
  const after = new Set<number>();
  for (const place of places) {
    for (const pattern of patterns) {
      pattern.lastIndex = place;
      if (pattern.test(text)) after.add(pattern.lastIndex);
    }
  }
  return [...after].sort((a, b) => b - a);
}

/** The forms of a character: as it is, and escaped in the ways of URLs, JSON and HTML. */
function formsOf(character: string): readonly string[] {
  const codePoint = character.codePointAt(0) ?? 0;
  const hex = codePoint.toString(16);
  const bytes = [...Buffer.from(character)];
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  const numberInHtml = `&#(?:0*${codePoint}|x0*${hex})`;
  return [
    `\\u{${hex}}`,
    `\\\\\\u{${hex}}`,
    bytes.map((byte) => `%(?:25)*${byte.toString(16).padStart(2, '0')}`).join(''),
    units.map((unit) => `\\\\u${unit}`).join(''),
    numberInHtml,
    `${numberInHtml};`,
    ...(otherForms[character] ?? []),
  ];
}

const otherForms: Readonly<Record<string, readonly string[]>> = {
  // Again and again, % itself becomes %25; so 25 may also be what follows it.
  '%': ['%25', '%2525'],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;'],
};

/**
 * A text within something longer that is in Base64, such as `user:password`: three bytes become four characters, so
 * there are three ways, and a character that also depends on a neighbour is no part of them.
 */
function withinBase64(text: string): readonly Spelling[] {
  return [0, 1, 2]
    .map((bytesBefore) => {
      const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(text)]);
      const firstOwn = Math.ceil((bytesBefore * 8) / 6);
      return bytes.toString('base64').slice(firstOwn, Math.floor((bytes.byteLength * 8) / 6));
    })
    .filter((own) => own.length >= 4)
    .map((own) => new Spelling(own.split(''), formsInBase64));
}

function formsInBase64(digit: string): readonly string[] {
  return [...formsOf(digit), ...(inBase64Url[digit] ?? [])];
}

const inBase64Url: Readonly<Record<string, readonly string[]>> = { '+': ['-'], '/': ['_'] };
