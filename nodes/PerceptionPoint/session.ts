import { perceptionPoint, PerceptionPointClient, ScanWatch } from '@security-reports/core';
import type {
  ICredentialDataDecryptedObject,
  IExecuteFunctions,
  IHookFunctions,
  IWebhookFunctions,
} from 'n8n-workflow';
import { perceptionPointBaseUrl } from '../../credentials/shared/perception-point-base-url.ts';
import { pastedSecret } from '../../credentials/shared/secret.ts';
import { tlsOptions } from '../../credentials/shared/tls.ts';
import { clock } from '../shared/clock.ts';
import { pollIntervalMsOf } from '../shared/descriptions.ts';
import { parametersOf } from '../shared/run-operation.ts';
import { createTransport } from '../shared/transport.ts';

export const perceptionPointCredential = 'perceptionPointApi';

/** What the nodes read of a credential. */
export interface PerceptionPointCredentials extends ICredentialDataDecryptedObject {
  /** The token alone, however it was pasted. */
  readonly token: string;
  readonly callbackSecret?: string;
}

/** What all items of one run share. */
export interface PerceptionPointSession {
  readonly client: PerceptionPointClient;
  /** One polling loop for all items. */
  readonly watch: ScanWatch;
  readonly credentials: PerceptionPointCredentials;
}

export async function openSession(functions: IExecuteFunctions): Promise<PerceptionPointSession> {
  const type = perceptionPointCredential;
  const credentials = await readCredentials(functions);
  const tls = tlsOptions(credentials);
  const transport = createTransport(functions, { type, header: 'authorization', tls }, clock);
  const baseUrl = perceptionPointBaseUrl(credentials);
  const { token } = credentials;
  const client = new PerceptionPointClient({ baseUrl, token, transport, clock });
  const options = parametersOf(functions, perceptionPoint, 'Read the options', 0).within('options');
  return { client, watch: new ScanWatch(client, pollIntervalMsOf(options)), credentials };
}

export async function readCredentials(
  functions: Pick<IExecuteFunctions | IHookFunctions | IWebhookFunctions, 'getCredentials'>,
): Promise<PerceptionPointCredentials> {
  const credentials = await functions.getCredentials(perceptionPointCredential);
  return { ...credentials, token: pastedSecret(credentials['token']) };
}
