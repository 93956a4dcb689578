import { inputItem, type Operation } from '../../shared/operation.ts';
import type { PerceptionPointSession } from '../session.ts';
import { callbackSecret, callbackSecretHeader } from './callback-secret.ts';
import { submissionOf } from '../resources/file/submission.ts';
import { requestIn } from './scan-request.ts';

/** First step: submits with the resume URL of this very execution as the callback URL. */
export const submit: Operation<PerceptionPointSession> = {
  name: 'Submit',
  value: 'submit',
  action: 'Submit a file with a callback',
  description: 'Submit what the item asks for, to be called back at the resume URL of this execution',
  fields: [],
  run: async (context) => {
    const { functions, itemIndex, session, signal, tell } = context;
    const { json } = inputItem(context);
    const callbackUrl = functions.evaluateExpression('{{ $execution.resumeUrl }}', itemIndex) as string;
    const submission = await submissionOf(requestIn(json), context);
    const submitted = await session.client.submitFile(
      {
        ...submission,
        callbackUrl,
        callbackHeaders: {
          [callbackSecretHeader]: callbackSecret(session.credentials.token, functions.getExecutionId()),
        },
      },
      { signal },
    );
    tell(`submitted as scan ${submitted.scanId}`);
    return [{ json: { ...json, submitted: submitted } }];
  },
};
