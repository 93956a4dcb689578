import type { INodeProperties } from 'n8n-workflow';
import { clock } from './clock.ts';
import type { ItemContext } from './operation.ts';
import type { Parameters } from './parameters.ts';
import { defaultConcurrency } from './run-operation.ts';

export const outputBinaryField: INodeProperties = {
  displayName: 'Put Output File in Field',
  name: 'outputBinaryField',
  type: 'string',
  default: 'data',
  required: true,
  hint: 'The name of the output binary field to put the file in',
};

export const timeout: INodeProperties = {
  displayName: 'Timeout (Seconds)',
  name: 'timeout',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 900,
  description: 'How long to wait for each item before the node gives up',
};

export const pollInterval: INodeProperties = {
  displayName: 'Poll Interval (Seconds)',
  name: 'pollInterval',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 10,
  description:
    'A fixed time between two looks at the service. Without it, the node looks early, and then less and less often.',
};

export const concurrency: INodeProperties = {
  displayName: 'Concurrency',
  name: 'concurrency',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: 50 },
  default: defaultConcurrency,
  description: 'How many items to work on at a time',
};

export const includeRaw: INodeProperties = {
  displayName: 'Include Raw Answer',
  name: 'includeRaw',
  type: 'boolean',
  default: false,
  description: 'Whether to add the answer of the service as it came, in the field "raw"',
};

/** The collection at the end of an operation's fields. */
export function optionsOf(...options: readonly INodeProperties[]): INodeProperties {
  return {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: options.toSorted((one, other) => one.displayName.localeCompare(other.displayName)),
  };
}

/**
 * What the options say about waiting, as core takes it.
 *
 * @param limit the field that says how long, with its default in seconds.
 */
export function waitOptionsOf(
  { parameters, signal, tell }: ItemContext<unknown>,
  limit: INodeProperties = timeout,
): {
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly pollIntervalMs: number | undefined;
  readonly onProgress: (progress: { readonly state: string }) => void;
} {
  const options = parameters.within('options');
  const seconds = options.number(limit) ?? Number(limit.default);
  return {
    signal,
    deadline: clock.now() + seconds * 1000,
    pollIntervalMs: pollIntervalMsOf(options),
    onProgress: ({ state }) => {
      tell(state);
    },
  };
}

/** The fixed time between two status checks, in milliseconds; `undefined` for the adaptive one. */
export function pollIntervalMsOf(options: Parameters): number | undefined {
  const seconds = options.number(pollInterval);
  return seconds === undefined ? undefined : seconds * 1000;
}
