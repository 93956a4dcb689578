import { build, type BuildOptions, type Plugin } from 'esbuild';
import { copyFile, glob, mkdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// `pnpm build:nodes`: makes of nodes/ and credentials/ what n8n loads, in dist/.

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** What the nodes and credentials share: core, and the adapter to n8n. Each is one file beside them. */
const core = join(dist, 'core.js');
const adapter = join(dist, 'shared.js');
const partsOfAdapter = await Array.fromAsync(glob('{nodes,credentials}/shared/*.ts', { cwd: root }));

/** n8n loads each node and each credential by itself. */
const entries = await Array.fromAsync(glob('{nodes,credentials}/**/*.{node,credentials}.ts', { cwd: root }));
/** Besides icons and descriptions: what a node gives, for the editor to show before the node has run. */
const assets = await Array.fromAsync(
  glob(['{nodes,credentials}/**/*.{svg,node.json}', 'nodes/*/__schema__/**/*.json'], { cwd: root }),
);

const common = {
  absWorkingDir: root,
  bundle: true,
  // As package.json says once it is packed: `publishConfig`.
  format: 'cjs',
  platform: 'neutral',
  mainFields: ['module', 'main'] as string[],
  target: 'node22',
  // n8n finds a class by its name, and a reader shall be able to read what runs.
  minify: false,
  legalComments: 'inline',
  logLevel: 'warning',
} satisfies BuildOptions;

await rm(dist, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: [join(root, 'packages/core/src/index.ts')],
  outfile: core,
  external: ['node:crypto'],
});
await build({
  ...common,
  stdin: {
    contents: partsOfAdapter.map((part) => `export * from './${part.replaceAll('\\', '/')}';`).join('\n'),
    resolveDir: root,
  },
  outfile: adapter,
  external: ['n8n-workflow', 'node:crypto'],
  plugins: [beside(adapter, core, /^@security-reports\/core$/)],
});
for (const entry of entries) {
  const outfile = join(dist, entry.replace(/\.ts$/, '.js'));
  await build({
    ...common,
    entryPoints: [join(root, entry)],
    outfile,
    external: ['n8n-workflow', 'node:crypto'],
    plugins: [
      beside(outfile, core, /^@security-reports\/core$/),
      beside(outfile, adapter, /^\.{1,2}\/(?:.*\/)?shared\/[^/]+\.ts$/),
    ],
  });
}
for (const asset of assets) {
  await mkdir(dirname(join(dist, asset)), { recursive: true });
  await copyFile(join(root, asset), join(dist, asset));
}

/** Leaves what `filter` imports out of `outfile`, which loads it from another file of dist instead. */
function beside(outfile: string, other: string, filter: RegExp): Plugin {
  const path = relative(dirname(outfile), other).replaceAll('\\', '/');
  return {
    name: 'beside',
    setup: (esbuild) => {
      esbuild.onResolve({ filter }, () => ({
        path: path.startsWith('.') ? path : `./${path}`,
        external: true,
      }));
    },
  };
}
