import { type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import { inputItem, type ItemContext, type OperationOutput } from '../../shared/operation.ts';
import { type ScanRequest, toItemJson } from './scan-request.ts';
import { callbackScanWorkflow } from './workflow.ts';

/**
 * Runs the steps of a callback scan as an execution of their own, which the caller waits for without holding a worker.
 *
 * The caller cannot wait by itself: n8n never runs a node again whose wait has passed its limit, so nobody would ask
 * for the verdict then.
 */
export async function startCallbackScan(
  request: ScanRequest,
  context: ItemContext<unknown>,
): Promise<readonly OperationOutput[]> {
  const { functions } = context;
  const workflowId = functions.getWorkflow().id ?? '';
  const code = callbackScanWorkflow(functions.getNode(), functions.getWorkflowSettings());
  const { binary } = inputItem(context);
  const item: INodeExecutionData = { json: toItemJson(request), ...(binary && { binary }) };
  const execution = await functions.executeWorkflow({ code }, [item], undefined, {
    parentExecution: { executionId: functions.getExecutionId(), workflowId, shouldResume: true },
  });
  functions.setMetadata({
    subExecution: { executionId: execution.executionId, workflowId },
    subExecutionsCount: 1,
  });
  // As long as the steps wait, this is not the output: n8n puts theirs in its place.
  return (execution.data[0] ?? []).map(({ json, binary }) => ({
    json,
    binary: Object.values(binary ?? {})[0],
  }));
}

/** @throws {NodeOperationError} where a node cannot be suspended: for several items, and as a tool of an AI agent. */
export function checkCanWait({ functions, itemIndex }: ItemContext<unknown>): void {
  const items = functions.getInputData().length;
  if (items !== 1) {
    throw new NodeOperationError(
      functions.getNode(),
      `"Scan With Callback" waits for one item at a time, but ${items} came`,
      {
        itemIndex,
        description:
          'Put a Loop Over Items node with a batch size of 1 before it, or run it in a sub-workflow, once for each item.',
      },
    );
  }
  if (functions.isToolExecution()) {
    throw new NodeOperationError(functions.getNode(), 'A tool of an AI agent cannot wait for a callback', {
      itemIndex,
      description: 'Use the operation "Scan" instead, which waits inside the node.',
    });
  }
}
