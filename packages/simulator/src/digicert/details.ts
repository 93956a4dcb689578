import { columns } from '../samples/table.ts';
import { creator } from './creator.ts';
import { toApiDate } from './date.ts';
import type { Report } from './report-library.ts';

/** What the details call answers about a report (doc: the fields of the vendor's example). */
export function reportDetails(report: Report): object {
  return {
    report: {
      report_display_name: report.displayName,
      report_identifier: report.identifier,
      ...creator,
      created_date: toApiDate(report.createdAt),
      report_metadata: {
        report_type: report.type,
        columns: columns.map((identifier) => ({ identifier })),
        filters: [],
        sources: {
          division_filter_type: 'INCLUDE_ALL_DIVISIONS',
          sub_account_filter_type: 'EXCLUDE_ALL_SUB_ACCOUNTS',
        },
      },
      schedule: { frequency: report.schedule },
      format: report.formats,
      notification_emails: [],
    },
  };
}
