import {
  type INodeType,
  type INodeTypeDescription,
  type IPollFunctions,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { reportTypeFilter, scheduleFilter } from './filters.ts';
import { searchReports } from './list-search/search-reports.ts';
import { reportIdentifier } from './report-fields.ts';
import { pollReportRuns } from './trigger/poll-report-runs.ts';
import { downloadFile, fileField, fileFormat } from './trigger/trigger-fields.ts';

export class DigicertReportsTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'DigiCert Reports Trigger',
    name: 'digicertReportsTrigger',
    icon: { light: 'file:digicert.svg', dark: 'file:digicert.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["downloadFile"] ? "new runs, with their files" : "new runs"}}',
    description: 'Starts the workflow for every new run of a DigiCert CertCentral report that is ready',
    defaults: { name: 'DigiCert Reports Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'digicertApi', required: true }],
    properties: [
      {
        displayName:
          'Runs that are ready when the workflow is activated do not start it; those that become ready from then on do, each once.',
        name: 'runsNotice',
        type: 'notice',
        default: '',
      },
      {
        ...reportIdentifier,
        required: false,
        description: 'Only runs of this report; of any report when it is empty',
      },
      downloadFile,
      fileFormat,
      fileField,
      {
        displayName: 'Filters',
        name: 'filters',
        type: 'collection',
        placeholder: 'Add filter',
        default: {},
        options: [reportTypeFilter, scheduleFilter],
      },
    ],
  };

  methods = { listSearch: { searchReports } };

  async poll(this: IPollFunctions) {
    return pollReportRuns(this);
  }
}
