import { fileURLToPath } from 'node:url';
import { measureScript } from './support/measured-command.ts';
import { measureStep } from './support/measured-step.ts';
import type { Contender } from './support/measurement.ts';

const nothing = fileURLToPath(new URL('peers/nothing.js', import.meta.url));

/** Those that start and find nothing to do; the first one is the peer. */
export function startUpContenders(workspace: string): readonly Contender[] {
  return [
    { name: 'Node with an empty file', run: () => measureScript(nothing) },
    { name: 'the Action without inputs', run: () => measureStep(workspace, {}) },
  ];
}
