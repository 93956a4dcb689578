import { scanFile } from '@security-reports/core';
import {
  concurrency,
  includeRaw,
  optionsOf,
  pollInterval,
  timeout,
  waitOptionsOf,
} from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import type { PerceptionPointSession } from '../../session.ts';
import { answerField, scannedFile } from '../scanned-file.ts';
import { describeSubmission, fileName, filePassword, sourceFields, submissionOf } from './submission.ts';

export const scan: Operation<PerceptionPointSession> = {
  name: 'Scan',
  value: 'scan',
  action: 'Scan a file',
  description: 'Submit a file and wait for the verdict',
  fields: [
    ...sourceFields,
    answerField,
    optionsOf(timeout, pollInterval, concurrency, fileName, filePassword, includeRaw),
  ],
  run: async (context) => {
    const { client, watch } = context.session;
    const described = describeSubmission(context);
    const field = context.parameters.requiredText(answerField);
    const submission = await submissionOf(described, context);
    const { submitted, ...result } = await scanFile(client, watch, submission, {
      ...waitOptionsOf(context),
      onSubmitted: ({ scanId }) => {
        context.tell(`submitted as scan ${scanId}`);
      },
    });
    return [await scannedFile(described.subject, submitted, result, field, context)];
  },
};
