import type { Service } from '@security-reports/core';
import pLimit from 'p-limit';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { errorItem, toAgentError, toNodeError } from './node-error.ts';
import type { Operation, OperationOutput, Resource } from './operation.ts';
import { Parameters } from './parameters.ts';

/** Items worked on at a time, unless the option says otherwise. */
export const defaultConcurrency = 5;

/**
 * Runs the chosen operation for every item, several at a time, and gives the output in the order of the input.
 *
 * @param service whose node it is.
 *
 * An item that fails becomes data where the node is set to continue; otherwise it ends the others, too, and the node
 * fails with it.
 */
export async function runOperation<Session>(
  functions: IExecuteFunctions,
  service: Service,
  resources: readonly Resource<Session>[],
  open: (functions: IExecuteFunctions) => Promise<Session>,
): Promise<INodeExecutionData[][]> {
  const items = functions.getInputData();
  const operation = chosenOperation(functions, resources);
  let opening: Promise<Session> | undefined;
  const failure = new AbortController();
  const canceled = functions.getExecutionCancelSignal();
  const signal = canceled === undefined ? failure.signal : AbortSignal.any([canceled, failure.signal]);
  const turn = pLimit(concurrencyOf(functions));

  const runItem = async (itemIndex: number): Promise<readonly INodeExecutionData[]> => {
    signal.throwIfAborted();
    const kept: OperationOutput[] = [];
    try {
      // A session that cannot be opened fails each item: from a node that throws but is set to continue, n8n passes the
      // input on as if it were the output.
      opening ??= open(functions);
      const session = await opening;
      const outputs = await operation.run({
        functions,
        itemIndex,
        parameters: parametersOf(functions, service, operation.action, itemIndex),
        session,
        signal,
        tell: tellAbout(functions, itemIndex),
        keep: (output) => kept.push(output),
      });
      return outputs.map((output) => toItem(itemIndex, output));
    } catch (error) {
      const isForAgent = isTool(functions) || operation.isForAgent?.({ functions, itemIndex }) === true;
      const toError = isForAgent ? toAgentError : toNodeError;
      const nodeError = toError(functions.getNode(), error, itemIndex);
      if (functions.continueOnFail()) {
        const rescued = kept.map((output) => toItem(itemIndex, output));
        return [...rescued, errorItem(error, nodeError, itemIndex)];
      }
      failure.abort(nodeError);
      throw nodeError;
    }
  };

  const running = items.map((_item, itemIndex) => turn(() => runItem(itemIndex)));
  await Promise.allSettled(running);
  signal.throwIfAborted();
  return [(await Promise.all(running)).flat()];
}

function chosenOperation<Session>(
  functions: IExecuteFunctions,
  resources: readonly Resource<Session>[],
): Operation<Session> {
  const resource = functions.getNodeParameter('resource', 0);
  const operation = functions.getNodeParameter('operation', 0);
  const chosen = resources
    .find(({ value }) => value === resource)
    ?.operations.find(({ value }) => value === operation);
  if (chosen === undefined) throw new TypeError(`there is no operation ${operation} of ${resource}`);
  return chosen;
}

function concurrencyOf(functions: IExecuteFunctions): number {
  const wanted = Number(functions.getNodeParameter('options.concurrency', 0, defaultConcurrency));
  return Number.isSafeInteger(wanted) && wanted > 0 ? wanted : defaultConcurrency;
}

/** The parameters of one item. `action` is what the operation does, as the list of nodes shows it. */
export function parametersOf(
  functions: IExecuteFunctions,
  service: Service,
  action: string,
  itemIndex: number,
): Parameters {
  const does = action.charAt(0).toLowerCase() + action.slice(1);
  return new Parameters(service, does, (path) => functions.getNodeParameter(path, itemIndex, ''));
}

/** n8n 2.41 says it of a tool of its older agents only; for a newer one the node runs as a node of another type. */
export function isTool(functions: IExecuteFunctions): boolean {
  return functions.isToolExecution() || functions.getNode().type.endsWith('Tool');
}

function toItem(itemIndex: number, { json, binary }: OperationOutput): INodeExecutionData {
  return { json, ...(binary && { binary: { ...binary } }), pairedItem: { item: itemIndex } };
}

function tellAbout(functions: IExecuteFunctions, itemIndex: number): (state: string) => void {
  const { name } = functions.getNode();
  return (state) => {
    functions.logger.info(`${name}, item ${itemIndex}: ${state}`);
    if (functions.getMode() === 'manual') functions.sendMessageToUI(`${name}, item ${itemIndex}: ${state}`);
  };
}
