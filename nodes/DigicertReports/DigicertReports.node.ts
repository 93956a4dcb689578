import { digicert } from '@security-reports/core';
import {
  type IExecuteFunctions,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { propertiesOf, type Resource } from '../shared/operation.ts';
import { runOperation } from '../shared/run-operation.ts';
import { searchReports } from './list-search/search-reports.ts';
import { searchRuns } from './list-search/search-runs.ts';
import { download } from './resources/report/download.ts';
import { downloadLatest } from './resources/report/download-latest.ts';
import { getHistory } from './resources/report/get-history.ts';
import { run } from './resources/report/run.ts';
import { type DigicertSession, openSession } from './session.ts';

const resources: readonly Resource<DigicertSession>[] = [
  { name: 'Report', value: 'report', operations: [downloadLatest, download, getHistory, run] },
];

export class DigicertReports implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'DigiCert Reports',
    name: 'digicertReports',
    icon: { light: 'file:digicert.svg', dark: 'file:digicert.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: 'Find, run and download the reports of DigiCert CertCentral',
    defaults: { name: 'DigiCert Reports' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'digicertApi', required: true }],
    properties: propertiesOf(resources),
  };

  methods = { listSearch: { searchReports, searchRuns } };

  async execute(this: IExecuteFunctions) {
    return runOperation(this, digicert, resources, openSession);
  }
}
