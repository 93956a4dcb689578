import { createHmac } from 'node:crypto';

/** The header of a callback that carries its secret. */
export const callbackSecretHeader = 'x-security-reports-secret';

/**
 * The secret by which an execution knows a callback that is meant for it. Whoever has the token can compute it again,
 * so it is stored nowhere, and nobody else can.
 */
export function callbackSecret(token: string, executionId: string): string {
  return createHmac('sha256', token).update(`callback of execution ${executionId}`).digest('hex');
}
