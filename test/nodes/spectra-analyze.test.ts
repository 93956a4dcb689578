import { type Simulator, startSimulator } from '@security-reports/simulator';
import { readFile } from 'node:fs/promises';
import type { INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpectraAnalyzeApi } from '../../credentials/SpectraAnalyzeApi.credentials.ts';
import { SpectraAnalyze } from '../../nodes/SpectraAnalyze/SpectraAnalyze.node.ts';
import { BinaryStore } from './support/binary-store.ts';
import { type NodeRun, runNode } from './support/run-node.ts';

let simulator: Simulator;
let binaryStore: BinaryStore;

beforeEach(async () => {
  simulator = await startSimulator();
  binaryStore = await BinaryStore.create();
});

afterEach(async () => {
  await simulator.close();
  await binaryStore.remove();
});

function run(parameters: NodeRun['parameters'], more: Partial<NodeRun> = {}) {
  return runNode({
    node: new SpectraAnalyze(),
    credentialType: new SpectraAnalyzeApi(),
    credentials: { baseUrl: simulator.url, token: simulator.spectraAnalyze.token },
    binaryStore,
    parameters,
    ...more,
  });
}

describe('generate', () => {
  it('creates, waits for and downloads the PDF', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 1 });
    const parameters: INodeParameters = { resource: 'pdfReport', operation: 'generate', hash: sha1 };
    const { items, log } = await run(parameters);
    expect(items).toHaveLength(1);
    const [item] = items;
    expect(item?.json).toMatchObject({ service: 'spectra-analyze', subject: sha1, state: 'ready' });
    expect((await readFile(binaryStore.pathOf(item?.binary?.['data']?.id ?? ''), 'latin1')).slice(0, 5)).toBe(
      '%PDF-',
    );
    expect(log).toContain('Spectra Analyze, item 0: being created');
  });
});
