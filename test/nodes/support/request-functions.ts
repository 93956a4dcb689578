import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { httpHelpers, type StoredCredential } from './http-helpers.ts';

/** As much of n8n's execute functions as making requests takes. */
export function requestFunctions(
  credential: StoredCredential,
  executionSignal?: AbortSignal,
): IExecuteFunctions {
  const node: INode = {
    id: 'node',
    name: 'Node',
    type: 'n8n-nodes-security-reports.node',
    typeVersion: 1,
    position: [0, 0],
    parameters: {},
  };
  const functions = {
    getNode: () => node,
    getExecutionCancelSignal: () => executionSignal,
    helpers: httpHelpers(node, credential),
  };
  return functions as unknown as IExecuteFunctions;
}
