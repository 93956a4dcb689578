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
    const unexpected = error instanceof Error ? error : new Error(String(error));
    return inItsOwnWords(new NodeOperationError(node, unexpected, { itemIndex }), unexpected.message);
  }
  const { message, hashes } = withShortHashes(happenedTo(error));
  const description = [remedyFor(error), ...hashes.map((hash) => `The whole hash: ${hash}.`)].join(' ');
  const told = { message, description, itemIndex };
  const httpCode = error.status === undefined ? undefined : String(error.status);
  const nodeError =
    error instanceof InvalidInputError
      ? new NodeOperationError(node, told.message, told)
      : new NodeApiError(node, {}, { ...told, ...(httpCode && { httpCode }) });
  return inItsOwnWords(nodeError, message);
}

/**
 * Where a message reads, say, ECONNRESET, be it in the name of a file, n8n has put a sentence of its own: "You can
 * retry the request immediately".
 */
function inItsOwnWords(nodeError: NodeError, message: string): NodeError {
  return Object.assign(nodeError, { message, messages: [] });
}

/**
 * As `toNodeError`, for an AI agent: n8n gives it nothing but the message, or, to its older agents, nothing but the
 * description. So each says all: what happened, what to do, and by which id to go on.
 */
export function toAgentError(node: INode, error: unknown, itemIndex: number): NodeError {
  const nodeError = toNodeError(node, error, itemIndex);
  const { message, description } = nodeError;
  // An error that has passed here before, on its way out of another item, says it already.
  const isWhole = !description || message.endsWith(description);
  const whole = isWhole ? message : `${message} ${description}`;
  return Object.assign(nodeError, { message: whole, description: whole });
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
    // What the service said last, in its own words.
    status: error.status,
    vendorCode: error.vendorCode,
    vendorMessage: error.vendorMessage,
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

/** With the name that this later operation has in n8n, and the id that it takes. */
function remedyFor({ service, resumeId, remedy, message }: SecurityReportsError): string {
  const operation = resumingOperations[service.id];
  if (resumeId === undefined || operation === undefined) return remedy;
  const id = message.includes(resumeId) ? [] : [`The id is ${resumeId}.`];
  return [remedy, operation, ...id].join(' ');
}

/** A hash of 64 characters is all that n8n's panels have room for, so a headline has its beginning only. */
function withShortHashes(headline: string): { readonly message: string; readonly hashes: readonly string[] } {
  const hashes = new Set(headline.match(/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})\b/gi));
  const message = [...hashes].reduce((text, hash) => text.replaceAll(hash, `${hash.slice(0, 8)}…`), headline);
  return { message, hashes: [...hashes] };
}

/** Without the remedy, which n8n shows below it. */
function happenedTo({ message, remedy }: SecurityReportsError): string {
  return message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : message;
}
