import { type PdfReportState, spectraAnalyze } from '@security-reports/core';
import { concurrency, optionsOf, timeout, waitOptionsOf } from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { reportJson, type ReportState } from '../../../shared/report-json.ts';
import type { SpectraAnalyzeSession } from '../../session.ts';
import { hash, hashOf } from '../hash.ts';

/** A status that nobody documents is no end: the appliance goes on. */
const stateOf: Readonly<Record<PdfReportState, ReportState>> = {
  ready: 'ready',
  creating: 'submitted',
  absent: 'missing',
  failed: 'failed',
  other: 'submitted',
};

export const getStatus: Operation<SpectraAnalyzeSession> = {
  name: 'Get Status',
  value: 'getStatus',
  action: 'Get the status of a PDF report',
  description: 'Ask how far the PDF report of a sample is',
  fields: [hash, optionsOf(timeout, concurrency)],
  run: async (context) => {
    const subject = hashOf(context);
    const status = await context.session.client.getPdfReportStatus(subject, waitOptionsOf(context));
    const state = stateOf[status.state];
    const about = { service: spectraAnalyze.id, subject, state };
    return [{ json: reportJson({ ...about, status: status.number, message: status.message }) }];
  },
};
