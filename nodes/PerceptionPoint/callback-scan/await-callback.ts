import { parseCallback, verifyCallback } from '@security-reports/core';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { answer } from '../../shared/answer.ts';
import { clock } from '../../shared/clock.ts';
import { inputItem, type Operation } from '../../shared/operation.ts';
import { perceptionPointCredential, type PerceptionPointSession } from '../session.ts';
import { callbackSecret, callbackSecretHeader } from './callback-secret.ts';
import { requestIn } from './scan-request.ts';

/** Second step: suspends the execution until the callback comes or the limit passes; the item goes on either way. */
export const awaitCallback: Operation<PerceptionPointSession> = {
  name: 'Await Callback',
  value: 'awaitCallback',
  action: 'Await the callback of a scan',
  description: 'Suspend the execution until the service calls back, or the limit passes',
  fields: [],
  run: async (context) => {
    const { json } = inputItem(context);
    await context.functions.putExecutionToWait(new Date(clock.now() + requestIn(json).waitSeconds * 1000));
    return [{ json }];
  },
};

/** What comes to the resume URL: a callback with the right secret resumes the execution, and nothing else does. */
export async function receiveCallback(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { token } = await functions.getCredentials<{ token: string }>(perceptionPointCredential);
  const secret = callbackSecret(token, functions.getExecutionId());
  const isGenuine = verifyCallback(functions.getHeaderData(), { header: callbackSecretHeader, secret });
  const body: unknown = functions.getBodyData();
  if (!isGenuine)
    return answer(functions, 401, `The header ${callbackSecretHeader} has not the right value.`);
  if (parseCallback(body) === undefined) return answer(functions, 400, 'This is not the callback of a scan.');
  const waiting = functions.evaluateExpression('{{ $json }}') as IDataObject;
  return { workflowData: [[{ json: { ...waiting, callback: body as IDataObject } }]] };
}
