import { PerceptionPointClient, ScanWatch } from '@security-reports/core';
import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import { perceptionPointBaseUrl } from '../../credentials/shared/perception-point-base-url.ts';
import { tlsOptions } from '../../credentials/shared/tls.ts';
import { clock } from '../shared/clock.ts';
import { createTransport } from '../shared/transport.ts';

export const perceptionPointCredential = 'perceptionPointApi';

/** What the nodes read of a credential. */
export interface PerceptionPointCredentials extends ICredentialDataDecryptedObject {
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
  const credentials = await functions.getCredentials<PerceptionPointCredentials>(type);
  const tls = tlsOptions(credentials);
  const transport = createTransport(functions, { type, header: 'authorization', tls }, clock);
  const baseUrl = perceptionPointBaseUrl(credentials);
  const token = credentials.token.trim();
  const client = new PerceptionPointClient({ baseUrl, token, transport, clock });
  const pollSeconds = Number(functions.getNodeParameter('options.pollInterval', 0, 0));
  const watch = new ScanWatch(client, pollSeconds > 0 ? pollSeconds * 1000 : undefined);
  return { client, watch, credentials };
}
