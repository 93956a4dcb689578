import { expect, test } from 'vitest';
import { type Verdict, worstVerdict } from '../src/verdict.ts';

test.each<[Verdict[], Verdict | undefined]>([
  [[], undefined],
  [['clean'], 'clean'],
  [['unknown', 'clean'], 'unknown'],
  [['clean', 'suspicious', 'unknown'], 'suspicious'],
  [['restricted', 'malicious', 'spam'], 'malicious'],
])('the worst of %j is %s', (verdicts, worst) => {
  expect(worstVerdict(verdicts)).toBe(worst);
});
