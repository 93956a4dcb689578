import { spectraAnalyze } from '@security-reports/core';
import { concurrency, optionsOf, timeout, waitOptionsOf } from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { reportJson } from '../../../shared/report-json.ts';
import type { SpectraAnalyzeSession } from '../../session.ts';
import { hash, hashOf } from '../hash.ts';

export const create: Operation<SpectraAnalyzeSession> = {
  name: 'Create',
  value: 'create',
  action: 'Create a PDF report',
  description: 'Start the creation of the PDF report of a sample, without waiting for it',
  fields: [hash, optionsOf(timeout, concurrency)],
  run: async (context) => {
    const subject = hashOf(context);
    await context.session.client.createPdfReport(subject, waitOptionsOf(context));
    return [{ json: reportJson({ service: spectraAnalyze.id, subject, state: 'submitted' }) }];
  },
};
