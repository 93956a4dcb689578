import { digicert, InvalidInputError, type ReportFormat, type ReportReference } from '@security-reports/core';
import type { IExecuteFunctions, INodeParameterResourceLocator, INodeProperties } from 'n8n-workflow';

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

/** @throws {InvalidInputError} when an expression gives nothing. */
export function reportOf(functions: IExecuteFunctions, itemIndex: number): ReportReference {
  const locator = functions.getNodeParameter('reportIdentifier', itemIndex) as INodeParameterResourceLocator;
  const report = locatedReport(locator);
  if (report !== undefined) return report;
  throw new InvalidInputError({
    service: digicert,
    operation: 'find report',
    subject: 'the report',
    what: 'it is empty',
    remedy: 'Choose one from the list, or give its id or its display name.',
  });
}

/** The report that a locator points to, as core takes it; `undefined` for one that is empty. */
export function locatedReport(
  locator: INodeParameterResourceLocator | undefined,
): ReportReference | undefined {
  const text = String(locator?.value ?? '').trim();
  if (text === '') return undefined;
  return locator?.mode === 'name' ? { displayName: text } : { id: text };
}

export function runOf(functions: IExecuteFunctions, itemIndex: number): string {
  const run = functions.getNodeParameter('reportRunIdentifier', itemIndex, '', { extractValue: true });
  return (run as string).trim();
}

export function formatOf(functions: IExecuteFunctions, itemIndex: number): ReportFormat {
  return functions.getNodeParameter('reportFormat', itemIndex) as ReportFormat;
}
