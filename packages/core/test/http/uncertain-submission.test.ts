import type { Fault } from '@security-reports/simulator';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../support/transport.ts';
import { startXRay, textFile } from '../support/x-ray.ts';

const route = 'perception-point.files.submit';

async function failureWith(...faults: readonly Fault[]) {
  const { simulator, client } = await startXRay();
  for (const fault of faults) simulator.faults.script({ route, fault });
  const submission = { source: { type: 'data', file: textFile('hello') } } as const;
  return { failure: await failureOf(client.submitFile(submission)), simulator };
}

describe('a submission', () => {
  test.each([400, 401, 402, 403, 404, 405, 409, 413, 415, 422])(
    'that is answered with %i was certainly not taken',
    async (status) => {
      const { failure, simulator } = await failureWith({ kind: 'status', status });
      expect(failure).not.toMatchObject({ name: 'UncertainSubmissionError' });
      expect(failure).toMatchObject({ status, maybeTaken: false });
      expect(simulator.journal.list()).toHaveLength(1);
    },
  );

  test.each<[string, Fault]>([
    ['whose connection breaks', { kind: 'reset', handled: true }],
    ['that is answered with 500', { kind: 'status', status: 500 }],
    ['that is answered with 501', { kind: 'status', status: 501 }],
  ])('%s may have been taken, whatever an earlier try was answered with', async (_what, fault) => {
    const refusal: Fault = { kind: 'status', status: 429, headers: { 'retry-after': '0' } };
    const { failure, simulator } = await failureWith(refusal, fault);
    expect(failure).toMatchObject({ name: 'UncertainSubmissionError' });
    expect(simulator.journal.list()).toHaveLength(2);
  });
});
