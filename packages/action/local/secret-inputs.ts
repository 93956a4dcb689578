/**
 * The inputs besides the token that the Action masks, since they may hold a secret: typed as flags, they would stay in
 * the history of the shell.
 */
export const secretInputs = ['download-links', 'file-password', 'callback-url', 'callback-headers'] as const;

/** The variable that may stand for such an input, or for the token: `SECURITY_REPORTS_FILE_PASSWORD`. */
export function variableFor(input: string): string {
  return `SECURITY_REPORTS_${input.replaceAll('-', '_').toUpperCase()}`;
}

/** The inputs whose variables are set. */
export function secretsFrom(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    secretInputs.flatMap((input) => {
      const value = env[variableFor(input)] ?? '';
      return value === '' ? [] : [[input, value]];
    }),
  );
}
