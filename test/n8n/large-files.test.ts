import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect, inject, test } from 'vitest';
import { startSimulator } from '../../packages/simulator/src/index.ts';
import { N8nClient } from './support/n8n-client.ts';
import { N8nHome } from './support/n8n-process.ts';
import { baseNode, chain, manualTrigger, ourNode } from './support/workflow.ts';

const megabyte = 1_000_000;
const size = 300 * megabyte;

/** What n8n may need on top for a file of 300 MB. A single copy of it would be more. */
const allowedGrowth = 200 * megabyte;

test('a PDF of 300 MB is downloaded, and a file of 300 MB scanned, without being held in memory', async () => {
  await using simulator = await startSimulator();
  const home = await N8nHome.create(inject('unpackedPackage'));
  const n8n = await home.run(['start'], { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' });
  try {
    const client = await N8nClient.setUp(n8n.url);
    const { sha256 } = await writeFile(home.folder);
    const appliance = await client.createCredential('spectraAnalyzeApi', {
      baseUrl: simulator.url,
      token: simulator.spectraAnalyze.token,
    });
    const service = await client.createCredential('perceptionPointApi', {
      region: 'custom',
      baseUrl: simulator.url,
      token: simulator.perceptionPoint.token,
    });
    const generate = (hash: string) =>
      ourNode('Generate', 'spectraAnalyze', appliance, {
        resource: 'pdfReport',
        operation: 'generate',
        hash,
      });
    const read = baseNode('Read', 'readWriteFile', 1, {
      operation: 'read',
      fileSelector: join(home.folder, '.n8n-files', 'large.bin'),
    });
    const scan = ourNode('Scan', 'perceptionPoint', service, { resource: 'file', operation: 'scan' });

    // What a first run needs, whatever the size, shall not count.
    const small = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    await client.execute(chain('Small', manualTrigger, generate(small.sha256)));
    const before = await n8n.child.peakMemory();

    const large = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: size });
    const download = await client.execute(chain('Download', manualTrigger, generate(large.sha256)));
    expect(download.items('Generate')[0]?.json['size']).toBeGreaterThanOrEqual(size);
    const upload = await client.execute(chain('Upload', manualTrigger, read, scan));
    expect(upload.items('Scan')[0]?.json).toMatchObject({ size, sha256, verdict: 'clean' });
    expect(simulator.perceptionPoint.listSubmissions()[0]?.file).toMatchObject({ size, sha256 });

    const growth = (await n8n.child.peakMemory()) - before;
    console.log(`300 MB each way took ${Math.round(growth / megabyte)} MB of memory`);
    expect(growth).toBeLessThan(allowedGrowth);
  } finally {
    await n8n.child.stop();
    await home.remove();
  }
});

async function writeFile(folder: string): Promise<{ readonly sha256: string }> {
  await mkdir(join(folder, '.n8n-files'), { recursive: true });
  const path = join(folder, '.n8n-files', 'large.bin');
  const file = await open(path, 'w');
  const piece = Buffer.alloc(megabyte, 'a piece of a large file ');
  for (let written = 0; written < size; written += megabyte) await file.write(piece);
  await file.close();
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { sha256: hash.digest('hex') };
}
