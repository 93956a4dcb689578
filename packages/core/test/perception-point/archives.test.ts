import type { ScanOptions } from '@security-reports/simulator';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scan, ScanRow } from '../../src/perception-point/scan.ts';
import { readScanRow } from '../../src/perception-point/scan.ts';
import { scanOfRows } from '../../src/perception-point/scan-of-rows.ts';
import { startXRay } from '../support/x-ray.ts';

const day = 24 * 3_600_000;

/** Looks once at a scan that goes like this, with one row on a page. */
async function look(options: ScanOptions): Promise<Scan | undefined> {
  const { simulator, client } = await startXRay({ pageSize: 1 });
  const scanId = simulator.perceptionPoint.addScan(options);
  return client.findScan(scanId, { start: Date.now() - day, end: Date.now() + day });
}

const clean = { verdict: 'CLN' };
const malicious = { verdict: 'MAL' };
const goingOn = { verdict: 'CLN', scanSeconds: 'never' } as const;
const onlyParts = { listedAs: 'root_scan_id', scanSeconds: 0 } as const;

describe('an archive of which only the files are listed', () => {
  test.each([[[malicious, clean]], [[clean, malicious]]])(
    'is as bad as the worst of them where no row tells more: %j',
    async (parts) => {
      const scan = await look({ ...onlyParts, rootSummary: false, verdict: 'CLN', parts });
      expect(scan).toMatchObject({ finished: true, verdict: 'malicious', verdictCode: 'MAL' });
      expect(scan?.answer).toMatchObject({ verbose_verdict: 'MAL' });
    },
  );

  test.each([[[goingOn, clean]], [[clean, goingOn]], [[malicious, goingOn]]])(
    'is being scanned as long as one of them is: %j',
    async (parts) => {
      const scan = await look({ ...onlyParts, rootSummary: false, parts });
      expect(scan).toMatchObject({ finished: false, verdict: 'unknown', verdictCode: '' });
    },
  );

  test('is being scanned as long as a finished one says so', async () => {
    const parts = [{ ...clean, scanSeconds: 0 }];
    expect(await look({ ...onlyParts, scanSeconds: 'never', parts })).toMatchObject({
      finished: false,
      verdict: 'unknown',
    });
  });

  test('has finished when one of them tells the verdict, whatever the others do', async () => {
    const parts = [clean, goingOn];
    expect(await look({ ...onlyParts, verdict: 'MAL', parts })).toMatchObject({
      finished: true,
      verdict: 'malicious',
      verdictCode: 'MAL',
    });
  });

  test('has the verdict that one of them tells, not the worst one', async () => {
    const parts = [clean, malicious];
    expect(await look({ ...onlyParts, verdict: 'SUS', parts })).toMatchObject({
      finished: true,
      verdict: 'suspicious',
    });
  });
});

describe('an archive that has a row of its own', () => {
  test('has the verdict of that', async () => {
    const parts = [malicious, goingOn];
    expect(await look({ scanSeconds: 0, verdict: 'SPM', parts })).toMatchObject({
      finished: true,
      verdict: 'spam',
      answer: { verbose_verdict: 'SPM' },
    });
  });

  test('is looked for no further than that', async () => {
    const { simulator, client } = await startXRay({ pageSize: 1 });
    const earlier = simulator.perceptionPoint.addScan({ createdSecondsAgo: 90 });
    const later = simulator.perceptionPoint.addScan({ createdSecondsAgo: 60 });
    await client.getScan(later);
    expect(simulator.journal.list()).toHaveLength(1);
    await client.getScan(earlier);
    expect(simulator.journal.list()).toHaveLength(3);
  });
});

describe('rows that share a full_scan_id', () => {
  test.each([[['MAL', 'CLN']], [['CLN', 'MAL']]])(
    'are as bad together as the worst of them, whatever else is looked for: %j',
    async (verdicts) => {
      const { simulator, client } = await startXRay({ pageSize: 1 });
      for (const verdict of verdicts) {
        simulator.perceptionPoint.addScan({ id: 'R', listedAs: 'full_scan_id', scanSeconds: 0, verdict });
      }
      for (const scanIds of [['R'], ['R', 'Z'], ['Z', 'R']]) {
        const found = await client.findScans(scanIds, { start: Date.now() - day, end: Date.now() + day });
        expect([...found.keys()]).toEqual(['R']);
        expect(found.get('R')).toMatchObject({ finished: true, verdict: 'malicious' });
      }
    },
  );

  test('have finished when all of them have', async () => {
    const { simulator, client } = await startXRay();
    for (const scanSeconds of [0, 'never'] as const) {
      simulator.perceptionPoint.addScan({ id: 'R', listedAs: 'full_scan_id', scanSeconds });
    }
    expect(await client.getScan('R')).toMatchObject({ finished: false, verdict: 'unknown' });
  });
});

describe('what rows tell about a scan together', () => {
  const id = fc.constantFrom('R', 'A', 'B', 'C', undefined);
  const code = fc.constantFrom('CLN', 'MAL', 'SUS', 'NEW', null);
  const row = fc.record(
    {
      id,
      full_scan_id: id,
      root_scan_id: id,
      verbose_verdict: code,
      finished_at: fc.constantFrom('2026-01-31T00:00:00Z', null),
      root_scan_summary: fc.option(fc.record({ verbose_verdict: code })),
    },
    { requiredKeys: ['verbose_verdict'] },
  );
  const rows = fc.array(row, { maxLength: 6 });
  const read = (values: readonly unknown[]): readonly ScanRow[] =>
    values.flatMap((value) => readScanRow(value, String) ?? []);
  const judged = (scan: Scan | undefined) => scan && { ...scan, answer: undefined, fileName: undefined };

  test('does not depend on their order', () => {
    fc.assert(
      fc.property(
        rows.chain((values) =>
          fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })),
        ),
        ([values, shuffled]) => {
          const [scan, other] = [values, shuffled].map((some) => judged(scanOfRows('R', read(some))));
          expect({ ...other, verdictCode: '' }).toEqual({ ...scan, verdictCode: '' });
        },
      ),
    );
  });

  test('is never clean without a word that says so of the whole, unless every part is', () => {
    fc.assert(
      fc.property(rows, (values) => {
        const about = read(values).filter((some) =>
          [some.id, some.fullScanId, some.rootScanId].includes('R'),
        );
        const scan = scanOfRows('R', about);
        if (scan?.verdict !== 'clean') return;
        const isTold = about.some(
          (some) =>
            (some.finished && some.verdict === 'clean' && [some.id, some.fullScanId].includes('R')) ||
            some.root?.verdict === 'clean',
        );
        expect(isTold || about.every((some) => some.finished && some.verdict === 'clean')).toBe(true);
      }),
    );
  });
});
