import {
  parseCallback,
  perceptionPoint,
  type Scan,
  scanResult,
  searchPeriod,
  type SubmittedFile,
  TimeoutError,
} from '@security-reports/core';
import { clock } from '../../shared/clock.ts';
import { includeRaw, optionsOf, outputBinaryField } from '../../shared/descriptions.ts';
import { inputItem, type ItemContext, type Operation } from '../../shared/operation.ts';
import { scannedFile } from '../resources/scanned-file.ts';
import type { PerceptionPointSession } from '../session.ts';
import { secretsOfScan, submittedScanIn } from './scan-request.ts';

/** Last step: makes a report of what came, or asks once for a scan of which nothing came. */
export const settle: Operation<PerceptionPointSession> = {
  name: 'Settle',
  value: 'settle',
  action: 'Settle a scan',
  description: 'Take the verdict from the callback, or ask for it once',
  fields: [
    { ...outputBinaryField, default: '={{ $json.request.outputBinaryField }}' },
    { ...optionsOf(includeRaw), default: { includeRaw: '={{ $json.request.includeRaw }}' } },
  ],
  isForAgent: (context) => submittedScanIn(inputItem(context).json).request.isForAgent,
  run: async (context) => {
    const { request, submitted, callback } = submittedScanIn(inputItem(context).json);
    const field = context.parameters.requiredText(outputBinaryField);
    const told = parseCallback(callback) ?? (await askOnce(submitted, context));
    const secrets = secretsOfScan(request, context.session.credentials.token, context.functions);
    const result = scanResult(submitted, told, secrets);
    return [await scannedFile(request.subject, submitted, result, field, context)];
  },
};

async function askOnce(
  submitted: SubmittedFile,
  { session, signal }: ItemContext<PerceptionPointSession>,
): Promise<Scan> {
  const { scanId } = submitted;
  const scan = await session.client.findScan(submitted, searchPeriod(clock.now(), submitted.submittedAt), {
    signal,
  });
  if (scan?.finished === true) return scan;
  const [lastState, outlook] =
    scan === undefined
      ? ['not listed yet', 'The service may list it later']
      : ['being scanned', 'The service goes on scanning'];
  throw new TimeoutError({
    service: perceptionPoint,
    operation: 'wait for callback',
    subject: scanId,
    what: `no callback came in time, and there is no verdict either; the last state: ${lastState}`,
    remedy: `${outlook}: ask again for the scan id ${scanId}, or allow more time. Check that the service reaches the webhook URL of n8n.`,
    lastState,
    resumeId: scanId,
  });
}
