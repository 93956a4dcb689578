import {
  concurrency,
  optionsOf,
  outputBinaryField,
  pollInterval,
  timeout,
} from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { formatOf, reportFormat, reportIdentifier, reportOf } from '../../report-fields.ts';
import type { DigicertSession } from '../../session.ts';
import { fetchRun } from './fetch-run.ts';

export const downloadLatest: Operation<DigicertSession> = {
  name: 'Download Latest',
  value: 'downloadLatest',
  action: 'Download the latest run of a report',
  description: 'Download the newest run that is ready, or wait for the one that is being generated',
  fields: [reportIdentifier, reportFormat, outputBinaryField, optionsOf(timeout, pollInterval, concurrency)],
  run: async (context) => {
    const { parameters } = context;
    return fetchRun(context, { report: reportOf(parameters), run: 'latest', format: formatOf(parameters) });
  },
};
