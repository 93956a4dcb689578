import { readFileSync } from 'node:fs';
import type { BundleCompilation } from './webpack-stats.ts';

/**
 * Says for each module of the bundle which file it was made from: whoever reviews the bundle, or checks its
 * licenses, has nothing else to go by. Webpack does so only for the modules that it joins into one.
 *
 * A file of a package reads `name@version/file`, since the folder it is installed in differs between systems.
 * The current directory must be the one that the modules were bundled in.
 */
export function labelModules(code: string, compilation: BundleCompilation): string {
  const labels = new Map<string, string>();
  for (const module of compilation.modules) {
    const id = compilation.chunkGraph.getModuleId(module);
    if (id !== null) labels.set(String(id), module.readableIdentifier(compilation.requestShortener));
  }
  return code
    .replace(/^\/\*\*\*\/ (\d+):$/gm, (line, id: string) => {
      const label = labels.get(id);
      return label === undefined ? line : `${line} // ${label}`;
    })
    .replace(
      /^(\/\*\*\*\/ \d+: \/\/ |;?\/\/ [A-Z]+ (?:MODULE|OBJECT): )(.*)$/gm,
      (_, start: string, label: string) => start + withoutInstallationFolder(label),
    );
}

function withoutInstallationFolder(label: string): string {
  const [whole, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(label) ?? [];
  if (whole === undefined || folder === undefined) return label;
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
    name: string;
    version: string;
  };
  return `${name}@${version}/${label.slice(whole.length)}`;
}
