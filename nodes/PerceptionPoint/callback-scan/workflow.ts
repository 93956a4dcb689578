import type { INode, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';

/** In the order in which they run; each is an operation of the node type `perceptionPointCallbackScan`. */
const steps = ['submit', 'awaitCallback', 'awaitLonger', 'settle'] as const;

/** The workflow of the steps, run with the credential and the settings of the node that starts it. */
export function callbackScanWorkflow(starter: INode, settings: IWorkflowSettings): IWorkflowBase {
  const start: INode = {
    id: 'start',
    name: 'Start',
    type: 'n8n-nodes-base.executeWorkflowTrigger',
    typeVersion: 1.1,
    position: [0, 0],
    parameters: { inputSource: 'passthrough' },
  };
  const nodes = [start, ...steps.map((step, index) => stepNode(starter, step, index + 1))];
  const connections = nodes
    .slice(1)
    .map(({ name }, index) => [
      nodes[index]?.name ?? '',
      { main: [[{ node: name, type: 'main' as const, index: 0 }]] },
    ]);
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
    nodes,
    connections: Object.fromEntries(connections) as IWorkflowBase['connections'],
    settings: settingsFor(settings),
  };
}

function stepNode(starter: INode, step: string, position: number): INode {
  const isLast = step === steps.at(-1);
  return {
    id: step,
    name: step,
    type: starter.type.replace(/[^.]+$/, 'perceptionPointCallbackScan'),
    typeVersion: 1,
    position: [220 * position, 0],
    parameters: { resource: 'callbackScan', operation: step },
    ...(starter.credentials && { credentials: starter.credentials }),
    // So that the starting node goes on with all that is known of the failure, rather than with its message.
    ...(isLast && continues(starter) && { onError: 'continueRegularOutput' }),
  };
}

function continues({ onError }: INode): boolean {
  return onError === 'continueRegularOutput' || onError === 'continueErrorOutput';
}

function settingsFor(settings: IWorkflowSettings): IWorkflowSettings {
  return {
    ...settings,
    executionOrder: 'v1',
    callerPolicy: 'any',
    // A failure is that of the starting workflow, whose error workflow hears of it.
    errorWorkflow: '',
    // An execution that n8n deleted as soon as it ended could not hand over what it gave.
    saveDataSuccessExecution: 'all',
    saveDataErrorExecution: 'all',
  };
}
