import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { test } from './support/step.ts';

/** The files of the bundle that a run loads, by Node's own record of what it executed. */
async function loadedBy(run: (env: Record<string, string>) => Promise<unknown>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'security-reports-coverage-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await run({ NODE_V8_COVERAGE: folder });
  const urls = new Set<string>();
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
      result: { url: string }[];
    };
    for (const { url } of result) urls.add(url);
  }
  return [...urls].flatMap((url) => /\/packages\/action\/dist\/(.+)$/.exec(url)?.[1] ?? []).sort();
}

test('the artifact client is loaded only when something is attached', async ({
  simulator,
  artifacts,
  runStep,
}) => {
  const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
  const whenAttaching = await loadedBy((env) =>
    runStep({ hashes: sha1, 'upload-artifact': 'true' }, { env: { ...artifacts.env, ...env } }),
  );
  const whenNothingCame = await loadedBy((env) =>
    runStep({ hashes: 'f'.repeat(40), 'upload-artifact': 'true' }, { env: { ...artifacts.env, ...env } }),
  );
  const whenNotWanted = await loadedBy((env) => runStep({ hashes: sha1 }, { env }));

  expect(whenNotWanted).toEqual(['index.js']);
  expect(whenNothingCame).toEqual(['index.js']);
  expect(whenAttaching.length).toBeGreaterThan(1);
});
