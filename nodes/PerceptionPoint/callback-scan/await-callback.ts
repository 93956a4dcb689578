import { parseCallback, type Scan, searchPeriod, verifyCallback } from '@security-reports/core';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { answer } from '../../shared/answer.ts';
import { clock } from '../../shared/clock.ts';
import { inputItem, type ItemContext, type Operation } from '../../shared/operation.ts';
import { perceptionPointCredential, type PerceptionPointSession } from '../session.ts';
import { callbackSecret, callbackSecretHeader } from './callback-secret.ts';
import { scanItemIn, submittedIn, toItemJson } from './scan-request.ts';

/** In seconds. n8n looks once a minute for executions whose wait is over. */
export const shortestWait = 60;

/** Second step: suspends the execution for a minute, or until the callback comes. */
export const awaitCallback: Operation<PerceptionPointSession> = {
  name: 'Await Callback',
  value: 'awaitCallback',
  action: 'Await the callback of a scan',
  description: 'Suspend the execution until the service calls back, for a minute',
  fields: [],
  run: async (context) => {
    const { json } = inputItem(context);
    const { waitUntil = 0 } = scanItemIn(json);
    const limit = Math.min(waitUntil, clock.now() + shortestWait * 1000);
    await context.functions.putExecutionToWait(new Date(limit));
    return [{ json }];
  },
};

/**
 * Third step: suspends the execution for the rest of the time, unless the verdict is there already. A callback that
 * comes before the second step has suspended the execution is refused by n8n, and the service may not repeat it.
 */
export const awaitLonger: Operation<PerceptionPointSession> = {
  name: 'Await Longer',
  value: 'awaitLonger',
  action: 'Await the callback of a longer scan',
  description: 'Look whether there is a verdict, and suspend the execution until the limit if not',
  fields: [],
  run: async (context) => {
    const item = scanItemIn(inputItem(context).json);
    const { waitUntil = 0, callback } = item;
    if (callback !== undefined || waitUntil <= clock.now()) return [{ json: toItemJson(item) }];
    const { scanId, submittedAt } = submittedIn(item);
    const scan = await lookGently(scanId, submittedAt, context);
    if (scan?.finished === true) return [{ json: toItemJson({ ...item, scan }) }];
    await context.functions.putExecutionToWait(new Date(waitUntil));
    return [{ json: toItemJson(item) }];
  },
};

/** Whatever keeps the service from answering now: the callback can still come, and somebody asks at the limit. */
async function lookGently(
  scanId: string,
  submittedAt: number,
  { session, signal }: ItemContext<PerceptionPointSession>,
): Promise<Scan | undefined> {
  try {
    return await session.client.findScan(scanId, searchPeriod(clock.now(), submittedAt), { signal });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** What comes to the resume URL: a callback with the right secret resumes the execution, and nothing else does. */
export async function receiveCallback(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { token } = await functions.getCredentials<{ token: string }>(perceptionPointCredential);
  const secret = callbackSecret(token, functions.getExecutionId());
  const isGenuine = verifyCallback(functions.getHeaderData(), { header: callbackSecretHeader, secret });
  const body: unknown = functions.getBodyData();
  if (!isGenuine)
    return answer(functions, 401, `The header ${callbackSecretHeader} has not the right value.`);
  if (parseCallback(body) === undefined) return answer(functions, 400, 'This is not the callback of a scan.');
  const waiting = scanItemIn(functions.evaluateExpression('{{ $json }}') as IDataObject);
  return { workflowData: [[{ json: toItemJson({ ...waiting, callback: body }) }]] };
}
