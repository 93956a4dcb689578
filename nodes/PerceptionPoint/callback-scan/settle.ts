import {
  parseCallback,
  perceptionPoint,
  type ScanResult,
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
import { requestIn } from './scan-request.ts';

/** Third step: makes a report of the callback, or asks once for a scan that none came for. */
export const settle: Operation<PerceptionPointSession> = {
  name: 'Settle',
  value: 'settle',
  action: 'Settle a scan',
  description: 'Take the verdict from the callback, or ask for it once',
  fields: [
    { ...outputBinaryField, default: '={{ $json.request.outputBinaryField }}' },
    { ...optionsOf(includeRaw), default: { includeRaw: '={{ $json.request.includeRaw }}' } },
  ],
  run: async (context) => {
    const { json } = inputItem(context);
    const submitted = json['submitted'] as unknown as SubmittedFile;
    const callback = parseCallback(json['callback']);
    const result =
      callback === undefined ? await askOnce(submitted, context) : scanResult(submitted, callback);
    return [await scannedFile(requestIn(json).subject, submitted, result, context)];
  },
};

async function askOnce(
  submitted: SubmittedFile,
  { session, signal }: ItemContext<PerceptionPointSession>,
): Promise<ScanResult> {
  const { scanId, submittedAt } = submitted;
  const period = searchPeriod(clock.now(), submittedAt);
  const scan = await session.client.findScan(scanId, period, { signal });
  if (scan?.finished === true) return scanResult(submitted, scan);
  const lastState = scan === undefined ? 'not listed yet' : 'being scanned';
  throw new TimeoutError({
    service: perceptionPoint,
    operation: 'wait for callback',
    subject: scanId,
    what: `no callback came in time, and there is no verdict either; the last state: ${lastState}`,
    remedy: `The service goes on scanning: ask again for the scan id ${scanId}, or allow more time. Check that the service reaches the webhook URL of n8n.`,
    lastState,
    resumeId: scanId,
  });
}
