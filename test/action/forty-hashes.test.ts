import { describe, expect } from 'vitest';
import { fortyHashes, plantFortyHashes } from '../../packages/core/test/support/forty-hashes.ts';
import { filesIn, test } from './support/step.ts';

const stateByError: Readonly<Record<string, string>> = { NotFoundError: 'missing', TimeoutError: 'timeout' };

describe('a step that asks for forty hashes with a different fault each', () => {
  test('ends all in the right state, and delivers every report that could be had', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const hashes = plantFortyHashes(simulator);
    const expected = fortyHashes.map(({ what, ends }) => {
      // A body that stalls is given up after 60 s, which this step does not have.
      if (what === 'a PDF that stalls') return 'timeout';
      return ends === 'ready' ? 'ready' : (stateByError[ends[0]] ?? 'failed');
    });

    const step = await runStep({ hashes: hashes.join('\n'), concurrency: '64', timeout: '40s' });

    expect(step.exitCode).toBe(1);
    expect(step.reports.map(({ state }, row) => [fortyHashes[row]?.what, state])).toEqual(
      expected.map((state, row) => [fortyHashes[row]?.what, state]),
    );
    const ready = hashes.filter((_, row) => expected[row] === 'ready');
    expect(await filesIn(workspace)).toEqual(ready.map((hash) => `security-reports/${hash}.pdf`).sort());
    expect(Number(step.outputs['report-count'])).toBe(ready.length);
  });
});
