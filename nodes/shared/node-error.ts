import {
  digicert,
  failureState,
  InvalidInputError,
  perceptionPoint,
  SecurityReportsError,
  spectraAnalyze,
  TimeoutError,
} from '@security-reports/core';
import {
  type IDataObject,
  type INode,
  type INodeExecutionData,
  NodeApiError,
  NodeError,
  NodeOperationError,
} from 'n8n-workflow';
import { type ReportFields, reportJson } from './report-json.ts';

/** What takes up again what was given up, for each service. */
const resumingOperations: Readonly<Record<string, string>> = {
  [perceptionPoint.id]: 'The operation Scan > Get asks for it again.',
  [spectraAnalyze.id]: 'The operation PDF Report > Download fetches it then.',
  [digicert.id]: 'The operation Report > Download Latest fetches it then.',
};

/** Tells an error of core in the way of n8n: what happened as the message, what to do about it as the description. */
export function toNodeError(node: INode, error: unknown, itemIndex: number): NodeError {
  if (error instanceof NodeError) {
    error.context['itemIndex'] ??= itemIndex;
    return error;
  }
  if (!(error instanceof SecurityReportsError)) {
    return new NodeOperationError(node, error instanceof Error ? error : String(error), { itemIndex });
  }
  const told = { message: happenedTo(error), description: remedyFor(error), itemIndex };
  const httpCode = error.status === undefined ? undefined : String(error.status);
  const nodeError =
    error instanceof InvalidInputError
      ? new NodeOperationError(node, told.message, told)
      : new NodeApiError(node, {}, { ...told, ...(httpCode && { httpCode }) });
  // Where it reads, say, ECONNRESET, n8n has put a sentence of its own: "You can retry the request immediately".
  return Object.assign(nodeError, { message: told.message, messages: [] });
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

function detailsOf(error: SecurityReportsError): IDataObject {
  return reportJson({
    service: error.service.id,
    subject: error.subject ?? '',
    state: failureState(error),
    message: error.message,
    ...idToResume(error),
    ...(error instanceof TimeoutError && { lastState: error.lastState }),
  });
}

/** By which a later operation takes the job up again. That of a PDF report is its subject. */
function idToResume({ service, resumeId }: SecurityReportsError): Pick<ReportFields, 'scanId' | 'runId'> {
  switch (service.id) {
    case perceptionPoint.id:
      return { scanId: resumeId };
    case digicert.id:
      return { runId: resumeId };
    default:
      return {};
  }
}

/** With the name that this later operation has in n8n. */
function remedyFor({ service, resumeId, remedy }: SecurityReportsError): string {
  const operation = resumeId === undefined ? undefined : resumingOperations[service.id];
  return operation === undefined ? remedy : `${remedy} ${operation}`;
}

/** Without the remedy, which n8n shows below it. */
function happenedTo({ message, remedy }: SecurityReportsError): string {
  return message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : message;
}
