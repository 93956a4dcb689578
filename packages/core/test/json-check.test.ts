import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonCheck } from '../src/json-check.ts';

/** Whether a text is JSON to its end, for one that arrives in pieces of so many characters. */
function isJson(text: string, pieceLength = text.length): boolean {
  const check = new JsonCheck();
  for (let at = 0; at < text.length; at += pieceLength) check.add(text.slice(at, at + pieceLength));
  return check.end();
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const pieceLengths = fc.integer({ min: 1, max: 40 });

describe('a check of JSON', () => {
  test('agrees with JSON.parse about every JSON text, however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2), pieceLengths, (text, indent, length) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(isJson(spaced, length)).toBe(true);
      }),
    );
  });

  test('agrees with JSON.parse about what is nearly JSON', () => {
    const tokens = fc.constantFrom(
      ...['{', '}', '[', ']', ':', ',', '"a"', '"\\u00e9\\n"', '"\\x"', '"\\u12g4"', '"a', '\\'],
      ...[
        '0',
        '-1.5e+3',
        '01',
        '1.',
        '.5',
        '+1',
        '-',
        '1E5',
        'true',
        'TRUE',
        'null',
        'nul',
        ' ',
        '\n',
        '\u00a0',
      ],
      ...['"\t"', '"\u{1f600}"', '[]', '{}', '{"a":1}', '[1,2]'],
    );
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 8 }), pieceLengths, (parts, length) => {
        const text = parts.join('');
        expect([text, isJson(text, length)]).toEqual([text, parses(text)]);
      }),
      { numRuns: 3000 },
    );
  });

  test('agrees with JSON.parse about JSON of which a piece is missing, or doubled', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat(5), fc.boolean(), (text, position, size, isMissing) => {
        const at = position % (text.length + 1);
        const piece = isMissing ? '' : text.slice(at, at + size).repeat(2);
        const other = text.slice(0, at) + piece + text.slice(at + size);
        expect([other, isJson(other, 3)]).toEqual([other, parses(other)]);
      }),
      { numRuns: 2000 },
    );
  });

  test('notes what is in the outermost object, and nothing below', () => {
    const check = new JsonCheck();
    check.add(
      '{"rows": [{"errors": 1}], "errors": [], "code": "", "message": "x", "at": null, "n": 0, "o": {}}',
    );
    expect(check.shape.type).toBe('object');
    expect(Object.fromEntries(check.shape.members)).toEqual({
      rows: { type: 'array', isEmpty: false },
      errors: { type: 'array', isEmpty: true },
      code: { type: 'text', isEmpty: true },
      message: { type: 'text', isEmpty: false },
      at: { type: 'scalar', isEmpty: true },
      n: { type: 'scalar', isEmpty: false },
      o: { type: 'object', isEmpty: true },
    });
  });

  test('refuses what would take memory without an end', () => {
    expect(isJson('['.repeat(500) + ']'.repeat(500))).toBe(true);
    expect(isJson('['.repeat(501) + ']'.repeat(501))).toBe(false);
    const check = new JsonCheck();
    check.add(`[${'1'.repeat(2000)}`);
    expect(check.isBroken).toBe(true);
    const many = new JsonCheck();
    many.add(`{${Array.from({ length: 1000 }, (_, key) => `"${'k'.repeat(1000)}${key}": 1`).join(',')}}`);
    expect(many.end()).toBe(true);
    expect(many.shape.members.size).toBeLessThanOrEqual(200);
    for (const key of many.shape.members.keys()) expect(key.length).toBeLessThanOrEqual(400);
  });
});
