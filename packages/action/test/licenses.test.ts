import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
const code = scripts.map((name) => readFileSync(dist + name, 'utf8')).join('\n');
const licenses = readFileSync(`${dist}licenses.txt`, 'utf8');

/** What the bundle says about each of its modules: the file it was made from. */
const labels = [...code.matchAll(/^(?:\/\*\*\*\/ \d+: \/\/ |;?\/\/ CONCATENATED MODULE: )(.+)$/gm)].map(
  ([, label = '']) => label,
);

/** The packages that modules of the bundle come from, as `name@version`. */
const bundled = new Set(labels.flatMap((label) => /^(?:@[\w.-]+\/)?[\w.-]+@\d[^/]*(?=\/)/.exec(label) ?? []));

/** The packages that `text` gives a section to. */
function packagesNamedIn(text: string): Set<string> {
  return new Set([...text.matchAll(/^={80}\n(\S+)$/gm)].map(([, name = '']) => name));
}

function missingFrom(text: string): string[] {
  const named = packagesNamedIn(text);
  return [...bundled].filter((name) => !named.has(name));
}

test('every module of the bundle says where it comes from', () => {
  expect(labels.length).toBeGreaterThan(0);
  expect(code.match(/^\/\*\*\*\/ \d+:$/gm)).toBeNull();
  const unknown = labels.filter(
    (label) => !/^(?:\.\/packages\/|external |(?:@[\w.-]+\/)?[\w.-]+@\d[^/]*\/)/.test(label),
  );
  expect(unknown).toEqual([]);
});

test('every package with code in the bundle is named in licenses.txt', () => {
  expect([...bundled]).toContainEqual(expect.stringMatching(/^@actions\/core@/));
  expect(missingFrom(licenses)).toEqual([]);
});

test('a package that is left out of licenses.txt would be noticed', () => {
  for (const name of bundled) {
    const without = licenses.replace(`${'='.repeat(80)}\n${name}\n`, '');
    expect(missingFrom(without)).toEqual([name]);
  }
});

test('licenses.txt names no package that is not in the bundle', () => {
  expect([...packagesNamedIn(licenses)].filter((name) => !bundled.has(name))).toEqual([]);
});

test('every named package has its license', () => {
  const sections = licenses.split(/^={80}\n/m).slice(1);
  const silent = sections.filter((section) => /^License: none stated$/m.test(section));
  // It was published before npm asked for a license, and @actions/artifact cannot do without it.
  expect(silent.map((section) => section.split('\n')[0])).toEqual(['buffers@0.1.1']);
});
