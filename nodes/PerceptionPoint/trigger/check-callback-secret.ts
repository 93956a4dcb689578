import { type IHookFunctions, NodeOperationError } from 'n8n-workflow';
import { type PerceptionPointCredentials, perceptionPointCredential } from '../session.ts';

/** @throws {NodeOperationError} where the credential has no callback secret: every callback would be refused. */
export async function checkCallbackSecret(functions: IHookFunctions): Promise<void> {
  const { callbackSecret = '' } =
    await functions.getCredentials<Partial<PerceptionPointCredentials>>(perceptionPointCredential);
  if (callbackSecret !== '') return;
  throw new NodeOperationError(functions.getNode(), 'The credential has no callback secret', {
    description:
      'Open the credential and fill in the callback secret, with any long random text. By it, the trigger knows the callbacks that are meant for it.',
  });
}
