import { digicert } from '@security-reports/core';
import type { INodeProperties, IPollFunctions } from 'n8n-workflow';
import { outputBinaryField } from '../../shared/descriptions.ts';
import { Parameters } from '../../shared/parameters.ts';
import { reportFormat } from '../report-fields.ts';

const whenDownloading = { show: { downloadFile: [true] } };

export const downloadFile: INodeProperties = {
  displayName: 'Download File',
  name: 'downloadFile',
  type: 'boolean',
  default: false,
  description:
    'Whether to download the file of each run. One that cannot be had is tried again at the next polls; after the fifth, the run comes without it, and with the reason in "message".',
};

export const fileFormat: INodeProperties = {
  ...reportFormat,
  options: [{ name: 'As Created', value: 'asCreated' }, ...(reportFormat.options ?? [])],
  default: 'asCreated',
  displayOptions: whenDownloading,
};

export const fileField: INodeProperties = { ...outputBinaryField, displayOptions: whenDownloading };

/** The parameters of the trigger, which has no items. */
export function triggerParameters(functions: IPollFunctions): Parameters {
  return new Parameters(digicert, 'poll for new report runs', (path) => functions.getNodeParameter(path, ''));
}
