const verdicts = ['malicious', 'suspicious', 'restricted', 'unknown', 'spam'] as const;

export const failReasons = [...verdicts, 'missing', 'failed', 'timeout'] as const;

/** A verdict or a state that can make the step fail. */
export type FailReason = (typeof failReasons)[number];

export function isVerdict(reason: FailReason): boolean {
  return verdicts.some((verdict) => verdict === reason);
}
