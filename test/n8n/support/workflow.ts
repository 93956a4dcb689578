import { randomUUID } from 'node:crypto';
import type { INode, INodeParameters } from 'n8n-workflow';
import type { StoredCredential, WorkflowDraft } from './n8n-client.ts';
import { packageName } from './package-tarball.ts';

/** A node of n8n's own. */
export function baseNode(
  name: string,
  type: string,
  typeVersion: number,
  parameters: INodeParameters = {},
): INode {
  return {
    id: randomUUID(),
    name,
    type: `n8n-nodes-base.${type}`,
    typeVersion,
    position: [0, 0],
    parameters,
    ...(type === 'webhook' && { webhookId: randomUUID() }),
  };
}

/** A node of n8n's own for AI. */
export function langchainNode(
  name: string,
  type: string,
  typeVersion: number,
  parameters: INodeParameters = {},
): INode {
  return { ...baseNode(name, type, typeVersion, parameters), type: `@n8n/n8n-nodes-langchain.${type}` };
}

/** A node of the package. */
export function ourNode(
  name: string,
  type: string,
  credential: StoredCredential,
  parameters: INodeParameters,
  more: Partial<INode> = {},
): INode {
  return {
    id: randomUUID(),
    name,
    type: `${packageName}.${type}`,
    typeVersion: 1,
    position: [0, 0],
    parameters,
    credentials: { [credential.type]: { id: credential.id, name: credential.name } },
    ...more,
  };
}

export const manualTrigger = baseNode('Start', 'manualTrigger', 1);

/** Gives the items that the following nodes work on. */
export function givenItems(...items: readonly object[]): INode {
  return baseNode('Given', 'code', 2, {
    jsCode: `return ${JSON.stringify(items.map((json) => ({ json })))}`,
  });
}

/** Makes a file of the text in the field `content` of each item. */
export function textFile(fileName = 'sample.txt'): INode {
  return baseNode('File', 'convertToFile', 1.1, {
    operation: 'toText',
    sourceProperty: 'content',
    options: { fileName },
  });
}

/** A workflow whose nodes run one after the other. */
export function chain(name: string, ...nodes: readonly INode[]): WorkflowDraft {
  const placed = nodes.map((node, index): INode => ({ ...node, position: [220 * index, 0] }));
  const links = placed
    .slice(1)
    .map(({ name: next }, index) => [
      placed[index]?.name ?? '',
      { main: [[{ node: next, type: 'main', index: 0 }]] },
    ]);
  return { name, nodes: placed, connections: Object.fromEntries(links) as WorkflowDraft['connections'] };
}
