import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimiter, type RateLimit, sharedRateLimiter } from '../../src/http/rate-limit.ts';
import { systemClock } from '../../src/node/system-clock.ts';
import { acceleratedClock } from '../support/accelerated-clock.ts';
import { startServer } from '../support/servers.ts';
import { failureOf } from '../support/transport.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { startCertCentral } from './support.ts';

const never = new AbortController().signal;

/** The most of these times within any stretch of this length. */
function mostWithin(times: readonly number[], periodMs: number): number {
  return Math.max(
    0,
    ...times.map((start) => times.filter((time) => time >= start && time < start + periodMs).length),
  );
}

/** Sends requests that take so long, and keeps their numbers, and when they left and were answered. */
function sender(limiter: RateLimiter, clock: VirtualClock) {
  const sent: { readonly number: number; readonly left: number; answered: number }[] = [];
  let numbers = 0;
  const send = async ({ signal = never, turns = 0 } = {}): Promise<void> => {
    numbers += 1;
    const number = numbers;
    await limiter.pass(clock, signal, async () => {
      const request = { number, left: clock.now(), answered: Infinity };
      sent.push(request);
      // Each turn, others may move the clock on.
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      clock.advance(turns);
      request.answered = clock.now();
    });
  };
  return { sent, send };
}

const limits: fc.Arbitrary<readonly RateLimit[]> = fc.array(
  fc.record({ requests: fc.integer({ min: 1, max: 20 }), periodMs: fc.integer({ min: 1, max: 5000 }) }),
  { minLength: 1, maxLength: 3 },
);

describe('a rate limiter', () => {
  test('lets the service see never more than its limits in any stretch of time, whenever requests arrive', async () => {
    const turns = fc.nat({ max: 50 });
    const bursts = fc.array(
      fc.record({ requests: fc.array(turns, { maxLength: 30 }), pauseMs: fc.nat({ max: 6000 }) }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        limits,
        bursts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (rates, groups, share) => {
          const clock = new VirtualClock(1_000_000);
          const { sent, send } = sender(new RateLimiter(rates), clock);
          for (const { requests, pauseMs } of groups) {
            await Promise.all(requests.map((request) => send({ turns: request })));
            clock.advance(pauseMs);
          }
          // Early ones late, and late ones early: as close together as they can be for the service.
          const arrivals = sent.map(({ left, answered }, index) =>
            index < sent.length * share ? answered : left,
          );
          for (const { requests, periodMs } of rates) {
            expect(mostWithin(arrivals, periodMs)).toBeLessThanOrEqual(requests);
          }
          expect(sent.map(({ number }) => number)).toEqual(sent.map((_, index) => index + 1));
        },
      ),
    );
  });

  test('makes nobody wait for longer than its limits ask', async () => {
    const clock = new VirtualClock();
    const { sent, send } = sender(
      new RateLimiter([
        { requests: 2, periodMs: 100 },
        { requests: 3, periodMs: 1000 },
      ]),
      clock,
    );
    await Promise.all([send(), send(), send(), send(), send()]);
    expect(sent.map(({ left }) => left)).toEqual([0, 0, 100, 1000, 1000]);
  });

  test('gives the place of one that gave up to the next, and lets nobody pass before', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter([{ requests: 1, periodMs: 100 }]);
    const { sent, send } = sender(limiter, clock);
    const cancel = new AbortController();
    const waiting = [send(), send(), send({ signal: cancel.signal }), send()];
    cancel.abort(new Error('canceled'));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(sent).toMatchObject([
      { number: 1, left: 0 },
      { number: 2, left: 100 },
      { number: 4, left: 200 },
    ]);
  });

  test('counts a request that failed as one that was answered', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter([{ requests: 1, periodMs: 100 }]);
    const broken = new Error('broken');
    expect(await failureOf(limiter.pass(clock, never, () => Promise.reject(broken)))).toBe(broken);
    await limiter.pass(clock, never, () => Promise.resolve());
    expect(clock.now()).toBe(100);
  });

  test('ends a wait that was canceled while it lasted', async () => {
    const limiter = new RateLimiter([{ requests: 1, periodMs: 3_600_000 }]);
    const answer = Promise.withResolvers<undefined>();
    const underWay = limiter.pass(systemClock, never, () => answer.promise);
    const cancel = new AbortController();
    const send = () => limiter.pass(systemClock, cancel.signal, () => Promise.resolve());
    const forAnAnswer = failureOf(send());
    const behind = failureOf(send());
    const reason = new Error('canceled');
    cancel.abort(reason);
    expect(await forAnAnswer).toBe(reason);
    expect(await behind).toBe(reason);
    answer.resolve(undefined);
    await underWay;
    const late = new AbortController();
    const forTime = failureOf(limiter.pass(systemClock, late.signal, () => Promise.resolve()));
    late.abort(reason);
    expect(await forTime).toBe(reason);
  });

  test('does not wait for a time that a clock was set back from', async () => {
    const clock = new VirtualClock(10_000_000);
    const { sent, send } = sender(new RateLimiter([{ requests: 1, periodMs: 100 }]), clock);
    await send();
    clock.advance(-9_000_000);
    await send();
    expect(sent.map(({ left }) => left)).toEqual([10_000_000, 1_000_100]);
  });

  test('is one for all clients of a key, and another for another key or service', () => {
    const rates = [{ requests: 1, periodMs: 1 }];
    const limiter = sharedRateLimiter('https://a.example', 'key', rates);
    expect(sharedRateLimiter('https://a.example', 'key', rates)).toBe(limiter);
    expect(sharedRateLimiter('https://a.example', 'other', rates)).not.toBe(limiter);
    expect(sharedRateLimiter('https://b.example', 'key', rates)).not.toBe(limiter);
  });
});

