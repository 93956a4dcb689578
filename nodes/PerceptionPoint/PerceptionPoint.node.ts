import { perceptionPoint } from '@security-reports/core';
import {
  type IExecuteFunctions,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { propertiesOf, type Resource } from '../shared/operation.ts';
import { runOperation } from '../shared/run-operation.ts';
import { scan } from './resources/file/scan.ts';
import { scanWithCallback } from './resources/file/scan-with-callback.ts';
import { submit } from './resources/file/submit.ts';
import { get } from './resources/scan/get.ts';
import { openSession, type PerceptionPointSession } from './session.ts';

const resources: readonly Resource<PerceptionPointSession>[] = [
  { name: 'File', value: 'file', operations: [scan, scanWithCallback, submit] },
  { name: 'Scan', value: 'scan', operations: [get] },
];

export class PerceptionPoint implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Perception Point',
    name: 'perceptionPoint',
    icon: { light: 'file:perception-point.svg', dark: 'file:perception-point.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: 'Have files scanned by Perception Point X-Ray, and get the verdicts',
    defaults: { name: 'Perception Point' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'perceptionPointApi', required: true }],
    properties: propertiesOf(resources),
  };

  async execute(this: IExecuteFunctions) {
    return runOperation(this, perceptionPoint, resources, openSession);
  }
}
