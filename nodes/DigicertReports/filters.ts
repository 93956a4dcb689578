import type { ReportHistoryFilter } from '@security-reports/core';
import type { INodeProperties } from 'n8n-workflow';
import type { Parameters } from '../shared/parameters.ts';

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

export const displayNameFilter: INodeProperties = {
  displayName: 'Display Name',
  name: 'displayName',
  type: 'string',
  default: '',
  description: 'Only runs of reports with this name',
};

export const searchFilter: INodeProperties = {
  displayName: 'Search',
  name: 'search',
  type: 'string',
  default: '',
  description: 'Only what the search of the Report Library finds for this text',
};

/** What the fields above ask the history for. */
export function historyFilter(filters: Parameters): ReportHistoryFilter {
  return {
    displayName: filters.text(displayNameFilter),
    search: filters.text(searchFilter),
    schedule: filters.list(scheduleFilter),
    status: filters.list(statusFilter),
    reportType: filters.list(reportTypeFilter),
  };
}
