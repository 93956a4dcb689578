import type { IConnections, INode, INodeParameters, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';
import { isSettled } from './await-callback.ts';

/**
 * The workflow of the steps, run with the credential and the settings of the node that starts it: it submits, waits as
 * long as nothing is settled, and settles.
 */
export function callbackScanWorkflow(starter: INode, settings: IWorkflowSettings): IWorkflowBase {
  const now = new Date();
  return {
    // n8n puts that of the starting workflow in its place.
    id: '',
    name: `${starter.name} (waiting for a callback)`,
    active: false,
    isArchived: false,
    activeVersionId: null,
    createdAt: now,
    updatedAt: now,
    nodes: [
      baseNode('start', 0, 'executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' }),
      stepNode('submit', 1, starter),
      stepNode('awaitCallback', 2, starter),
      baseNode('isSettled', 3, 'if', 2.3, { conditions: isTrue(isSettled), options: {} }),
      // So that the starting node goes on with all that is known of the failure, rather than with its message.
      { ...stepNode('settle', 4, starter), ...(continues(starter) && { onError: 'continueRegularOutput' }) },
    ],
    connections: {
      start: leadingTo('submit'),
      submit: leadingTo('awaitCallback'),
      awaitCallback: leadingTo('isSettled'),
      isSettled: leadingTo('settle', 'awaitCallback'),
    },
    settings: settingsFor(settings),
  };
}

/** A step is an operation of the node type `perceptionPointCallbackScan`. */
function stepNode(step: string, position: number, starter: INode): INode {
  return {
    ...nodeAt(position, step, starter.type.replace(/[^.]+$/, 'perceptionPointCallbackScan'), 1, {
      resource: 'callbackScan',
      operation: step,
    }),
    ...(starter.credentials && { credentials: starter.credentials }),
  };
}

function baseNode(
  name: string,
  position: number,
  type: string,
  typeVersion: number,
  parameters: INodeParameters,
): INode {
  return nodeAt(position, name, `n8n-nodes-base.${type}`, typeVersion, parameters);
}

function nodeAt(
  position: number,
  name: string,
  type: string,
  typeVersion: number,
  parameters: INodeParameters,
): INode {
  return { id: name, name, type, typeVersion, position: [220 * position, 0], parameters };
}

/** The condition of an If node. */
function isTrue(leftValue: string): INodeParameters {
  const operator = { type: 'boolean', operation: 'true', singleValue: true };
  return {
    options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 3 },
    conditions: [{ id: 'condition', leftValue, rightValue: '', operator }],
    combinator: 'and',
  };
}

/** To one node from each output. */
function leadingTo(...nodes: readonly string[]): IConnections[string] {
  return { main: nodes.map((node) => [{ node, type: 'main', index: 0 }]) };
}

function continues({ onError }: INode): boolean {
  return onError === 'continueRegularOutput' || onError === 'continueErrorOutput';
}

function settingsFor(settings: IWorkflowSettings): IWorkflowSettings {
  return {
    ...settings,
    executionOrder: 'v1',
    callerPolicy: 'any',
    // With "combined", n8n 2.41 answers every callback with 500: it finds no data of the nodes before the one that waits.
    binaryMode: 'separate',
    // A failure is that of the starting workflow, whose error workflow hears of it.
    errorWorkflow: '',
    // An execution that n8n deleted as soon as it ended could not hand over what it gave.
    saveDataSuccessExecution: 'all',
    saveDataErrorExecution: 'all',
  };
}
