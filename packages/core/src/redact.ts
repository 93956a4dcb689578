import { type Occurrence, Spelling } from './spelling.ts';

/** Nothing that a service has to tell is nested as deep. */
const deepest = 100;

/** A secret with fewer characters stands in many a text by chance. */
const minCharacters = 8;
/** So does, as an id or a code, one that is only letters or only digits, with fewer than so many. */
const minCharactersOfOneKind = 12;

/**
 * Puts `***` in place of secrets: in any letter case, as they are or URL-encoded, escaped for JSON or HTML, or within
 * something in Base64. Of a long secret, the beginning is enough, and all that follows of it goes with it. The time it
 * takes is linear in the text, whatever the secret.
 *
 * A secret of fewer than 8 characters, which may stand there by chance, goes only where it is a whole word.
 */
export interface Redactor {
  (text: string): string;
  /**
   * For what is no free text, such as an id or a code: without the secrets that may be one by chance, which are also
   * those of nothing but letters or digits with fewer than 12 of them, such as `infected`.
   */
  readonly exceptByChance: (text: string) => string;
}

/** Makes a function that hides secrets. It never fails, and takes no longer for long or odd ones. */
export function redactor(secrets: readonly string[]): Redactor {
  const inOrder = [...new Set(secrets)].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  const all = inOrder.flatMap(replacementsOf);
  const certain = inOrder.filter((secret) => !mayBeCodeByChance(secret)).flatMap(replacementsOf);
  return Object.assign((text: string) => applyAll(all, text), {
    exceptByChance: (text: string) => applyAll(certain, text),
  });
}

type Replacement = (text: string) => string;

function applyAll(replacements: readonly Replacement[], text: string): string {
  return replacements.reduce((redacted, replace) => replace(redacted), text);
}

function replacementsOf(secret: string): readonly Replacement[] {
  const onlyWords = isShort(secret);
  const spelling = new Spelling(secret);
  const itself: Replacement = (text) =>
    replaceIn(text, spelling, (occurrence) => !onlyWords || isWholeWord(text, occurrence));
  // In the Base64 of anything, what is made of a short secret stands by chance, too.
  const encoded = onlyWords ? [] : withinBase64(secret).map(inBase64);
  return [
    itself,
    ...encoded.map(
      (inside): Replacement =>
        (text) =>
          replaceIn(text, inside, () => true),
    ),
  ];
}

function replaceIn(text: string, spelling: Spelling, isMeant: (occurrence: Occurrence) => boolean): string {
  let redacted = '';
  let from = 0;
  for (const occurrence of spelling.find(text)) {
    if (!isMeant(occurrence)) continue;
    redacted += `${text.slice(from, occurrence.start)}***`;
    from = occurrence.end;
  }
  return redacted + text.slice(from);
}

function isShort(secret: string): boolean {
  return Array.from(secret).length < minCharacters;
}

function mayBeCodeByChance(secret: string): boolean {
  const isOfOneKind = /^(?:\p{L}+|\p{N}+)$/u.test(secret);
  return isShort(secret) || (isOfOneKind && Array.from(secret).length < minCharactersOfOneKind);
}

const characterOfWord = /[\p{L}\p{M}\p{N}_]/u;

/** Whether no word goes on over either end. An escape before it, such as the `%3D` of `=`, belongs to no word. */
function isWholeWord(text: string, { start, end }: Occurrence): boolean {
  const found = text.slice(start, end);
  const before = text.slice(Math.max(0, start - 3), start);
  const goesOnBefore =
    !/^(?:%|\\|&)/.test(found) &&
    characterOfWord.test(lastOf(before)) &&
    !/%(?:2[0-9a-f]|3[a-f])$/i.test(before);
  const goesOnBehind = characterOfWord.test(firstOf(text.slice(end, end + 2)));
  return (
    !(goesOnBefore && characterOfWord.test(firstOf(found))) &&
    !(goesOnBehind && characterOfWord.test(lastOf(found)))
  );
}

function firstOf(text: string): string {
  return Array.from(text)[0] ?? '';
}

function lastOf(text: string): string {
  return Array.from(text).at(-1) ?? '';
}

/**
 * The same JSON object with the secrets hidden in every text in it, keys included, and every number that would show one.
 * What may stand there by chance stays in keys and numbers, and in texts of a single word, which are ids, codes and
 * digests, unless their key says that they are secret. In place of what is nested too deep to look into, it has `***`.
 */
export function redactJson(
  object: Readonly<Record<string, unknown>>,
  redact: Redactor,
): Readonly<Record<string, unknown>> {
  return redactMembers(object, redact, { levels: deepest, isSecret: false });
}

/** Where a value stands. */
interface Position {
  /** How much deeper to look. */
  readonly levels: number;
  /** Whether a key above it says that it is secret. */
  readonly isSecret: boolean;
}

function redactMembers(
  object: object,
  redact: Redactor,
  { levels, isSecret }: Position,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      redact.exceptByChance(key),
      redactValue(value, redact, { levels: levels - 1, isSecret: isSecret || keyOfSecret.test(key) }),
    ]),
  );
}

const keyOfSecret = /pass(?:word|phrase|wd)|secret|token|credential|header/i;

function redactValue(value: unknown, redact: Redactor, { levels, isSecret }: Position): unknown {
  if (typeof value === 'string') {
    return isSecret || /\s/.test(value.trim()) ? redact(value) : redact.exceptByChance(value);
  }
  if (typeof value === 'number') {
    const redacted = redact.exceptByChance(String(value));
    return redacted === String(value) ? value : redacted;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '***';
  return Array.isArray(value)
    ? value.map((member) => redactValue(member, redact, { levels: levels - 1, isSecret }))
    : redactMembers(value, redact, { levels, isSecret });
}

/**
 * A text within something longer that is in Base64, such as `user:password`: three bytes become four characters, so
 * there are three ways, and a character that also depends on a neighbour is no part of them.
 */
function withinBase64(text: string): readonly string[] {
  return [0, 1, 2].map((bytesBefore) => {
    const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(text)]);
    const firstOwn = Math.ceil((bytesBefore * 8) / 6);
    return bytes.toString('base64').slice(firstOwn, Math.floor((bytes.byteLength * 8) / 6));
  });
}

const dash = 0x2d;
const plus = 0x2b;
const underscore = 0x5f;
const slash = 0x2f;

/** In the variant for URLs, two digits are others. */
function inBase64(digits: string): Spelling {
  return new Spelling(digits, (codePoint) =>
    codePoint === dash ? plus : codePoint === underscore ? slash : codePoint,
  );
}
