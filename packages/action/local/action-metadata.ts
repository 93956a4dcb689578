import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** An input of the Action, as action.yml describes it. */
export interface ActionInput {
  readonly name: string;
  readonly description?: string;
  readonly required: boolean;
  readonly default?: string;
}

/** An output of the Action, as action.yml describes it. */
export interface ActionOutput {
  readonly name: string;
  readonly description?: string;
}

/** What action.yml says, in its order. */
export interface ActionMetadata {
  readonly inputs: readonly ActionInput[];
  readonly outputs: readonly ActionOutput[];
}

/** Reads the action.yml of this repository. */
export function readActionMetadata(): ActionMetadata {
  const file = new URL('../../../action.yml', import.meta.url);
  const { inputs, outputs } = parse(readFileSync(file, 'utf8')) as {
    inputs: Record<string, Omit<ActionInput, 'name' | 'required'> & { required?: boolean }>;
    outputs: Record<string, Omit<ActionOutput, 'name'>>;
  };
  return {
    inputs: Object.entries(inputs).map(([name, input]) => ({ required: false, ...input, name })),
    outputs: Object.entries(outputs).map(([name, output]) => ({ ...output, name })),
  };
}
