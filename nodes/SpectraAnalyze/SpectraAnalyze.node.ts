import { spectraAnalyze } from '@security-reports/core';
import {
  type IExecuteFunctions,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { propertiesOf, type Resource } from '../shared/operation.ts';
import { runOperation } from '../shared/run-operation.ts';
import { create } from './resources/pdf-report/create.ts';
import { download } from './resources/pdf-report/download.ts';
import { generate } from './resources/pdf-report/generate.ts';
import { getStatus } from './resources/pdf-report/get-status.ts';
import { getClassification } from './resources/sample/get-classification.ts';
import { openSession, type SpectraAnalyzeSession } from './session.ts';

const resources: readonly Resource<SpectraAnalyzeSession>[] = [
  { name: 'PDF Report', value: 'pdfReport', operations: [generate, create, download, getStatus] },
  { name: 'Sample', value: 'sample', operations: [getClassification] },
];

export class SpectraAnalyze implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Spectra Analyze',
    name: 'spectraAnalyze',
    icon: { light: 'file:spectra-analyze.svg', dark: 'file:spectra-analyze.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: 'Get PDF analysis reports and classifications of samples from ReversingLabs Spectra Analyze',
    defaults: { name: 'Spectra Analyze' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'spectraAnalyzeApi', required: true }],
    properties: propertiesOf(resources),
  };

  async execute(this: IExecuteFunctions) {
    return runOperation(this, spectraAnalyze, resources, openSession);
  }
}
