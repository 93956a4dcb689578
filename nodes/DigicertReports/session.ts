import { DigicertClient, type Report } from '@security-reports/core';
import type { IBinaryData, IExecuteFunctions, ILoadOptionsFunctions, IPollFunctions } from 'n8n-workflow';
import { pastedSecret } from '../../credentials/shared/secret.ts';
import { tlsOptions } from '../../credentials/shared/tls.ts';
import { storeReport } from '../shared/binary.ts';
import { clock } from '../shared/clock.ts';
import { createTransport, type N8nTransport, type RequestFunctions } from '../shared/transport.ts';

/** What all items of one run share. */
export interface DigicertSession {
  readonly client: DigicertClient;
  readonly store: (report: Report) => Promise<IBinaryData>;
}

export async function openSession(functions: IExecuteFunctions | IPollFunctions): Promise<DigicertSession> {
  const { client, transport } = await connect(functions);
  return { client, store: storeReport(functions, transport) };
}

/** For lists in the editor, which store nothing. */
export async function openClient(functions: ILoadOptionsFunctions): Promise<DigicertClient> {
  return (await connect(functions)).client;
}

async function connect(
  functions: RequestFunctions,
): Promise<{ readonly client: DigicertClient; readonly transport: N8nTransport }> {
  const type = 'digicertApi';
  const credentials = await functions.getCredentials<{ baseUrl?: string; apiKey?: string }>(type);
  const tls = tlsOptions(credentials);
  const transport = createTransport(functions, { type, header: 'x-dc-devkey', tls }, clock);
  const { baseUrl = '' } = credentials;
  const apiKey = pastedSecret(credentials.apiKey);
  const client = new DigicertClient({ baseUrl: baseUrl.trim(), apiKey, transport, clock });
  return { client, transport };
}
