import { type DownloadedPdfReport, spectraAnalyze } from '@security-reports/core';
import type { IBinaryData } from 'n8n-workflow';
import type { OperationOutput } from '../../../shared/operation.ts';
import { reportJson } from '../../../shared/report-json.ts';

/** A PDF report that was downloaded, as an item with the file in `field`. */
export function readyReport(
  subject: string,
  report: DownloadedPdfReport<IBinaryData>,
  field: string,
): OperationOutput {
  const { name: fileName, mediaType, size, sha256, delivered } = report;
  const about = { service: spectraAnalyze.id, subject, state: 'ready' } as const;
  return {
    json: reportJson({ ...about, fileName, mediaType, size, sha256 }),
    binary: { [field]: delivered },
  };
}
