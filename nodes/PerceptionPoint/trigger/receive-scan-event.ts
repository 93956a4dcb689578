import { parseCallback, perceptionPoint, verifyCallback } from '@security-reports/core';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { answer } from '../../shared/answer.ts';
import { reportJson } from '../../shared/report-json.ts';
import { callbackSecretHeader } from '../callback-scan/callback-secret.ts';
import { perceptionPointCredential } from '../session.ts';
import { shownLink } from '../shown-link.ts';
import { isFirstEventOf } from './seen-scans.ts';

/** What comes to the URL of the trigger: a callback with the right secret starts the workflow, once for each scan. */
export async function receiveScanEvent(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { callbackSecret: secret = '' } = await functions.getCredentials<{ callbackSecret?: string }>(
    perceptionPointCredential,
  );
  const header = callbackSecretHeader;
  if (secret === '') {
    return answer(functions, 401, 'The credential of the trigger has no callback secret.');
  }
  if (!verifyCallback(functions.getHeaderData(), { header, secret })) {
    return answer(functions, 401, `The header ${header} has not the right value.`);
  }
  const body: unknown = functions.getBodyData();
  const callback = parseCallback(body);
  if (callback === undefined) return answer(functions, 400, 'This is not the callback of a scan.');
  const wanted = functions.getNodeParameter('verdicts', []) as readonly string[];
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
    raw: functions.getNodeParameter('options.includeRaw', false) === true ? body : undefined,
  });
  return { workflowData: [[{ json }]] };
}
