import {
  parseCallback,
  type Scan,
  searchPeriod,
  type SubmittedFile,
  verifyCallback,
} from '@security-reports/core';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { answer } from '../../shared/answer.ts';
import { clock } from '../../shared/clock.ts';
import { inputItem, type ItemContext, type Operation } from '../../shared/operation.ts';
import { type PerceptionPointSession, readCredentials } from '../session.ts';
import { callbackSecret, callbackSecretHeader } from './callback-secret.ts';
import { secretsOfScan, submittedScanIn, toItemJson } from './scan-request.ts';

/** In seconds. n8n looks once a minute for executions whose wait is over. */
export const shortestWait = 60;

const firstWaitMs = shortestWait * 1000;

/** Each wait is so many times as long as all before it: looks after 1, 5 and 25 minutes, and then hours. */
const growth = 4;

/**
 * Second step: suspends the execution until the callback comes. Now and then, more and more seldom, somebody looks
 * whether the verdict is there without it: n8n refuses a callback that comes while an execution is not suspended, and
 * the service may not repeat it.
 */
export const awaitCallback: Operation<PerceptionPointSession> = {
  name: 'Await Callback',
  value: 'awaitCallback',
  action: 'Await the callback of a scan',
  description: 'Suspend the execution until the service calls back, unless there is a verdict already',
  fields: [],
  run: async (context) => {
    const item = submittedScanIn(inputItem(context).json);
    const { submitted, waitFrom, waitUntil } = item;
    const waited = clock.now() - waitFrom;
    if (waited >= firstWaitMs) {
      const scan = await lookGently(submitted, context);
      if (scan?.finished === true) return [{ json: toItemJson({ ...item, isListed: true }) }];
    }
    const wait = Math.max(firstWaitMs, growth * waited);
    await context.functions.putExecutionToWait(new Date(Math.min(clock.now() + wait, waitUntil)));
    // When the time is over without a callback, n8n goes on with what this step was given, not with what it gives.
    return [{ json: toItemJson(item) }];
  },
};

/** Whether there is nothing more to wait for, as n8n asks it of an item. */
export const isSettled =
  '={{ $json.callback !== undefined || $json.isListed === true || Date.now() >= $json.waitUntil }}';

/** Whatever keeps the service from answering now: the callback can still come, and somebody asks at the limit. */
async function lookGently(
  submitted: SubmittedFile,
  { session, signal }: ItemContext<PerceptionPointSession>,
): Promise<Scan | undefined> {
  try {
    return await session.client.findScan(submitted, searchPeriod(clock.now(), submitted.submittedAt), {
      signal,
    });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** What comes to the resume URL: a callback with the right secret resumes the execution, and nothing else does. */
export async function receiveCallback(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { token } = await readCredentials(functions);
  const secret = callbackSecret(token, functions.getExecutionId());
  const isGenuine = verifyCallback(functions.getHeaderData(), { header: callbackSecretHeader, secret });
  const body: unknown = functions.getBodyData();
  if (!isGenuine)
    return answer(functions, 401, `The header ${callbackSecretHeader} has not the right value.`);
  const waiting = submittedScanIn(functions.evaluateExpression('{{ $json }}') as IDataObject);
  const callback = parseCallback(body, secretsOfScan(waiting.request, token, functions));
  if (callback === undefined) return answer(functions, 400, 'This is not the callback of a scan.');
  return { workflowData: [[{ json: toItemJson({ ...waiting, callback: callback.answer }) }]] };
}
