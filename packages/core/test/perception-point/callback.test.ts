import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCallback, verifyCallback } from '../../src/perception-point/callback.ts';

describe('a callback', () => {
  test('is read as the vendor’s page shows it', () => {
    const body = {
      scan_id: '123456',
      name: 'my_file.doc',
      type: 'File',
      path: '/x',
      verdict: 'MAL',
      evidence: [{ a: 1 }, 'b'],
      params: { key1: 'value1' },
    };
    expect(parseCallback(body)).toEqual({
      scanId: '123456',
      verdict: 'malicious',
      verdictCode: 'MAL',
      reportsError: false,
      name: 'my_file.doc',
      type: 'File',
      path: '/x',
      evidence: [{ a: 1 }, 'b'],
      params: { key1: 'value1' },
      answer: body,
    });
  });

  test('is none without an id or a verdict, whatever else it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const callback = parseCallback(value);
        if (callback !== undefined) expect(callback.scanId).not.toBe('');
      }),
    );
    for (const body of [
      undefined,
      null,
      'text',
      [],
      { scan_id: 1 },
      { verdict: 'CLN' },
      { scan_id: '', verdict: 'CLN' },
    ]) {
      expect(parseCallback(body)).toBeUndefined();
    }
  });

  test('brings nothing that a log or an output could be changed by', () => {
    const body = {
      scan_id: '7',
      verdict: 'MAL\u202e\u001b[31m',
      name: 'a\nb\u202ec.doc',
      type: 'File\u0007',
    };
    expect(parseCallback(body)).toMatchObject({
      verdict: 'unknown',
      verdictCode: 'MAL [31m',
      name: 'a bc.doc',
      type: 'File',
    });
    for (const scan_id of ['7\u001b[31m', '7\n8', '\u202e7', '7'.repeat(129)]) {
      expect(parseCallback({ scan_id, verdict: 'CLN' })).toBeUndefined();
    }
  });

  test('counts only with the secret in its header', () => {
    const expected = { header: 'X-Secret', secret: 'open sesame' };
    expect(verifyCallback({ 'x-secret': 'open sesame' }, expected)).toBe(true);
    for (const headers of [
      {},
      { 'x-secret': '' },
      { 'x-secret': 'open sesam' },
      { 'x-secret': ['open sesame'] },
      { secret: 'open sesame' },
    ]) {
      expect(verifyCallback(headers, expected)).toBe(false);
    }
    expect(verifyCallback({ 'x-secret': '' }, { header: 'X-Secret', secret: '' })).toBe(false);
  });
});
