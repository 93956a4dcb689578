import {
  concurrency,
  optionsOf,
  outputBinaryField,
  timeout,
  waitOptionsOf,
} from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { hintAtRedirect } from '../../../shared/redirect-hint.ts';
import type { SpectraAnalyzeSession } from '../../session.ts';
import { hash, hashOf } from '../hash.ts';
import { readyReport } from './ready-report.ts';

export const download: Operation<SpectraAnalyzeSession> = {
  name: 'Download',
  value: 'download',
  action: 'Download a PDF report',
  description: 'Download a PDF report that was created within the last 30 minutes',
  fields: [hash, outputBinaryField, optionsOf(timeout, concurrency)],
  run: async (context) => {
    const { client, store } = context.session;
    const subject = hashOf(context);
    const field = context.parameters.requiredText(outputBinaryField);
    const report = await client.downloadPdfReport(subject, store, waitOptionsOf(context));
    hintAtRedirect(context.functions, report);
    return [readyReport(subject, report, field)];
  },
};
