import { InvalidInputError, NotFoundError, SecurityReportsError, TimeoutError } from '@security-reports/core';
import {
  type INode,
  type INodeExecutionData,
  NodeApiError,
  NodeError,
  NodeOperationError,
} from 'n8n-workflow';
import { type ReportJson, reportJson } from './report-json.ts';

/** Tells an error of core in the way of n8n: what happened as the message, what to do about it as the description. */
export function toNodeError(node: INode, error: unknown, itemIndex: number): NodeError {
  if (error instanceof NodeError) return error;
  if (!(error instanceof SecurityReportsError)) {
    return new NodeOperationError(node, error instanceof Error ? error : String(error), { itemIndex });
  }
  const told = { message: happenedTo(error), description: error.remedy, itemIndex };
  if (error instanceof InvalidInputError) return new NodeOperationError(node, told.message, told);
  const httpCode = error.status === undefined ? undefined : String(error.status);
  return new NodeApiError(node, { message: told.message }, { ...told, ...(httpCode && { httpCode }) });
}

/**
 * What becomes of an item that failed when the node goes on. n8n takes exactly these keys for an error, and leads the
 * item to the error output where there is one.
 */
export function errorItem(error: unknown, nodeError: NodeError, itemIndex: number): INodeExecutionData {
  const { message, description } = nodeError;
  return {
    json: {
      error: message,
      message: description ?? message,
      ...(error instanceof SecurityReportsError && { details: detailsOf(error) }),
    },
    pairedItem: { item: itemIndex },
  };
}

function detailsOf(error: SecurityReportsError): ReportJson {
  return reportJson({
    service: error.service.id,
    subject: error.subject ?? '',
    state: stateFor(error),
    message: error.message,
    ...(error instanceof TimeoutError && { lastState: error.lastState }),
  });
}

function stateFor(error: SecurityReportsError): 'missing' | 'timeout' | 'failed' {
  if (error instanceof NotFoundError) return 'missing';
  return error instanceof TimeoutError ? 'timeout' : 'failed';
}

/** Without the remedy, which n8n shows below it. */
function happenedTo({ message, remedy }: SecurityReportsError): string {
  return message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : message;
}
