import { digicertBaseUrl, type ReportFormat, reportFormats } from '@security-reports/core';
import type { InputReader } from './input-reader.ts';
import { boolean, oneOf } from './parsers.ts';
import type { Surroundings } from './surroundings.ts';

/** Which run of which report to fetch from DigiCert CertCentral. */
export interface DigicertRequest {
  readonly service: 'digicert';
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly report: { readonly id: string } | { readonly displayName: string };
  /** `latest`, or the id of a run. */
  readonly run: string;
  readonly startNewRun: boolean;
  readonly format: ReportFormat;
  /** Whether a ZIP that the service delivers is unpacked. */
  readonly extract: boolean;
}

export function readDigicertRequest(reader: InputReader, { baseUrl, token }: Surroundings): DigicertRequest {
  if (reader.isGiven('report-id') === reader.isGiven('report-name')) {
    reader.refuse(
      'report-id, report-name',
      `${reader.isGiven('report-id') ? 'both are given' : 'both are missing'}. Give exactly one of them.`,
    );
  }
  const run = reader.read('report-run-id', String, 'latest');
  const startNewRun = reader.read('run', boolean, false);
  if (startNewRun && run !== 'latest') {
    reader.refuse('run, report-run-id', 'a new run has no id yet. Leave one of them out.');
  }
  const id = reader.read('report-id', String, undefined);
  return {
    service: 'digicert',
    apiKey: token,
    baseUrl: baseUrl ?? digicertBaseUrl,
    report: id === undefined ? { displayName: reader.read('report-name', String, '') } : { id },
    run,
    startNewRun,
    format: reader.read('report-format', oneOf(reportFormats), 'CSV'),
    extract: reader.read('extract', boolean, false),
  };
}
