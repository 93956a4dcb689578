import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { INode } from 'n8n-workflow';
import { expect, inject, test } from 'vitest';
import { startSimulator } from '../../packages/simulator/src/index.ts';
import { credentialData } from './support/credential-data.ts';
import { type Execution, N8nClient, type StoredCredential } from './support/n8n-client.ts';
import { N8nHome } from './support/n8n-process.ts';
import { baseNode, chain, manualTrigger, ourNode } from './support/workflow.ts';

const megabyte = 1_000_000;
const size = 300 * megabyte;

test('a PDF of 300 MB is downloaded, and a file of 300 MB scanned, without being held in memory', async () => {
  await using simulator = await startSimulator();
  const home = await N8nHome.create(inject('unpackedPackage'));
  const n8n = await home.run(['start'], { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' });
  try {
    const client = await N8nClient.setUp(n8n.url);
    const { path, sha256 } = await writeLargeFile(home.folder);
    const { spectraAnalyzeApi, perceptionPointApi } = credentialData(simulator);
    const appliance = await client.createCredential('spectraAnalyzeApi', spectraAnalyzeApi);
    const service = await client.createCredential('perceptionPointApi', perceptionPointApi);
    const pdfReport = (operation: string, hash: string): INode =>
      ourNode(operation, 'spectraAnalyze', appliance, { resource: 'pdfReport', operation, hash });
    const read = baseNode('Read', 'readWriteFile', 1, { operation: 'read', fileSelector: path });
    const scan = ourNode('Scan', 'perceptionPoint', service, { resource: 'file', operation: 'scan' });

    /** Runs the nodes, and tells what n8n needed for it. */
    const measured = async (what: string, ...nodes: readonly INode[]) => {
      let execution: Execution | undefined;
      const growth = await n8n.child.memoryGrowth(async () => {
        execution = await client.execute(chain(what, manualTrigger, ...nodes));
      });
      expect(execution?.status, what).toBe('success');
      const [json] = execution?.items(nodes.at(-1)?.name ?? '').map((item) => item.json) ?? [];
      return { growth, json };
    };

    // What a first run needs, whatever the size, shall not count.
    const small = simulator.spectraAnalyze.addSample({ creationSeconds: 0 }).sha256;
    await measured('Small', pdfReport('generate', small));

    const large = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: size }).sha256;
    await measured('Create', pdfReport('create', large));
    const download = await measured('Download', pdfReport('download', large));
    expect(download.json?.['size']).toBeGreaterThanOrEqual(size);
    const upload = await measured('Upload', read, scan);
    expect(upload.json).toMatchObject({ submittedSize: size, submittedSha256: sha256, verdict: 'clean' });
    expect(simulator.perceptionPoint.listSubmissions()[0]?.file).toMatchObject({ size, sha256 });

    const pdfUrl = `${simulator.url}/api/pdf/${large}/download`;
    const peerDownload = await measured('Peer download', httpDownload(pdfUrl, appliance));
    const peerUpload = await measured(
      'Peer upload',
      read,
      httpUpload(`${simulator.url}/api/v1/files/`, service),
    );
    for (const [what, ours, peer] of [
      ['download', download, peerDownload],
      ['upload', upload, peerUpload],
    ] as const) {
      const [own, other] = [ours.growth, peer.growth].map((growth) => Math.round(growth / megabyte));
      console.log(`300 MB ${what}: ${own} MB of memory; n8n's HTTP Request node: ${other} MB`);
      expect(ours.growth).toBeLessThan(size / 2);
    }
  } finally {
    await n8n.child.stop();
    await home.remove();
  }
});

/** The same with the node that playbooks use today. */
function httpDownload(url: string, credential: StoredCredential): INode {
  const options = { response: { response: { responseFormat: 'file' } } };
  return httpRequest({ url, options }, credential);
}

function httpUpload(url: string, credential: StoredCredential): INode {
  const file = { parameterType: 'formBinaryData', name: 'data', inputDataFieldName: 'data' };
  const body = { contentType: 'multipart-form-data', bodyParameters: { parameters: [file] } };
  return httpRequest({ method: 'POST', url, sendBody: true, ...body }, credential);
}

function httpRequest(parameters: object, credential: StoredCredential): INode {
  const authentication = 'predefinedCredentialType';
  const nodeCredentialType = credential.type;
  return {
    ...baseNode('Peer', 'httpRequest', 4.4, { authentication, nodeCredentialType, ...parameters }),
    credentials: { [credential.type]: credential },
  };
}

async function writeLargeFile(folder: string): Promise<{ readonly path: string; readonly sha256: string }> {
  // Where n8n lets its nodes read files.
  const path = join(folder, '.n8n-files', 'large.bin');
  await mkdir(join(folder, '.n8n-files'), { recursive: true });
  const file = await open(path, 'w');
  const piece = Buffer.alloc(megabyte, 'a piece of a large file ');
  for (let written = 0; written < size; written += megabyte) await file.write(piece);
  await file.close();
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { path, sha256: hash.digest('hex') };
}
