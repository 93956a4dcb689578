import { parseCallback, perceptionPoint, verifyCallback } from '@security-reports/core';
import type { IHookFunctions, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { answer } from '../../shared/answer.ts';
import { toNodeError } from '../../shared/node-error.ts';
import { Parameters } from '../../shared/parameters.ts';
import { reportJson } from '../../shared/report-json.ts';
import { callbackSecretHeader } from '../callback-scan/callback-secret.ts';
import { readCredentials } from '../session.ts';
import { shownLink } from '../shown-link.ts';
import { isFirstEventOf } from './seen-scans.ts';
import { includeRawCallback, verdicts } from './trigger-fields.ts';
import { triggerSecret } from './trigger-secret.ts';

/** @throws {NodeOperationError} for a credential by which the trigger would know no callback. */
export async function checkCredential(functions: IHookFunctions): Promise<void> {
  try {
    await secretOf(functions);
  } catch (error) {
    throw toNodeError(functions.getNode(), error, 0);
  }
}

async function secretOf(functions: IHookFunctions | IWebhookFunctions): Promise<string> {
  return triggerSecret(await readCredentials(functions));
}

/** What comes to the URL of the trigger: a callback with the right secret starts the workflow, once for each scan. */
export async function receiveScanEvent(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
  const secret = await secretOf(functions).catch(() => undefined);
  if (secret === undefined) {
    return answer(functions, 401, 'The credential of the trigger has no callback secret that could be sent.');
  }
  const header = callbackSecretHeader;
  if (!verifyCallback(functions.getHeaderData(), { header, secret })) {
    return answer(functions, 401, `The header ${header} has not the right value.`);
  }
  const body: unknown = functions.getBodyData();
  const callback = parseCallback(body);
  if (callback === undefined) return answer(functions, 400, 'This is not the callback of a scan.');
  const parameters = new Parameters(perceptionPoint, 'receive a callback', (path) =>
    functions.getNodeParameter(path, ''),
  );
  const wanted = parameters.list(verdicts);
  if (wanted.length > 0 && !wanted.includes(callback.verdict)) {
    return answer(functions, 200, 'The workflow is not for this verdict.');
  }
  if (!isFirstEventOf(callback.scanId, functions)) {
    return answer(functions, 200, 'The workflow knows this verdict already.');
  }
  const { scanId, verdict, verdictCode, name, type, evidence, params } = callback;
  const path = callback.path && (shownLink(callback.path) ?? callback.path);
  const json = reportJson({
    service: perceptionPoint.id,
    subject: name ?? path ?? scanId,
    state: 'ready',
    verdict,
    verdictCode,
    scanId,
    type,
    path,
    evidence,
    params,
    raw: parameters.within('options').flag(includeRawCallback) ? body : undefined,
  });
  return { workflowData: [[{ json }]] };
}
