import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { BlobSASPermissions, ContainerClient } from '@azure/storage-blob';
import type { BlobStore } from './blob-store.ts';

/** A running blob emulator with one empty container. */
export interface Azurite extends BlobStore {
  /** Ends the emulator; nothing it held remains. */
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);

/**
 * Starts the emulator of Azure's blob storage on a free port of 127.0.0.1, in memory, as a child process that ends
 * with this process at the latest.
 */
export async function startAzurite(): Promise<Azurite> {
  const account = 'devaccount';
  const key = randomBytes(64).toString('base64');
  const directory = await mkdtemp(join(tmpdir(), 'azurite-'));
  const child = spawn(
    process.execPath,
    [
      join(dirname(require.resolve('azurite/package.json')), 'dist/src/blob/main.js'),
      ...['--blobHost', '127.0.0.1', '--blobPort', '0'],
      ...['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent'],
    ],
    {
      cwd: directory,
      env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  const stop = async () => {
    process.removeListener('exit', end);
    if (child.exitCode === null && child.signalCode === null) {
      end();
      await once(child, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  };

  try {
    const origin = await listeningAddress(child);
    const container = new ContainerClient(
      `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${origin}/${account};`,
      'artifacts',
    );
    await container.create();
    const sign = (blob: string, permissions: string) =>
      container.getBlobClient(blob).generateSasUrl({
        permissions: BlobSASPermissions.parse(permissions),
        expiresOn: new Date(Date.now() + 3_600_000),
      });
    return {
      uploadUrl: (blob) => sign(blob, 'cw'),
      downloadUrl: (blob) => sign(blob, 'r'),
      async read(blob) {
        const client = container.getBlobClient(blob);
        return (await client.exists()) ? client.downloadToBuffer() : undefined;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the line that says which port it got. */
async function listeningAddress(child: ChildProcess): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error('Azurite was started without pipes.');
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString('utf8')));
  // The pipes are read for as long as it runs: a full one would stop it.
  const lines = createInterface(child.stdout);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error(`Azurite ended before it listened: ${said.join('\n')}`));
    });
    lines.on('line', (line) => {
      said.push(line);
      const address = /listens on (http:\/\/\S+)/u.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
