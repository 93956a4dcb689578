import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from '@security-reports/core';
import { createUndiciTransport } from '@security-reports/core/node';
import { startSimulator } from '@security-reports/simulator';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acceleratedClock } from '../../core/test/support/accelerated-clock.ts';
import type { Log } from '../src/log.ts';
import { FileNames } from '../src/services/file-names.ts';
import { fetchDigicertReports } from '../src/services/digicert.ts';
import { Waiting } from '../src/services/waiting.ts';

const minute = 60_000;

/** A clock that stands still until a test moves it. */
class StandingClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const sleeper = {
      until: this.#now + ms,
      wake: () => {
        resolve(undefined);
      },
    };
    this.#sleepers.add(sleeper);
    signal.addEventListener('abort', () => {
      this.#sleepers.delete(sleeper);
      reject(signal.reason as Error);
    });
    await promise;
  }

  /** Moves the time by so many milliseconds, and lets those that it wakes run. */
  async pass(ms: number): Promise<void> {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers].filter(({ until }) => until <= this.#now)) {
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    await turnOfTheLoop();
  }
}

function listeningLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const log: Log = {
    info: (line) => lines.push(line),
    warning: (line) => lines.push(line),
    group: (_title, work) => work(),
  };
  return { log, lines };
}

function startWaiting() {
  const clock = new StandingClock();
  const { log, lines } = listeningLog();
  const waiting = new Waiting({ clock, deadline: 15 * minute, log });
  onTestFinished(() => {
    waiting.stop();
  });
  return { clock, lines, waiting };
}

describe('a step that waits while nothing changes', () => {
  test('logs a line a minute: what for, how long already, and how long still', async () => {
    const { clock, lines, waiting } = startWaiting();
    const setup = waiting.begin('setup.exe');
    setup.note('being scanned');

    await clock.pass(minute - 1);
    expect(lines).toEqual([]);
    await clock.pass(1);
    await clock.pass(minute);

    expect(lines).toEqual([
      'Still waiting for 1 subject: setup.exe (being scanned, for 1 min 0 s). The step gives up in 14 min 0 s.',
      'Still waiting for 1 subject: setup.exe (being scanned, for 2 min 0 s). The step gives up in 13 min 0 s.',
    ]);
  });

  test('logs one line for all subjects, and no line about those that are done', async () => {
    const { clock, lines, waiting } = startWaiting();
    const awaited = ['a', 'b', 'c', 'd', 'e'].map((name) => waiting.begin(name));
    awaited[1]?.note('submitted as scan 2');
    awaited[0]?.end();

    await clock.pass(minute);
    for (const one of awaited) one.end();
    await clock.pass(10 * minute);

    expect(lines).toEqual([
      'Still waiting for 4 subjects: b (submitted as scan 2, for 1 min 0 s), c (waiting for its turn, for 1 min 0 s), ' +
        'd (waiting for its turn, for 1 min 0 s) and 1 more. The step gives up in 14 min 0 s.',
    ]);
  });

  test('logs no line within a minute of a change', async () => {
    const { clock, lines, waiting } = startWaiting();
    const setup = waiting.begin('setup.exe');
    for (let change = 0; change < 5; change += 1) {
      await clock.pass(minute - 1);
      setup.note(`state ${change}`);
    }
    expect(lines).toEqual([]);
    await clock.pass(minute);
    expect(lines).toHaveLength(1);
  });

  test('has one timer, which ends with the step', async () => {
    const { clock, lines, waiting } = startWaiting();
    for (let subject = 0; subject < 100; subject += 1) waiting.begin(String(subject));
    expect(clock.sleepers).toBe(1);
    waiting.stop();
    await clock.pass(10 * minute);
    expect([clock.sleepers, lines]).toEqual([0, []]);
  });

  test('names what it fetches from a service', async () => {
    await using simulator = await startSimulator();
    const { displayName } = simulator.digicert.addReport({ runs: [{ generationSeconds: 3600 }] });
    const outputDirectory = await mkdtemp(join(tmpdir(), 'security-reports-waiting-'));
    onTestFinished(() => rm(outputDirectory, { recursive: true, force: true }));
    // A minute takes a tenth of a second.
    const clock = acceleratedClock(600);
    const { log, lines } = listeningLog();
    const deadline = clock.now() + 15 * minute;
    const waiting = new Waiting({ clock, deadline, log });
    const transport = createUndiciTransport();
    try {
      const entries = await fetchDigicertReports(
        {
          service: 'digicert',
          baseUrl: simulator.url,
          apiKey: simulator.digicert.apiKey,
          report: { displayName },
          run: 'latest',
          startNewRun: false,
          format: 'CSV',
          extract: false,
        },
        {
          transport,
          clock,
          signal: new AbortController().signal,
          deadline,
          maxReportBytes: 1e9,
          pace: { timeoutMs: 15 * minute, pollIntervalMs: undefined, concurrency: 1 },
          workspace: outputDirectory,
          outputDirectory,
          names: new FileNames(),
          log,
          waiting,
        },
      );
      expect(entries[0]?.state).toBe('timeout');
    } finally {
      waiting.stop();
      await transport.close();
    }
    const reminders = lines.filter((line) => line.startsWith('Still waiting'));
    expect(reminders.length).toBeGreaterThan(0);
    expect(reminders[0]).toMatch(
      new RegExp(
        `^Still waiting for 1 subject: ${displayName} \\(.+, for \\d+ min \\d+ s\\)\\. The step gives up in \\d+ min`,
      ),
    );
    // It was given up, so nothing is waited for.
    expect(lines.at(-1)).not.toContain('Still waiting');
  });
});
