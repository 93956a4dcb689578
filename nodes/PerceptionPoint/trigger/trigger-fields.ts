import type { INodeProperties } from 'n8n-workflow';

export const verdicts: INodeProperties = {
  displayName: 'Verdicts',
  name: 'verdicts',
  type: 'multiOptions',
  options: [
    { name: 'Clean', value: 'clean' },
    { name: 'Malicious', value: 'malicious' },
    { name: 'Restricted', value: 'restricted' },
    { name: 'Spam', value: 'spam' },
    { name: 'Suspicious', value: 'suspicious' },
    { name: 'Unknown', value: 'unknown' },
  ],
  default: [],
  description: 'Which verdicts start the workflow; all of them when none is chosen',
};

export const includeRawCallback: INodeProperties = {
  displayName: 'Include Raw Callback',
  name: 'includeRaw',
  type: 'boolean',
  default: false,
  description: 'Whether to add the callback as it came, in the field "raw"',
};