describe('the requests of DigiCert clients', () => {
  test('are never refused for their number, however many clients of a key make them at once', async () => {
    const { simulator, connect } = await startCertCentral();
    const calls = Array.from({ length: 130 }, () => connect({ clock: systemClock }).testConnection());
    await Promise.all(calls);
    expect(simulator.journal.list()).toHaveLength(130);
    expect(simulator.journal.list().filter(({ status }) => status === 429)).toEqual([]);
  });

  test('keep to the limits for 3 minutes and more, tries and redirects included', async () => {
    const clock = new VirtualClock(1_000_000);
    const times: number[] = [];
    const server = await startServer((request, response) => {
      times.push(clock.now());
      const url = new URL(request.url ?? '', 'http://localhost');
      const kind = times.length % 3;
      if (kind === 0) response.writeHead(503);
      else if (kind === 1 && !url.searchParams.has('again')) {
        response.writeHead(302, { location: `${url.pathname}?again` });
      } else response.writeHead(200).write('{"page": {"total": 0}, "report_history": []}');
      response.end();
    });
    const { connect } = await startCertCentral();
    const client = connect({ baseUrl: server.url, clock });
    const tests = Array.from({ length: 700 }, () => client.testConnection().catch(() => undefined));
    await Promise.all(tests);
    expect(times.length).toBeGreaterThan(1200);
    expect(mostWithin(times, 5_000)).toBeLessThanOrEqual(100);
    expect(mostWithin(times, 180_000)).toBeLessThanOrEqual(1000);
  });

  test('wait inside the time of their call', async () => {
    const { connect, paths } = await startCertCentral();
    const clock = acceleratedClock(1);
    const client = connect({ clock });
    await Promise.all(Array.from({ length: 95 }, () => client.testConnection()));
    const late = client.testConnection({ deadline: clock.now() + 50 });
    expect(await failureOf(late)).toMatchObject({ name: 'TimeoutError' });
    expect(paths()).toHaveLength(95);
  });

  test('that wait for their turn in vain have certainly done nothing', async () => {
    const { simulator, connect, paths } = await startCertCentral();
    const { identifier } = simulator.digicert.addReport();
    const clock = acceleratedClock(1);
    const client = connect({ clock });
    await Promise.all(Array.from({ length: 95 }, () => client.testConnection()));
    const late = client.runReport(identifier, { deadline: clock.now() + 50 });
    expect(await failureOf(late)).toMatchObject({ name: 'TimeoutError', maybeTaken: false });
    expect(paths('digicert.report.run')).toEqual([]);
  });
});
