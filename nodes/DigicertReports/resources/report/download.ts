import { concurrency, optionsOf, outputBinaryField, timeout } from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import {
  formatOf,
  reportFormat,
  reportIdentifier,
  reportOf,
  reportRunIdentifier,
  runOf,
} from '../../report-fields.ts';
import type { DigicertSession } from '../../session.ts';
import { fetchRun } from './fetch-run.ts';

export const download: Operation<DigicertSession> = {
  name: 'Download',
  value: 'download',
  action: 'Download a run of a report',
  description: 'Download one run of a report, all parts of it',
  fields: [
    reportIdentifier,
    reportRunIdentifier,
    reportFormat,
    outputBinaryField,
    optionsOf(timeout, concurrency),
  ],
  run: async (context) => {
    const { parameters } = context;
    return fetchRun(context, {
      report: reportOf(parameters),
      run: runOf(parameters),
      format: formatOf(parameters),
    });
  },
};
