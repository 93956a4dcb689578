import { InvalidInputError, perceptionPoint } from '@security-reports/core';
import { type IBinaryKeyData, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { ItemContext, OperationOutput } from '../../shared/operation.ts';
import { reportJson } from '../../shared/report-json.ts';
import { shortestWait } from './await-callback.ts';
import { type ScanRequest, submittedScanIn, toItemJson } from './scan-request.ts';
import { callbackScanWorkflow } from './workflow.ts';

/**
 * Runs the steps of a callback scan as an execution of their own, which the caller waits for without holding a worker.
 *
 * The caller cannot wait by itself: n8n never runs a node again whose wait has passed its limit, so nobody would ask
 * for the verdict then.
 */
export async function startCallbackScan(
  request: ScanRequest,
  binary: IBinaryKeyData | undefined,
  context: ItemContext<unknown>,
): Promise<readonly OperationOutput[]> {
  const { functions } = context;
  const workflowId = functions.getWorkflow().id ?? '';
  const code = callbackScanWorkflow(functions.getNode(), functions.getWorkflowSettings());
  const item: INodeExecutionData = { json: toItemJson({ request }), ...(binary && { binary }) };
  const execution = await functions.executeWorkflow({ code }, [item], undefined, {
    parentExecution: { executionId: functions.getExecutionId(), workflowId, shouldResume: true },
  });
  functions.setMetadata({
    subExecution: { executionId: execution.executionId, workflowId },
    subExecutionsCount: 1,
  });
  // As long as the steps wait, this is the output; n8n then puts theirs in its place.
  const [waiting] = execution.data[0] ?? [];
  const scanId = waiting && submittedScanIn(waiting.json).submitted.scanId;
  const about = { service: perceptionPoint.id, subject: request.subject, state: 'submitted' } as const;
  return [{ json: reportJson({ ...about, scanId }) }];
}

/** @throws {NodeOperationError} for several items: a node is suspended as a whole, and resumes for one callback. */
export function checkOneItem({ functions, itemIndex }: ItemContext<unknown>): void {
  const items = functions.getInputData().length;
  if (items === 1) return;
  throw new NodeOperationError(
    functions.getNode(),
    `"Scan With Callback" takes one item at a time, but the input has ${items}`,
    { itemIndex, description: 'Put a Loop Over Items node with a batch size of 1 before it.' },
  );
}

/** How long n8n may take to notice that a wait is over, and the service to answer then, in seconds. */
const settlingSeconds = 120;

/** @throws {InvalidInputError} where n8n would cancel the execution before the wait is over, verdict or not. */
export function checkWorkflowTimeout(waitSeconds: number, { functions }: ItemContext<unknown>): void {
  const limit = functions.getWorkflowSettings().executionTimeout ?? -1;
  const minLimit = waitSeconds + settlingSeconds;
  if (limit <= 0 || limit >= minLimit) return;
  const maxWait = limit - settlingSeconds;
  const orLess = maxWait < shortestWait ? '' : `, or the option Timeout to at most ${maxWait} seconds`;
  throw new InvalidInputError({
    service: perceptionPoint,
    operation: 'scan a file and wait for the callback',
    what: `the workflow setting "Timeout Workflow" cancels the execution after ${limit} seconds, but the option Timeout lets it wait for ${waitSeconds} seconds`,
    remedy: `Set "Timeout Workflow" to at least ${minLimit} seconds${orLess}. Nothing was submitted.`,
  });
}
