import type { Simulator } from '@security-reports/simulator';
import type { ICredentialDataDecryptedObject, INodeExecutionData } from 'n8n-workflow';
import { PerceptionPointApi } from '../../../credentials/PerceptionPointApi.credentials.ts';
import { PerceptionPoint } from '../../../nodes/PerceptionPoint/PerceptionPoint.node.ts';
import type { BinaryStore } from './binary-store.ts';
import { type NodeRun, type NodeRunResult, runNode } from './run-node.ts';

/** The credential of an account at the simulator. */
export function credentialsFor(simulator: Simulator): ICredentialDataDecryptedObject {
  return {
    region: 'custom',
    baseUrl: simulator.url,
    token: simulator.perceptionPoint.token,
    callbackSecret: 'a long random text',
  };
}

export function runPerceptionPoint(
  simulator: Simulator,
  binaryStore: BinaryStore,
  parameters: NodeRun['parameters'],
  more: Partial<NodeRun> = {},
): Promise<NodeRunResult> {
  return runNode({
    node: new PerceptionPoint(),
    credentialType: new PerceptionPointApi(),
    credentials: credentialsFor(simulator),
    binaryStore,
    parameters,
    ...more,
  });
}

/** An item with a file in the binary field `data`. */
export async function itemWithFile(
  binaryStore: BinaryStore,
  fileName: string,
  content: string | Buffer,
): Promise<INodeExecutionData> {
  const binary = await binaryStore.store(content, fileName, 'application/octet-stream');
  return { json: {}, binary: { data: binary } };
}
