import { perceptionPoint } from '@security-reports/core';
import {
  type IExecuteFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookDescription,
  type IWebhookFunctions,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { propertiesOf, type Resource } from '../shared/operation.ts';
import { runOperation } from '../shared/run-operation.ts';
import { awaitCallback, receiveCallback } from './callback-scan/await-callback.ts';
import { settle } from './callback-scan/settle.ts';
import { submit } from './callback-scan/submit.ts';
import { openSession, type PerceptionPointSession } from './session.ts';

const resources: readonly Resource<PerceptionPointSession>[] = [
  { name: 'Callback Scan', value: 'callbackScan', operations: [submit, awaitCallback, settle] },
];

/** Not a trigger: the URL exists as long as an execution waits, and n8n itself checks its signature. */
const resumeWebhooks: IWebhookDescription[] = [
  {
    name: 'default',
    httpMethod: 'POST',
    responseMode: 'onReceived',
    responseData: 'noData',
    path: '',
    restartWebhook: true,
  },
];

/** The steps of the operation "Scan With Callback". It is hidden: no user ever puts it into a workflow. */
export class PerceptionPointCallbackScan implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Perception Point Callback Scan',
    name: 'perceptionPointCallbackScan',
    hidden: true,
    icon: { light: 'file:perception-point.svg', dark: 'file:perception-point.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["operation"]}}',
    description: 'A step of the operation "Scan With Callback" of the node Perception Point',
    defaults: { name: 'Perception Point Callback Scan' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'perceptionPointApi', required: true }],
    webhooks: resumeWebhooks,
    properties: propertiesOf(resources),
  };

  async execute(this: IExecuteFunctions) {
    return runOperation(this, perceptionPoint, resources, openSession);
  }

  async webhook(this: IWebhookFunctions) {
    return receiveCallback(this);
  }
}
