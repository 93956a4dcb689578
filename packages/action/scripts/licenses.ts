import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleCompilation, BundleModule } from './webpack-stats.ts';

/** A package with code in the bundle, and what it asks to be said about it. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** What its package.json says: an SPDX id, as a rule. */
  readonly license?: string;
  readonly author?: string;
  readonly repository?: string;
  /** Its LICENSE, COPYING and NOTICE files, by name. */
  readonly texts: readonly { readonly file: string; readonly text: string }[];
}

/** The packages from outside this repository that the bundle holds code of, sorted by name and version. */
export async function bundledPackages(compilation: BundleCompilation): Promise<BundledPackage[]> {
  const roots = new Set<string>();
  const visit = (module: BundleModule): void => {
    for (const joined of module.modules ?? []) visit(joined);
    const packageRoot = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(
      module.resource ?? '',
    );
    if (packageRoot) roots.add(packageRoot[0]);
  };
  for (const module of compilation.modules) {
    if (compilation.chunkGraph.getNumberOfModuleChunks(module) > 0) visit(module);
  }
  // Two roots can be one package: pnpm installs it once for each set of its peers.
  const packages = new Map<string, BundledPackage>();
  for (const directory of roots) {
    const found = await readPackage(directory);
    packages.set(`${found.name}@${found.version}`, found);
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
}

/** The text of `licenses.txt`. */
export function renderLicenses(packages: readonly BundledPackage[]): string {
  const sections = packages.map(({ name, version, license, author, repository, texts }) => {
    const facts = [
      `${name}@${version}`,
      `License: ${license ?? (texts.length > 0 ? 'see below' : 'none stated')}`,
    ];
    if (author !== undefined) facts.push(`Author: ${author}`);
    if (repository !== undefined) facts.push(`Repository: ${repository}`);
    const bodies = texts.map(({ file, text }) => `--- ${file}\n\n${tidy(text)}`);
    return [facts.join('\n'), ...bodies].join('\n\n');
  });
  const introduction = 'The bundle in this folder contains code of these packages, under their licenses.';
  return `${[introduction, ...sections].join(`\n\n${'='.repeat(80)}\n`)}\n`;
}

async function readPackage(directory: string): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Manifest;
  const texts = [];
  for (const file of (await readdir(directory)).sort()) {
    if (/^(?:licen[cs]e|copying|notice)(?![a-z])[^/]*$/i.test(file) && !/\.[cm]?[jt]s$/.test(file)) {
      texts.push({ file, text: await readFile(join(directory, file), 'utf8') });
    }
  }
  const license = typeof manifest.license === 'string' ? manifest.license : manifest.license?.type;
  const author = nameOf(manifest.author);
  const repository = typeof manifest.repository === 'string' ? manifest.repository : manifest.repository?.url;
  return {
    name: manifest.name,
    version: manifest.version,
    ...(license !== undefined && { license }),
    ...(author !== undefined && { author }),
    ...(repository !== undefined && { repository }),
    texts,
  };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type: string };
  readonly author?: string | { readonly name: string };
  readonly repository?: string | { readonly url: string };
}

function nameOf(author: Manifest['author']): string | undefined {
  return typeof author === 'object' ? author.name : author;
}

/** Without the spaces at the ends of lines and the empty lines around, which say nothing. */
function tidy(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[ \t\f]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}
