import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRetryAfter } from '../../src/http/retry-after.ts';

const now = Date.UTC(2026, 2, 14, 15, 9, 26);
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The three forms of RFC 9110, 5.6.7. */
function httpDates(date: Date): string[] {
  const day = days[date.getUTCDay()] ?? '';
  const month = months[date.getUTCMonth()] ?? '';
  const dayOfMonth = String(date.getUTCDate());
  const year = String(date.getUTCFullYear());
  const time = date.toISOString().slice(11, 19);
  return [
    date.toUTCString(),
    `${day}, ${dayOfMonth.padStart(2, '0')}-${month}-${year.slice(2)} ${time} GMT`,
    `${day.slice(0, 3)} ${month} ${dayOfMonth.padStart(2, ' ')} ${time} ${year}`,
  ];
}

describe('Retry-After', () => {
  test('in seconds is given in milliseconds', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), (seconds) => {
        expect(parseRetryAfter(` ${seconds} `, now)).toBe(seconds * 1000);
      }),
    );
  });

  test('as a date in any of the three forms is given as the time until then, in whatever time zone this runs', () => {
    const dates = fc.date({
      min: new Date(now),
      max: new Date(Date.UTC(2049, 11, 31)),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, fc.nat({ max: 2 }), (date, form) => {
        const seconds = Math.floor(date.getTime() / 1000);
        expect(parseRetryAfter(httpDates(date)[form], now)).toBe(Math.max(0, seconds * 1000 - now));
      }),
    );
  });

  test('with a date that has passed is no time at all', () => {
    expect(parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', now)).toBe(0);
  });

  test.each([
    undefined,
    '',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '1 2',
    '5, 5',
    '9999999999',
    'soon',
    'May 5',
    'Mon, 99 Foo 2026 00:00:00 GMT',
    'Sun, 06 Nov 1994 08:49:37',
    '2026-03-14T15:09:26Z',
  ])('that reads %j is no time', (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });

  test('of any text is no time or a time that can be waited for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const ms = parseRetryAfter(text, now) ?? 0;
        expect(Number.isFinite(ms) && ms >= 0).toBe(true);
      }),
    );
  });
});
