import type { INodeProperties } from 'n8n-workflow';
import { concurrency, includeRaw, optionsOf, timeout, waitOptionsOf } from '../../../shared/descriptions.ts';
import type { Operation, OperationOutput } from '../../../shared/operation.ts';
import {
  displayNameFilter,
  historyFilter,
  reportTypeFilter,
  scheduleFilter,
  searchFilter,
  statusFilter,
} from '../../filters.ts';
import { reportRunJson } from '../../report-run-json.ts';
import type { DigicertSession } from '../../session.ts';

const returnAll: INodeProperties = {
  displayName: 'Return All',
  name: 'returnAll',
  type: 'boolean',
  default: false,
  description: 'Whether to return all results or only up to a given limit',
};

const limit: INodeProperties = {
  displayName: 'Limit',
  name: 'limit',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 50,
  description: 'Max number of results to return',
  displayOptions: { show: { returnAll: [false] } },
};

const filters: INodeProperties = {
  displayName: 'Filters',
  name: 'filters',
  type: 'collection',
  placeholder: 'Add filter',
  default: {},
  options: [displayNameFilter, reportTypeFilter, scheduleFilter, searchFilter, statusFilter],
};

export const getHistory: Operation<DigicertSession> = {
  name: 'Get Many',
  value: 'getHistory',
  action: 'Get many report runs',
  description: 'Get the runs of reports from the report history, newest first',
  fields: [returnAll, limit, filters, optionsOf(timeout, concurrency, includeRaw)],
  run: async (context) => {
    const { parameters, session } = context;
    const max = parameters.flag(returnAll) ? Infinity : (parameters.number(limit) ?? Number(limit.default));
    const filter = historyFilter(parameters.within('filters'));
    const raw = parameters.within('options').flag(includeRaw);
    const outputs: OperationOutput[] = [];
    for await (const run of session.client.listReportHistory(filter, waitOptionsOf(context))) {
      outputs.push({ json: reportRunJson(run, { raw }) });
      if (outputs.length >= max) break;
    }
    return outputs;
  },
};
