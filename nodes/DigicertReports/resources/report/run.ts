import { digicert, findReportId } from '@security-reports/core';
import type { INodeProperties } from 'n8n-workflow';
import {
  concurrency,
  optionsOf,
  outputBinaryField,
  pollInterval,
  timeout,
  waitOptionsOf,
} from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { reportJson } from '../../../shared/report-json.ts';
import { formatOf, reportFormat, reportIdentifier, reportOf } from '../../report-fields.ts';
import type { DigicertSession } from '../../session.ts';
import { fetchRun } from './fetch-run.ts';

const waitAndDownload: INodeProperties = {
  displayName: 'Wait and Download',
  name: 'download',
  type: 'boolean',
  default: false,
  description: 'Whether to wait for the new run, and download it',
};

/** The service can take more than an hour to build a report. */
const longTimeout: INodeProperties = {
  ...timeout,
  default: 7200,
  description: 'How long to wait for each item before the node gives up; a large report can take an hour',
};

const whenDownloading = { show: { download: [true] } };

export const run: Operation<DigicertSession> = {
  name: 'Run',
  value: 'run',
  action: 'Run a report',
  description: 'Start a new run of a report now',
  fields: [
    reportIdentifier,
    waitAndDownload,
    { ...reportFormat, displayOptions: whenDownloading },
    { ...outputBinaryField, displayOptions: whenDownloading },
    optionsOf(longTimeout, pollInterval, concurrency),
  ],
  run: async (context) => {
    const { parameters, session } = context;
    const report = reportOf(parameters);
    if (parameters.flag(waitAndDownload)) {
      const format = formatOf(parameters);
      return fetchRun(context, { report, run: 'latest', format, startNewRun: true }, longTimeout);
    }
    const limits = waitOptionsOf(context);
    const reportId = await findReportId(session.client, report, limits);
    await session.client.runReport(reportId, limits);
    const subject = 'id' in report ? report.id : report.displayName;
    const message = 'a new run was started; its id is in the report history once it is listed';
    return [{ json: reportJson({ service: digicert.id, subject, state: 'submitted', reportId, message }) }];
  },
};
