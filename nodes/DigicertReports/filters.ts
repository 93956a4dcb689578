import type { ReportHistoryFilter } from '@security-reports/core';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

export const reportTypeFilter: INodeProperties = {
  displayName: 'Report Types',
  name: 'reportType',
  type: 'multiOptions',
  options: [
    { name: 'Audit Logs', value: 'audit-logs' },
    { name: 'Balance History', value: 'balance-history' },
    { name: 'Domains', value: 'domains' },
    { name: 'FQDN', value: 'fqdn' },
    { name: 'Orders', value: 'orders' },
    { name: 'Organizations', value: 'organizations' },
    { name: 'Users', value: 'users' },
  ],
  default: [],
  description: 'Only runs of reports of these types',
};

export const scheduleFilter: INodeProperties = {
  displayName: 'Schedules',
  name: 'schedule',
  type: 'multiOptions',
  options: [
    { name: 'Monthly', value: 'MONTHLY' },
    { name: 'On Demand', value: 'ON_DEMAND' },
    { name: 'Weekly', value: 'WEEKLY' },
  ],
  default: [],
  description: 'Only runs of reports with these schedules',
};

export const statusFilter: INodeProperties = {
  displayName: 'Statuses',
  name: 'status',
  type: 'multiOptions',
  options: [
    { name: 'Failed', value: 'FAILED' },
    { name: 'Generating', value: 'GENERATING' },
    { name: 'Ready', value: 'READY' },
    { name: 'Scheduled', value: 'SCHEDULED' },
  ],
  default: [],
  description: 'Only runs in these states',
};

/** What the fields above, and the texts beside them, ask the history for. */
export function historyFilter(values: IDataObject): ReportHistoryFilter {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const list = (name: string): readonly string[] => (values[name] ?? []) as readonly string[];
  return {
    displayName: text('displayName'),
    search: text('search'),
    schedule: list('schedule'),
    status: list('status'),
    reportType: list('reportType'),
  };
}
