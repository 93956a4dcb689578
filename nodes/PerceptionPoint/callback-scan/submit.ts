import { InvalidInputError, isLoopback, perceptionPoint } from '@security-reports/core';
import { perceptionPointBaseUrl } from '../../../credentials/shared/perception-point-base-url.ts';
import { clock } from '../../shared/clock.ts';
import { inputItem, type Operation } from '../../shared/operation.ts';
import { submissionOf } from '../resources/file/submission.ts';
import type { PerceptionPointSession } from '../session.ts';
import { callbackSecret, callbackSecretHeader } from './callback-secret.ts';
import { requestedScanIn, submissionIn, toItemJson } from './scan-request.ts';

/** First step: submits with the resume URL of this very execution as the callback URL. */
export const submit: Operation<PerceptionPointSession> = {
  name: 'Submit',
  value: 'submit',
  action: 'Submit a file with a callback',
  description: 'Submit what the item asks for, to be called back at the resume URL of this execution',
  fields: [],
  isForAgent: (context) => requestedScanIn(inputItem(context).json).request.isForAgent,
  run: async (context) => {
    const { functions, itemIndex, session, signal, tell } = context;
    const { credentials, client } = session;
    const { request } = requestedScanIn(inputItem(context).json);
    const callbackUrl = functions.evaluateExpression('{{ $execution.resumeUrl }}', itemIndex) as string;
    checkReachable(callbackUrl, perceptionPointBaseUrl(credentials));
    const submission = await submissionOf(submissionIn(request, credentials.token), context);
    const submitted = await client.submitFile(
      {
        ...submission,
        callbackUrl,
        callbackHeaders: {
          [callbackSecretHeader]: callbackSecret(credentials.token, functions.getExecutionId()),
        },
      },
      { signal },
    );
    tell(`submitted as scan ${submitted.scanId}`);
    const waitFrom = clock.now();
    const waitUntil = waitFrom + request.waitSeconds * 1000;
    return [{ json: toItemJson({ request, submitted, waitFrom, waitUntil }) }];
  },
};

/** @throws {InvalidInputError} for a callback that would never come: it would be waited for in vain. */
function checkReachable(callbackUrl: string, baseUrl: string): void {
  const url = new URL(callbackUrl);
  if (!isLoopback(url) || isLoopback(new URL(baseUrl))) return;
  throw new InvalidInputError({
    service: perceptionPoint,
    operation: 'submit file',
    subject: 'the webhook URL of n8n',
    what: `it is ${url.origin}, which only this machine reaches`,
    remedy:
      'Set WEBHOOK_URL of n8n, and of its workers, to an address that the service reaches, or use the operation "Scan".',
  });
}
