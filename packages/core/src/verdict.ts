/** What a service thinks of a file, in words that are the same for all services. */
export type Verdict = 'clean' | 'spam' | 'unknown' | 'suspicious' | 'restricted' | 'malicious';

/** From harmless to worst. A verdict that nobody can name is not clean, so `unknown` outranks it. */
const bySeverity: readonly Verdict[] = ['clean', 'spam', 'unknown', 'suspicious', 'restricted', 'malicious'];

/** The worst of the given verdicts, or `undefined` when there is none. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict | undefined {
  let worst = -1;
  for (const verdict of verdicts) worst = Math.max(worst, bySeverity.indexOf(verdict));
  return bySeverity[worst];
}
