import type { Simulator } from '@security-reports/simulator';
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';
import { DigicertApi } from '../../../credentials/DigicertApi.credentials.ts';
import { DigicertReports } from '../../../nodes/DigicertReports/DigicertReports.node.ts';
import type { BinaryStore } from './binary-store.ts';
import { type NodeRun, type NodeRunResult, runNode } from './run-node.ts';

/** The credential of an account at the simulator. */
export function digicertCredentials(simulator: Simulator): ICredentialDataDecryptedObject {
  return { baseUrl: simulator.url, apiKey: simulator.digicert.apiKey };
}

export function runDigicertReports(
  simulator: Simulator,
  binaryStore: BinaryStore,
  parameters: INodeParameters,
  more: Partial<NodeRun> = {},
): Promise<NodeRunResult> {
  return runNode({
    node: new DigicertReports(),
    credentialType: new DigicertApi(),
    credentials: digicertCredentials(simulator),
    binaryStore,
    parameters: { resource: 'report', ...parameters },
    ...more,
  });
}

/** What a resource locator holds. */
export function locator(mode: 'list' | 'id' | 'name', value: string) {
  return { __rl: true, mode, value } as const;
}
