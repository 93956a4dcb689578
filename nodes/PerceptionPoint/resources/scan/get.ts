import { patienceWithUnlistedMs, perceptionPoint, scanResult } from '@security-reports/core';
import type { INodeProperties } from 'n8n-workflow';
import {
  concurrency,
  includeRaw,
  optionsOf,
  pollInterval,
  timeout,
  waitOptionsOf,
} from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { reportJson } from '../../../shared/report-json.ts';
import type { PerceptionPointSession } from '../../session.ts';
import { answerField, scannedFile } from '../scanned-file.ts';

const scanId: INodeProperties = {
  displayName: 'Scan ID',
  name: 'scanId',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. 123456',
  description: 'The ID that File > Submit gave, or that the error of a scan names',
};

const wait: INodeProperties = {
  displayName: 'Wait for Verdict',
  name: 'wait',
  type: 'boolean',
  default: true,
  description: 'Whether to wait until there is a verdict, rather than to ask once',
};

export const get: Operation<PerceptionPointSession> = {
  name: 'Get',
  value: 'get',
  action: 'Get the verdict of a scan',
  description: 'Get the verdict of a file that was submitted earlier',
  fields: [scanId, wait, answerField, optionsOf(timeout, pollInterval, concurrency, includeRaw)],
  run: async (context) => {
    const { parameters, session } = context;
    const id = parameters.requiredText(scanId);
    const field = parameters.requiredText(answerField);
    const isToWait = parameters.flag(wait);
    const limits = waitOptionsOf(context);
    const scan = isToWait
      ? await session.watch.waitFor(id, { ...limits, giveUpUnlistedAfterMs: patienceWithUnlistedMs })
      : await session.client.getScan(id, limits);
    if (!scan.finished) {
      return [
        { json: reportJson({ service: perceptionPoint.id, subject: id, state: 'submitted', scanId: id }) },
      ];
    }
    const result = scanResult({ scanId: id }, scan);
    return [await scannedFile(scan.fileName ?? id, {}, result, field, context)];
  },
};
