import type { ActionInput } from './action-metadata.ts';
import { secretInputs, variableFor } from './secret-inputs.ts';

/** The text of `--help`: how to call the command, and every input that can be a flag. */
export function renderHelp(inputs: readonly ActionInput[]): string {
  const flags = inputs
    .filter((input) => input.name !== 'token')
    .map(({ name, description = '', required, default: value = '' }) => {
      const note = required ? ' (required)' : value === '' ? '' : ` (default: ${value})`;
      return `  --${name}${note}\n      ${description}`;
    });
  return [
    'Runs the built Action on this machine, against a real service.',
    'The reports are saved below the current folder. Nothing is uploaded.',
    '',
    '  SECURITY_REPORTS_TOKEN=... npx -y pnpm@12 run-action --service spectra-analyze \\',
    '    --base-url https://analyze.example.com --hashes <hash>',
    '',
    'The token is read from SECURITY_REPORTS_TOKEN. These inputs can be variables, too, since they may be secret:',
    ...secretInputs.map((input) => `  ${variableFor(input)}`),
    '',
    'The flags are the inputs of action.yml:',
    '',
    ...flags,
  ].join('\n');
}
