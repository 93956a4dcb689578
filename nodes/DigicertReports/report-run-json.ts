import { digicert, type ReportRun } from '@security-reports/core';
import type { IDataObject } from 'n8n-workflow';
import { reportJson, type ReportState } from '../shared/report-json.ts';

/** A row of the report history. */
export function reportRunJson(run: ReportRun, more: { readonly raw: boolean }): IDataObject {
  return reportJson({
    service: digicert.id,
    subject: run.displayName === '' ? run.reportId : run.displayName,
    state: stateOf(run),
    reportId: run.reportId,
    runId: run.runId,
    displayName: run.displayName,
    status: run.status,
    formats: run.formats,
    type: run.type,
    schedule: run.schedule,
    splitCount: run.splitCount,
    createdAt: asDate(run.createdAt),
    startedAt: asDate(run.startedAt),
    endedAt: asDate(run.endedAt),
    raw: more.raw ? run.answer : undefined,
  });
}

/** A status that nobody documents is no end: the service goes on. */
function stateOf({ status }: ReportRun): ReportState {
  switch (status) {
    case 'READY':
      return 'ready';
    case 'FAILED':
      return 'failed';
    default:
      return 'submitted';
  }
}

function asDate(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
