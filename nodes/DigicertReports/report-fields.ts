import type { ReportFormat, ReportReference } from '@security-reports/core';
import type { INodeProperties } from 'n8n-workflow';
import type { Located, Parameters } from '../shared/parameters.ts';

export const reportIdentifier: INodeProperties = {
  displayName: 'Report',
  name: 'reportIdentifier',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description: 'The report, as the Report Library of CertCentral lists it',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a report…',
      typeOptions: { searchListMethod: 'searchReports', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 3d5a8a1c-7b7e-4b6c-9f0e-0a1b2c3d4e5f',
      hint: 'The report identifier',
    },
    {
      displayName: 'By Name',
      name: 'name',
      type: 'string',
      placeholder: 'e.g. Orders of the month',
      hint: 'The display name, letter for letter',
    },
  ],
};

export const reportRunIdentifier: INodeProperties = {
  displayName: 'Run',
  name: 'reportRunIdentifier',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  typeOptions: { loadOptionsDependsOn: ['reportIdentifier.value'] },
  description: 'The run of the report',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a run…',
      typeOptions: { searchListMethod: 'searchRuns', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 0f9e8d7c-6b5a-4c3d-2e1f-0a1b2c3d4e5f',
      hint: 'The report run identifier',
    },
  ],
};

export const reportFormat: INodeProperties = {
  displayName: 'Format',
  name: 'reportFormat',
  type: 'options',
  options: [
    { name: 'CSV', value: 'CSV' },
    { name: 'Excel', value: 'EXCEL' },
    { name: 'JSON', value: 'JSON' },
    { name: 'ZIP', value: 'ZIP' },
  ] satisfies { name: string; value: ReportFormat }[],
  default: 'CSV',
  description:
    'The format that was chosen when the report was created. What is larger than 2 MB comes as a ZIP all the same.',
};

/** @throws {InvalidInputError} when the field is empty. */
export function reportOf(parameters: Parameters): ReportReference {
  return referenceTo(parameters.requiredLocated(reportIdentifier));
}

/** The report that a locator points to, as core takes it. */
export function referenceTo({ mode, text }: Located): ReportReference {
  return mode === 'name' ? { displayName: text } : { id: text };
}

/** @throws {InvalidInputError} when the field is empty. */
export function runOf(parameters: Parameters): string {
  return parameters.requiredLocated(reportRunIdentifier).text;
}

/** @throws {InvalidInputError} for anything that the field does not offer. */
export function formatOf(parameters: Parameters): ReportFormat {
  return parameters.choice(reportFormat) as ReportFormat;
}
