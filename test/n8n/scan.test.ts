import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { repository } from './support/package-tarball.ts';

const unpacked = inject('unpackedPackage');

async function scan(what: 'sources' | 'published', folder: string): Promise<string> {
  const script = fileURLToPath(new URL('scan-package.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, what, folder], {
    env: { ...process.env, NODE_ENV: 'production' },
  }).catch((error: unknown) => error as { readonly stdout: string });
  return stdout.trim();
}

test("n8n's scanner has no objection to the sources", async () => {
  expect(await scan('sources', repository)).toBe('passed');
});

test("n8n's scanner has no objection to what would be published", async () => {
  expect(await scan('published', unpacked)).toBe('passed');
});

test("n8n's own lint has no objection, with its rules as they come", async () => {
  const eslint = fileURLToPath(new URL('node_modules/eslint/bin/eslint.js', import.meta.url));
  const config = fileURLToPath(new URL('n8n-lint.config.js', import.meta.url));
  const looked = ['nodes', 'credentials', 'package.json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [eslint, '--config', config, '--max-warnings', '0', ...looked],
    { cwd: repository, env: { ...process.env, NODE_ENV: 'production' } },
  ).catch((error: unknown) => error as { readonly stdout: string });
  expect(stdout.trim()).toBe('');
});

test('what would be published is small, needs nothing, and is what package.json says', async () => {
  const files = (await readdir(unpacked, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(unpacked.length + 1));
  expect(paths.filter((path) => !path.startsWith('dist/')).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(unpacked, path))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);

  const manifest = JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8')) as {
    readonly type: string;
    readonly dependencies?: object;
    readonly n8n: { readonly nodes: readonly string[]; readonly credentials: readonly string[] };
  };
  expect(manifest.type).toBe('commonjs');
  expect(manifest.dependencies).toBeUndefined();
  expect(paths).toEqual(expect.arrayContaining([...manifest.n8n.nodes, ...manifest.n8n.credentials]));
});
