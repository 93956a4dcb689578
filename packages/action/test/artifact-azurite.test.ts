import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import { unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ArtifactService } from '../../../test/artifact-service/artifact-service.ts';
import { startArtifactService } from '../../../test/artifact-service/artifact-service.ts';
import type { Azurite } from '../../../test/artifact-service/azurite.ts';
import { startAzurite } from '../../../test/artifact-service/azurite.ts';
import type { Log } from '../src/log.ts';
import { attachArtifact } from '../src/publish/artifact.ts';

const log: Log = { info: () => undefined, warning: () => undefined, group: (_title, work) => work() };
const run = { serverUrl: 'https://github.com', repository: 'octo-org/octo-repo', runId: '1658821493' };

describe.each(['Azurite', 'the memory of the stand-in'])('an artifact in %s', (storage) => {
  let azurite: Azurite | undefined;
  let service: ArtifactService;
  let directory: string;

  beforeAll(async () => {
    if (storage === 'Azurite') azurite = await startAzurite();
  });

  afterAll(() => azurite?.stop());

  beforeEach(async () => {
    service = await startArtifactService(azurite === undefined ? {} : { blobs: azurite });
    directory = await mkdtemp(join(tmpdir(), 'artifact-azurite-test-'));
    for (const [key, value] of Object.entries(service.env)) vi.stubEnv(key, value);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await service.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function attach(contents: Record<string, Buffer>, archive: boolean) {
    const reports = join(directory, 'reports');
    await mkdir(join(reports, 'nested'), { recursive: true });
    const files = Object.keys(contents).map((path) => join(reports, path));
    for (const [path, content] of Object.entries(contents)) await writeFile(join(reports, path), content);
    const outcome = await attachArtifact(
      { name: 'reports', files, rootDirectory: reports, archive, overwrite: false },
      run,
      log,
    );
    if (outcome.state !== 'attached') throw new Error(outcome.reason);
    return outcome.artifact;
  }

  test('comes back byte by byte when it is downloaded and unpacked', async () => {
    // Random bytes do not shrink: this is uploaded in more than one block of 8 MiB.
    const contents = { 'large.pdf': randomBytes(9 * 1024 * 1024), 'nested/small.json': Buffer.from('{}') };

    const artifact = await attach(contents, true);

    const bytes = service.artifacts[0]?.bytes ?? Buffer.alloc(0);
    expect(artifact.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    const entries = unzipSync(bytes);
    expect(Object.keys(entries).sort()).toEqual(Object.keys(contents));
    const download = join(directory, 'download');
    await new DefaultArtifactClient().downloadArtifact(artifact.id, { path: download });
    for (const [path, content] of Object.entries(contents)) {
      expect(content.equals(entries[path] ?? Buffer.alloc(0))).toBe(true);
      expect(content.equals(await readFile(join(download, path)))).toBe(true);
    }
  });

  test('comes back as the very file when it was not archived', async () => {
    const content = randomBytes(1024);

    const artifact = await attach({ 'one.pdf': content }, false);

    const download = join(directory, 'download');
    await new DefaultArtifactClient().downloadArtifact(artifact.id, { path: download });
    expect(artifact).toMatchObject({
      name: 'one.pdf',
      digest: createHash('sha256').update(content).digest('hex'),
    });
    // The real service adds the file's name to the download; a plain storage does not know it.
    expect(content.equals(await readFile(join(download, 'artifact')))).toBe(true);
  });
});
