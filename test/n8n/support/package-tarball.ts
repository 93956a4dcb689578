import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
export const packageName = 'n8n-nodes-security-reports';

/** Builds and packs what would be published. Gives the folder in which it lies unpacked. */
export async function packPackage(into: string): Promise<string> {
  await run('npx', ['-y', 'pnpm@12', 'build:nodes'], { cwd: repository });
  await run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', into], { cwd: repository });
  const [tarball] = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('pnpm packed nothing');
  await run('tar', ['-xzf', tarball], { cwd: into });
  return join(into, 'package');
}

/** Puts an unpacked package where n8n's own installer puts it, and changes its package.json as that one does. */
export async function installPackage(unpacked: string, userFolder: string): Promise<void> {
  const modules = join(userFolder, '.n8n', 'nodes', 'node_modules');
  const installed = join(modules, packageName);
  await mkdir(modules, { recursive: true });
  await run('cp', ['-r', unpacked, installed]);
  const manifestPath = join(installed, 'package.json');
  const manifest = Object.entries(JSON.parse(await readFile(manifestPath, 'utf8')) as object);
  const kept = manifest.filter(([key]) => !/^(dev|peer|optional)Dependencies$/.test(key));
  await writeFile(manifestPath, JSON.stringify(Object.fromEntries(kept), null, 2));
}
