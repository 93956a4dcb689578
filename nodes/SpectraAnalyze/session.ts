import { type Report, SpectraAnalyzeClient } from '@security-reports/core';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { pastedSecret } from '../../credentials/shared/secret.ts';
import { tlsOptions } from '../../credentials/shared/tls.ts';
import { storeReport } from '../shared/binary.ts';
import { clock } from '../shared/clock.ts';
import { createTransport } from '../shared/transport.ts';

/** What all items of one run share. */
export interface SpectraAnalyzeSession {
  readonly client: SpectraAnalyzeClient;
  readonly store: (report: Report) => Promise<IBinaryData>;
}

export async function openSession(functions: IExecuteFunctions): Promise<SpectraAnalyzeSession> {
  const type = 'spectraAnalyzeApi';
  const credentials = await functions.getCredentials<{ baseUrl?: string; token?: string }>(type);
  const tls = tlsOptions(credentials);
  const transport = createTransport(functions, { type, header: 'authorization', tls }, clock);
  const { baseUrl = '' } = credentials;
  const token = pastedSecret(credentials.token);
  const client = new SpectraAnalyzeClient({ baseUrl, token, transport, clock });
  return { client, store: storeReport(functions, transport) };
}
