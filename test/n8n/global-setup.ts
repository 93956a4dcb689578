import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { N8nClient } from './support/n8n-client.ts';
import { N8nHome } from './support/n8n-process.ts';
import { packPackage } from './support/package-tarball.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** An n8n with the package, the session of its owner, and the folder it lives in. */
    readonly n8n: { readonly url: string; readonly cookie: string; readonly folder: string };
    /** The unpacked package. */
    readonly unpackedPackage: string;
  }
}

/** One n8n for all tests that need no other: its start is what takes longest. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'n8n-package-'));
  const unpackedPackage = await packPackage(folder);
  const home = await N8nHome.create(unpackedPackage);
  const n8n = await home.run(['start']);
  const { url, cookie } = await N8nClient.setUp(n8n.url);
  project.provide('n8n', { url, cookie, folder: home.folder });
  project.provide('unpackedPackage', unpackedPackage);
  return async () => {
    await n8n.child.stop();
    await home.remove();
    await rm(folder, { recursive: true, force: true });
  };
}
