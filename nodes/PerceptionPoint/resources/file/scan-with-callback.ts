import type { INodeProperties } from 'n8n-workflow';
import { includeRaw, optionsOf } from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { shortestWait } from '../../callback-scan/await-callback.ts';
import { sealSubmission } from '../../callback-scan/scan-request.ts';
import { checkOneItem, startCallbackScan } from '../../callback-scan/start.ts';
import type { PerceptionPointSession } from '../../session.ts';
import { answerField } from '../scanned-file.ts';
import { describeSubmission, fileName, filePassword, sourceFields } from './submission.ts';

const defaultWait = 3600;

const notice: INodeProperties = {
  displayName:
    'The execution is suspended until the service calls back, and holds no worker. The service must reach the webhook URL of n8n. One item at a time: put a Loop Over Items node before it for several.',
  name: 'callbackNotice',
  type: 'notice',
  default: '',
};

const wait: INodeProperties = {
  displayName: 'Timeout (Seconds)',
  name: 'timeout',
  type: 'number',
  typeOptions: { minValue: shortestWait },
  default: defaultWait,
  description:
    'How long to wait for the callback. After that, the service is asked once; at least 60 seconds.',
};

export const scanWithCallback: Operation<PerceptionPointSession> = {
  name: 'Scan With Callback',
  value: 'scanWithCallback',
  action: 'Scan a file and wait for the callback',
  description: 'Submit a file and suspend the execution until the service calls back with the verdict',
  fields: [notice, ...sourceFields, answerField, optionsOf(wait, fileName, filePassword, includeRaw)],
  run: async (context) => {
    checkOneItem(context);
    const { functions, itemIndex, session } = context;
    const seconds = Number(functions.getNodeParameter('options.timeout', itemIndex, defaultWait));
    const submission = describeSubmission(context);
    const request = {
      subject: submission.subject,
      waitSeconds: Math.max(seconds || defaultWait, shortestWait),
      outputBinaryField: functions.getNodeParameter('outputBinaryField', itemIndex) as string,
      includeRaw: functions.getNodeParameter('options.includeRaw', itemIndex, false) as boolean,
      sealedSubmission: sealSubmission(session.credentials.token, submission),
    };
    return startCallbackScan(request, context);
  },
};
