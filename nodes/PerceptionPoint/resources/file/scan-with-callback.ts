import type { IBinaryKeyData, INodeProperties } from 'n8n-workflow';
import { includeRaw, optionsOf } from '../../../shared/descriptions.ts';
import type { ItemContext, Operation } from '../../../shared/operation.ts';
import { isTool } from '../../../shared/run-operation.ts';
import { shortestWait } from '../../callback-scan/await-callback.ts';
import { sealSubmission } from '../../callback-scan/scan-request.ts';
import { checkOneItem, checkWorkflowTimeout, startCallbackScan } from '../../callback-scan/start.ts';
import type { PerceptionPointSession } from '../../session.ts';
import { answerField } from '../scanned-file.ts';
import {
  describeSubmission,
  type DescribedSubmission,
  fileName,
  filePassword,
  sourceFields,
} from './submission.ts';

const defaultWait = 3600;

const notice: INodeProperties = {
  displayName:
    'The execution is suspended until the service calls back, and holds no worker. The service must reach the webhook URL of n8n. One item at a time: for several, put a Loop Over Items node with a batch size of 1 before it.',
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
  description: 'How long to wait for the callback, at least 60. After that, the node asks the service once.',
};

export const scanWithCallback: Operation<PerceptionPointSession> = {
  name: 'Scan With Callback',
  value: 'scanWithCallback',
  action: 'Scan a file and wait for the callback',
  description: 'Submit a file and suspend the execution until the service calls back with the verdict',
  fields: [notice, ...sourceFields, answerField, optionsOf(wait, fileName, filePassword, includeRaw)],
  run: async (context) => {
    checkOneItem(context);
    const { parameters, session } = context;
    const options = parameters.within('options');
    const waitSeconds = options.number(wait) ?? defaultWait;
    checkWorkflowTimeout(waitSeconds, context);
    const outputBinaryField = parameters.requiredText(answerField);
    const { submission, binary } = fileApart(describeSubmission(context), context);
    const request = {
      subject: submission.subject,
      waitSeconds,
      outputBinaryField,
      includeRaw: options.flag(includeRaw),
      isForAgent: isTool(context.functions),
      sealedSubmission: sealSubmission(session.credentials.token, submission),
    };
    return startCallbackScan(request, binary, context);
  },
};

/**
 * The submission as the steps read it: they have the file in a binary field of its own, wherever the item has it. With
 * the workflow setting "combined", that is not among its binary fields.
 */
function fileApart(
  submission: DescribedSubmission,
  { functions, itemIndex }: ItemContext<unknown>,
): { readonly submission: DescribedSubmission; readonly binary: IBinaryKeyData | undefined } {
  const { source } = submission;
  if (source.type !== 'data') return { submission, binary: undefined };
  const file = functions.helpers.assertBinaryData(itemIndex, source.binaryPropertyName);
  const field = 'file';
  return {
    submission: { ...submission, source: { type: 'data', binaryPropertyName: field } },
    binary: { [field]: file },
  };
}
