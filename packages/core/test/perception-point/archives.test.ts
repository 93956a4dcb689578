import type { PerceptionPointOptions, ScanOptions, Simulator } from '@security-reports/simulator';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scan, ScanRow } from '../../src/perception-point/scan.ts';
import { readScanRow } from '../../src/perception-point/scan.ts';
import { scanOfRows } from '../../src/perception-point/scan-of-rows.ts';
import { startXRay } from '../support/x-ray.ts';

const day = 24 * 3_600_000;

/** Looks once at a scan that goes like this, with one row on a page. */
async function look(options: ScanOptions, settings: PerceptionPointOptions = {}): Promise<Scan | undefined> {
  const { simulator, client } = await startXRay({ pageSize: 1, ...settings });
  const scanId = simulator.perceptionPoint.addScan(options);
  return client.findScan(scanId, { start: Date.now() - day, end: Date.now() + day });
}

/** Resolves once so many requests have arrived. */
async function journalOf(simulator: Simulator, requests: number): Promise<void> {
  await expect.poll(() => simulator.journal.list().length).toBeGreaterThanOrEqual(requests);
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

  test.each([[[goingOn, clean]], [[clean, goingOn]]])(
    'is being scanned as long as one of them is: %j',
    async (parts) => {
      const scan = await look({ ...onlyParts, rootSummary: false, parts });
      expect(scan).toMatchObject({ finished: false, verdict: 'unknown', verdictCode: '' });
    },
  );

  test.each([[[malicious, goingOn]], [[goingOn, malicious]]])(
    'is malicious once one of them is, whatever the others do: %j',
    async (parts) => {
      const scan = await look({ ...onlyParts, rootSummary: false, parts });
      expect(scan).toMatchObject({ finished: true, verdict: 'malicious' });
    },
  );

  test('is being scanned as long as a finished one says so', async () => {
    const parts = [{ ...clean, scanSeconds: 0 }];
    expect(await look({ ...onlyParts, scanSeconds: 'never', parts })).toMatchObject({
      finished: false,
      verdict: 'unknown',
    });
  });

  test('is as bad as what one of them says about the whole', async () => {
    expect(await look({ ...onlyParts, verdict: 'SUS', parts: [clean] })).toMatchObject({
      finished: true,
      verdict: 'suspicious',
      verdictCode: 'SUS',
    });
  });

  test('is as bad as the worst of them, whatever one says about the whole', async () => {
    const parts = [clean, malicious];
    expect(await look({ ...onlyParts, verdict: 'SUS', parts })).toMatchObject({
      finished: true,
      verdict: 'malicious',
    });
  });

  test('has finished only when a second check shows nothing new', async () => {
    const { simulator, client } = await startXRay({ pageSize: 1 });
    const period = { start: Date.now() - day, end: Date.now() + day };
    const id = simulator.perceptionPoint.addScan({ ...onlyParts, rootSummary: false, parts: [clean] });
    const [first] = (await client.look([{ scanId: id }], period)).values();
    expect(first).toMatchObject({ isWhole: false, scan: { finished: true, verdict: 'clean' } });
    const found = client.findScan(id, period);
    await journalOf(simulator, 3);
    simulator.perceptionPoint.addScan({ id, scanSeconds: 0, verdict: 'MAL', rootSummary: false });
    expect(await found).toMatchObject({ finished: true, verdict: 'malicious' });
  });
});

describe.each(['newest-first', 'oldest-first'] as const)(
  'an archive that has a row of its own, %s',
  (listOrder) => {
    test.each([
      ['CLN', [malicious, goingOn], { finished: true, verdict: 'malicious' }],
      ['SPM', [clean, clean], { finished: true, verdict: 'spam' }],
      ['SUS', [clean, { verdict: 'SPM' }], { finished: true, verdict: 'suspicious' }],
      ['CLN', [clean, { verdict: 'BLK' }], { finished: true, verdict: 'restricted' }],
      ['CLN', [clean, goingOn], { finished: false, verdict: 'unknown' }],
      ['MAL', [clean, goingOn], { finished: true, verdict: 'malicious' }],
    ])('with the verdict %s and the parts %j is %j', async (verdict, parts, expected) => {
      for (const offersLookUp of [true, false]) {
        const options = { scanSeconds: 0, verdict, parts };
        expect(await look(options, { listOrder, offersLookUp })).toMatchObject(expected);
      }
    });
  },
);

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
          const [scan, other] = [values, shuffled].map((some) =>
            judged(scanOfRows(new Set(['R']), read(some))?.scan),
          );
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
        const scan = scanOfRows(new Set(['R']), about)?.scan;
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
