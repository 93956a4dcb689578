import { fetchPdfReport } from '@security-reports/core';
import {
  concurrency,
  optionsOf,
  outputBinaryField,
  pollInterval,
  timeout,
  waitOptionsOf,
} from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { hintAtRedirect } from '../../../shared/redirect-hint.ts';
import type { SpectraAnalyzeSession } from '../../session.ts';
import { hash, hashOf } from '../hash.ts';
import { readyReport } from './ready-report.ts';

export const generate: Operation<SpectraAnalyzeSession> = {
  name: 'Generate',
  value: 'generate',
  action: 'Generate a PDF report',
  description: 'Create the PDF report of a sample, wait until it is ready, and download it',
  fields: [hash, outputBinaryField, optionsOf(timeout, pollInterval, concurrency)],
  run: async (context) => {
    const { client, store } = context.session;
    const subject = hashOf(context);
    const field = context.parameters.requiredText(outputBinaryField);
    const report = await fetchPdfReport(client, subject, store, waitOptionsOf(context));
    hintAtRedirect(context.functions, report);
    return [readyReport(subject, report, field)];
  },
};
