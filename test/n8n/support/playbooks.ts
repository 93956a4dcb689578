import { join } from 'node:path';
import type { Simulator } from '../../../packages/simulator/src/index.ts';
import type { INode } from 'n8n-workflow';
import { credentialData } from './credential-data.ts';
import type { N8nClient, StoredCredential } from './n8n-client.ts';
import type { N8nHome } from './n8n-process.ts';
import { repository } from './package-tarball.ts';

export const playbooks = join(repository, 'examples', 'n8n');

/** Imports all playbooks as an administrator does, each under the id that is the name of its file. */
export async function importPlaybooks(home: N8nHome): Promise<void> {
  await home.execute('import:workflow', '--separate', `--input=${playbooks}`);
}

/** Makes the credentials of the three services, all of them for a simulator. */
export async function credentialsFor(
  client: N8nClient,
  simulator: Simulator,
): Promise<readonly StoredCredential[]> {
  const data = Object.entries(credentialData(simulator));
  return Promise.all(data.map(([type, fields]) => client.createCredential(type, fields)));
}

/** Gives a node the credential that its kind asks for, as the note of a playbook tells its user to. */
export function withCredential(node: INode, credentials: readonly StoredCredential[]): INode {
  const credential = credentials.find(({ type }) => type === wantedBy(node));
  return credential === undefined ? node : { ...node, credentials: { [credential.type]: credential } };
}

function wantedBy({ type }: INode): string | undefined {
  const kind = type.split('.').at(-1) ?? '';
  if (kind === 'emailSend') return 'smtp';
  if (kind === 'lmChatOpenAi') return 'openAiApi';
  const [service] = /^(?:spectraAnalyze|perceptionPoint|digicert)/.exec(kind) ?? [];
  return service && `${service}Api`;
}
