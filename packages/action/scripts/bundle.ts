import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledPackages, renderLicenses } from './licenses.ts';
import { labelModules } from './module-labels.ts';
import type { BundleCompilation } from './webpack-stats.ts';

/** What ncc's Node API takes and gives, as far as it is used here; the package brings no types. */
type Ncc = (
  entry: string,
  options: {
    cache: false;
    esm: true;
    filename: string;
    filterAssetBase: string;
    minify: false;
    sourceMap: false;
    transpileOnly: true;
    quiet: true;
  },
) => Promise<{
  code: string;
  assets: Record<string, { source: string | Buffer }>;
  symlinks: Record<string, string>;
  stats: { compilation: BundleCompilation };
}>;

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const action = join(root, 'packages', 'action');
const dist = join(action, 'dist');

// The numbers that modules get depend on the current directory, so it must not be the caller's.
process.chdir(root);

console.log('Compiling core and the Action.');
// Forced: an incremental build trusts its notes even when the files it wrote are gone.
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-b', '--force', action], {
  stdio: 'inherit',
});

console.log('Bundling.');
const ncc = require('@vercel/ncc') as Ncc;
const bundle = await ncc(join(action, 'build', 'index.js'), {
  cache: false,
  esm: true,
  filename: 'index.js',
  filterAssetBase: root,
  minify: false,
  sourceMap: false,
  transpileOnly: true,
  quiet: true,
});
if (Object.keys(bundle.symlinks).length > 0) {
  throw new Error(
    `The bundle wants symbolic links, which it cannot have: ${Object.keys(bundle.symlinks).join(', ')}`,
  );
}

const { compilation } = bundle.stats;
const files = new Map<string, string | Buffer>([['index.js', bundle.code]]);
for (const [name, { source }] of Object.entries(bundle.assets)) {
  // ncc also hands over type declarations, which nothing reads at run time, and a package.json of its own.
  if (!/\.d\.[cm]?ts$/.test(name) && name !== 'package.json') files.set(name, source);
}
for (const [name, content] of files) {
  if (/\.[cm]?js$/.test(name)) files.set(name, labelModules(toLf(String(content)), compilation));
}
files.set('package.json', '{"type":"module"}\n');
files.set('licenses.txt', toLf(renderLicenses(await bundledPackages(compilation))));

for (const [name, content] of files) {
  if (content.includes(root)) throw new Error(`${name} contains the path of this checkout, ${root}`);
}

await rm(dist, { recursive: true, force: true });
for (const [name, content] of files) {
  await mkdir(dirname(join(dist, name)), { recursive: true });
  await writeFile(join(dist, name), content);
}

console.log('Wrote packages/action/dist:');
for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`  ${name.padEnd(20)} ${(Buffer.byteLength(content) / 1000).toFixed(1).padStart(9)} kB`);
}

/** Some packages are published with CRLF; a bundle with both would differ from what git stores. */
function toLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
