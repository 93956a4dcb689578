import { InvalidInputError, perceptionPoint } from '@security-reports/core';
import type { PerceptionPointCredentials } from '../session.ts';

/**
 * The secret by which a trigger knows the callbacks that are meant for it, as it travels in a header.
 *
 * @throws {InvalidInputError} where the credential has none that could: every callback would be refused.
 */
export function triggerSecret({ callbackSecret = '' }: Partial<PerceptionPointCredentials>): string {
  const secret = callbackSecret.trim();
  if (secret !== '' && /^[\x20-\x7e]+$/.test(secret)) return secret;
  throw new InvalidInputError({
    service: perceptionPoint,
    operation: 'use credential',
    subject: 'the callback secret',
    what: secret === '' ? 'the credential has none' : 'it has characters that cannot stand in a header',
    remedy: 'Open the credential and fill in a callback secret: any long random text of letters and digits.',
  });
}
