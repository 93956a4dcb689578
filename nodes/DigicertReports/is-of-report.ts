import type { ReportRun, ReportRunRequest } from '@security-reports/core';

/** Whether a run is one of a report: an id in any letter case, as core has it, or a display name letter for letter. */
export function isOfReport(run: ReportRun, report: ReportRunRequest['report']): boolean {
  return 'id' in report
    ? run.reportId.toLowerCase() === report.id.toLowerCase()
    : run.displayName === report.displayName;
}
