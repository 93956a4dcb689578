import {
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookDescription,
  type IWebhookFunctions,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { optionsOf } from '../shared/descriptions.ts';
import { callbackSecretHeader } from './callback-scan/callback-secret.ts';
import { checkCredential, receiveScanEvent } from './trigger/receive-scan-event.ts';
import { includeRawCallback, verdicts } from './trigger/trigger-fields.ts';

const callbackWebhooks: IWebhookDescription[] = [
  {
    name: 'default',
    httpMethod: 'POST',
    responseMode: 'onReceived',
    responseData: 'noData',
    path: 'perception-point',
  },
];

export class PerceptionPointTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Perception Point Trigger',
    name: 'perceptionPointTrigger',
    icon: { light: 'file:perception-point.svg', dark: 'file:perception-point.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["verdicts"].join(", ") || "any verdict"}}',
    description: 'Starts the workflow when Perception Point X-Ray calls back with a verdict',
    eventTriggerDescription: 'Waiting for a callback of Perception Point',
    activationMessage: 'Submissions with the production URL as callback URL now start this workflow.',
    defaults: { name: 'Perception Point Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'perceptionPointApi', required: true }],
    webhooks: callbackWebhooks,
    properties: [
      {
        displayName: `Give the production URL above as the callback URL of File > Submit, and add its option "Callback Starts a Perception Point Trigger". Whoever else submits files sends the callback secret of this credential along, in the callback header <code>${callbackSecretHeader}</code>.`,
        name: 'callbackNotice',
        type: 'notice',
        default: '',
      },
      verdicts,
      optionsOf(includeRawCallback),
    ],
  };

  /** The service knows no registration of webhooks: each submission names the URL to call. */
  webhookMethods = {
    default: {
      checkExists: () => Promise.resolve(false),
      async create(this: IHookFunctions) {
        await checkCredential(this);
        return true;
      },
      delete: () => Promise.resolve(true),
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveScanEvent(this);
  }
}
