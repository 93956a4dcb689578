import type { INodeProperties } from 'n8n-workflow';
import type { ItemContext } from '../../shared/operation.ts';

export const hash: INodeProperties = {
  displayName: 'Hash',
  name: 'hash',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. 275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f',
  description: 'The MD5, SHA-1 or SHA-256 of the sample',
};

/** The hash of an item, as core takes it. */
export function hashOf({ parameters }: ItemContext<unknown>): string {
  return parameters.requiredText(hash).toLowerCase();
}
