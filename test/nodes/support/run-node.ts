import {
  type IBinaryData,
  type ICredentialDataDecryptedObject,
  type ICredentialType,
  type IDataObject,
  type IExecuteFunctions,
  type INode,
  type INodeExecutionData,
  type INodeParameters,
  type INodeType,
  NodeHelpers,
  NodeOperationError,
  type WorkflowExecuteMode,
} from 'n8n-workflow';
import type { BinaryStore } from './binary-store.ts';
import { httpHelpers } from './http-helpers.ts';

export interface NodeRun {
  readonly node: INodeType;
  readonly credentialType: ICredentialType;
  readonly credentials: ICredentialDataDecryptedObject;
  readonly binaryStore: Pick<BinaryStore, 'helpers'>;
  /** As a user fills them in; the rest has its defaults. A function gives the value for an item. */
  readonly parameters: INodeParameters | ((itemIndex: number) => INodeParameters);
  /** By their paths, what expressions give in place of what stands in `parameters`: anything, or nothing. */
  readonly expressions?: Readonly<Record<string, unknown>>;
  /** One empty item unless given. */
  readonly items?: readonly INodeExecutionData[];
  readonly continueOnFail?: boolean;
  readonly cancelSignal?: AbortSignal;
  /** That of the description unless given. n8n makes a second type of a node for AI agents, which ends in `Tool`. */
  readonly nodeType?: string;
  /** What n8n says to a node that is a tool of one of its older agents. */
  readonly isToolExecution?: boolean;
  /** `trigger` unless given. */
  readonly mode?: WorkflowExecuteMode;
}

export interface NodeRunResult {
  readonly items: readonly INodeExecutionData[];
  /** What the node wrote to n8n's log, and, after `editor: `, to the editor. */
  readonly log: readonly string[];
}

/**
 * Runs a node as n8n does, as far as a node can tell: its parameters with their defaults, requests over real sockets,
 * binary data in real files. n8n itself is in `test/n8n`.
 */
export async function runNode(run: NodeRun): Promise<NodeRunResult> {
  const log: string[] = [];
  const output = await run.node.execute?.call(executeFunctions(run, log));
  if (!Array.isArray(output)) throw new TypeError('the node gave no items');
  return { items: output.flat(), log };
}

/** What n8n hands to `execute()`. What goes to its log, or to the editor, is added to `log`. */
export function executeFunctions(run: NodeRun, log: string[] = []): IExecuteFunctions {
  const { description } = run.node;
  const items: readonly INodeExecutionData[] = run.items ?? [{ json: {} }];
  const node: INode = {
    id: 'node',
    name: description.displayName,
    type: run.nodeType ?? `n8n-nodes-security-reports.${description.name}`,
    typeVersion: 1,
    position: [0, 0],
    parameters: {},
  };
  const parametersOf = (itemIndex: number): IDataObject => {
    const given = typeof run.parameters === 'function' ? run.parameters(itemIndex) : run.parameters;
    return NodeHelpers.getNodeParameters(
      description.properties,
      given,
      true,
      false,
      node,
      description,
    ) as IDataObject;
  };
  const functions = {
    getInputData: () => [...items],
    getNode: () => node,
    getMode: () => run.mode ?? 'trigger',
    sendMessageToUI: (line: string) => log.push(`editor: ${line}`),
    getCredentials: () => Promise.resolve(run.credentials),
    getExecutionCancelSignal: () => run.cancelSignal,
    continueOnFail: () => run.continueOnFail ?? false,
    isToolExecution: () => run.isToolExecution ?? false,
    getWorkflowSettings: () => ({}),
    getNodeParameter: (
      path: string,
      itemIndex: number,
      fallback?: unknown,
      options?: { readonly extractValue?: boolean },
    ): unknown => {
      // What an expression gives is passed on as it is: a fallback is for a parameter that is not there.
      if (run.expressions !== undefined && path in run.expressions) return run.expressions[path];
      const value = valueAt(parametersOf(itemIndex), path) ?? fallback;
      if (value === undefined) throw new NodeOperationError(node, `Could not get parameter ${path}`);
      return options?.extractValue === true ? (value as { readonly value: unknown }).value : value;
    },
    addExecutionHints: (...hints: readonly { readonly message: string }[]) => {
      log.push(...hints.map(({ message }) => message));
    },
    logger: { info: (line: string) => log.push(line), warn: (line: string) => log.push(line) },
    helpers: {
      ...httpHelpers(node, { type: run.credentialType, data: run.credentials }),
      ...run.binaryStore.helpers,
      assertBinaryData: (itemIndex: number, field: string | IBinaryData): IBinaryData => {
        if (typeof field !== 'string') return field;
        const binary = items[itemIndex]?.binary?.[field];
        if (binary === undefined) {
          throw new NodeOperationError(node, `The item has no binary field "${field}"`, { itemIndex });
        }
        return binary;
      },
    },
  };
  return functions as unknown as IExecuteFunctions;
}

function valueAt(parameters: IDataObject, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as IDataObject | undefined)?.[name], parameters);
}
