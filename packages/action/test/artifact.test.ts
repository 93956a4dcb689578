import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ArtifactService } from '../../../test/artifact-service/artifact-service.ts';
import { startArtifactService } from '../../../test/artifact-service/artifact-service.ts';
import type { Log } from '../src/log.ts';
import type { ArtifactRequest, AttachedArtifact } from '../src/publish/artifact.ts';
import { attachArtifact } from '../src/publish/artifact.ts';

const run = { serverUrl: 'https://github.com', repository: 'octo-org/octo-repo', runId: '1658821493' };

let service: ArtifactService;
let directory: string;
let reports: string;
let temporary: string;
let warnings: string[];
let lines: string[];
let waits: number[];
let printed: string[];

beforeEach(async () => {
  service = await startArtifactService();
  directory = await mkdtemp(join(tmpdir(), 'artifact-test-'));
  reports = join(directory, 'reports');
  temporary = join(directory, 'temporary');
  await mkdir(reports);
  await mkdir(temporary);
  warnings = [];
  lines = [];
  waits = [];
  printed = [];
  for (const [key, value] of Object.entries(service.env)) vi.stubEnv(key, value);
  vi.stubEnv('RUNNER_TEMP', temporary);
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed.push(String(chunk));
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await service.close();
  await rm(directory, { recursive: true, force: true });
});

const log: Log = {
  info: (message) => void lines.push(message),
  warning: (message) => void warnings.push(message),
  group: (_title, work) => work(),
};

const sleep = (milliseconds: number) => {
  waits.push(milliseconds);
  return Promise.resolve();
};

async function report(path: string, content: string | Uint8Array = `content of ${path}`): Promise<string> {
  const file = join(reports, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

async function outcome(request: Partial<ArtifactRequest> = {}, on = run) {
  return attachArtifact(
    {
      name: 'reports',
      files: request.files ?? [await report('one.pdf')],
      rootDirectory: reports,
      archive: true,
      overwrite: false,
      ...request,
    },
    on,
    log,
    sleep,
  );
}

async function attach(request: Partial<ArtifactRequest> = {}): Promise<AttachedArtifact> {
  const result = await outcome(request);
  if (result.state !== 'attached') throw new Error(result.reason);
  return result.artifact;
}

async function failure(request: Partial<ArtifactRequest> = {}): Promise<string> {
  try {
    await outcome(request);
  } catch (error) {
    return String(error);
  }
  throw new Error('It was attached after all.');
}

/** The path and text of every file in the zip of the artifact `name`. */
function unzipped(name: string): Record<string, string> {
  const artifact = service.artifacts.find((one) => one.name === name);
  if (artifact === undefined) throw new Error(`There is no artifact ${name}.`);
  return Object.fromEntries(
    Object.entries(unzipSync(artifact.bytes)).map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
  );
}

const names = () => service.artifacts.map((artifact) => artifact.name);
const statuses = (route: string) =>
  service.requests.filter((request) => request.route === route).map((request) => request.status);

describe('attaching files', () => {
  test('puts them into one zip, with their paths below the root directory', async () => {
    const files = [await report('one.pdf'), await report('nested/two.json', '{"two":2}')];

    const artifact = await attach({ files });

    expect(unzipped('reports')).toEqual({ 'one.pdf': 'content of one.pdf', 'nested/two.json': '{"two":2}' });
    const [stored] = service.artifacts;
    expect(stored).toMatchObject({ name: 'reports', mimeType: 'application/zip' });
    expect(artifact).toEqual({
      name: 'reports',
      id: stored?.id,
      digest: stored?.hash,
      url: `https://github.com/octo-org/octo-repo/actions/runs/1658821493/artifacts/${stored?.id ?? 'none'}`,
    });
    expect(warnings).toEqual([]);
  });

  test('leaves a single file as it is when it is not to be archived, and calls the artifact like it', async () => {
    const bytes = Buffer.from('%PDF-1.7\n\0\xff binary', 'latin1');

    const artifact = await attach({ files: [await report('one.pdf', bytes)], archive: false });

    expect(artifact.name).toBe('one.pdf');
    expect(service.artifacts).toMatchObject([
      { name: 'one.pdf', mimeType: 'application/pdf', hash: artifact.digest },
    ]);
    expect(service.artifacts[0]?.bytes).toEqual(bytes);
  });

  test('passes the retention on', async () => {
    await attach({ retentionDays: 5 });

    const days = (Date.parse(service.artifacts[0]?.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(4.9);
    expect(days).toBeLessThan(5.1);
  });

  test('leaves the retention to the repository when none is asked for', async () => {
    await attach();

    expect(service.artifacts).toHaveLength(1);
    expect(service.artifacts[0]).not.toHaveProperty('expiresAt');
  });

  test('passes the compression level on', async () => {
    const files = [await report('one.json', 'abc'.repeat(10_000))];

    await attach({ files, name: 'stored', compressionLevel: 0 });
    await attach({ files, name: 'small', compressionLevel: 9 });

    expect(service.artifacts[0]?.size).toBeGreaterThan(30_000);
    expect(service.artifacts[1]?.size).toBeLessThan(1_000);
  });
});

describe('a connection that breaks when the artifact is created', () => {
  test.each([1, 2])('is tried again under the same name after %d resets', async (resets) => {
    service.fail('CreateArtifact', 'reset', resets);

    expect((await attach()).name).toBe('reports');

    expect(names()).toEqual(['reports']);
    expect(statuses('CreateArtifact')).toEqual([...Array<string>(resets).fill('reset'), 200]);
    expect(waits).toHaveLength(resets);
    expect(lines).toHaveLength(resets);
    expect(warnings).toEqual([]);
  });

  test('is given up after three tries, with growing pauses between them', async () => {
    service.fail('CreateArtifact', 'reset', Infinity);

    expect(await failure()).toMatch(
      /"reports" was not attached: GitHub's artifact service could not be reached\. .*ECONNRESET/u,
    );

    expect(statuses('CreateArtifact')).toEqual(['reset', 'reset', 'reset']);
    const [first = 0, second = 0] = waits;
    expect(waits).toHaveLength(2);
    expect(first).toBeGreaterThanOrEqual(1000);
    expect(second).toBeGreaterThanOrEqual(2000);
    expect(second).toBeLessThanOrEqual(4000);
  });

  test('costs the name when the service had created the artifact', async () => {
    service.fail('CreateArtifact', 'lost-answer');

    expect((await attach()).name).toBe('reports-retry1');

    expect(statuses('CreateArtifact')).toEqual(['reset', 409, 200]);
    expect(warnings).toHaveLength(1);
  });
});

describe('an upload that fails after the artifact was created', () => {
  test.each([
    ['FinalizeArtifact', 'reset'],
    ['FinalizeArtifact', 400],
    ['PutBlock', 403],
    ['PutBlockList', 403],
  ] as const)('is done again under a second name (%s: %s)', async (route, what) => {
    service.fail(route, what);

    const artifact = await attach();

    expect(artifact).toMatchObject({ name: 'reports-retry1', id: service.artifacts[0]?.id });
    expect(names()).toEqual(['reports-retry1']);
    expect(unzipped('reports-retry1')).toEqual({ 'one.pdf': 'content of one.pdf' });
    expect(warnings).toEqual([
      expect.stringMatching(/"reports" could not be attached.*once more as "reports-retry1"/u),
    ]);
  });

  test('gets a second name that is no longer than GitHub allows', async () => {
    service.fail('FinalizeArtifact', 400);

    await attach({ name: 'n'.repeat(255) });

    expect(names()).toEqual([`${'n'.repeat(248)}-retry1`]);
  });

  test('is given up when the second name fails, too', async () => {
    service.fail('FinalizeArtifact', { status: 400, msg: 'the disk is on fire' }, 2);

    expect(await failure()).toMatch(/"reports-retry1" was not attached: .*second name.*the disk is on fire/u);

    expect(statuses('CreateArtifact')).toEqual([200, 200]);
    expect(names()).toEqual([]);
  });

  test('gives a file that is not archived a second base name, and leaves no copy behind', async () => {
    service.fail('FinalizeArtifact', 'reset');
    const file = await report('scan.result.json', '{}');

    expect((await attach({ files: [file], archive: false })).name).toBe('scan.result-retry1.json');

    expect(service.artifacts).toMatchObject([
      { name: 'scan.result-retry1.json', mimeType: 'application/json' },
    ]);
    expect(service.artifacts[0]?.bytes.toString()).toBe('{}');
    expect(await readFile(file, 'utf8')).toBe('{}');
    expect(await readdir(reports)).toEqual(['scan.result.json']);
    expect(await readdir(temporary)).toEqual([]);
  });

  test.runIf(existsSync('/dev/shm'))('copies that file when no link can reach another disk', async () => {
    const elsewhere = await mkdtemp('/dev/shm/artifact-test-');
    try {
      vi.stubEnv('RUNNER_TEMP', elsewhere);
      service.fail('FinalizeArtifact', 'reset');

      await attach({ files: [await report('one.json', '{"one":1}')], archive: false });

      expect(service.artifacts[0]?.bytes.toString()).toBe('{"one":1}');
      expect(await readdir(elsewhere)).toEqual([]);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});

describe('a name that another artifact has', () => {
  test('is an error that names it and says what to do in a matrix', async () => {
    const first = await attach();

    const message = await failure({ files: [await report('two.pdf')] });

    expect(message).toContain('"reports"');
    expect(message).toContain('an artifact-name that holds ${{ strategy.job-index }}');
    expect(message).toContain('overwrite: true');
    expect(service.artifacts.map((artifact) => artifact.id)).toEqual([first.id]);
    expect(unzipped('reports')).toHaveProperty(['one.pdf']);
  });

  test('is explained by the name of the file when that is not archived', async () => {
    await attach({ archive: false });

    const message = await failure({ archive: false });

    expect(message).toContain('"one.pdf"');
    expect(message).toContain('set archive: true and an artifact-name');
  });

  test('is replaced when that is asked for', async () => {
    const first = await attach();

    const second = await attach({ files: [await report('two.pdf')], overwrite: true });

    expect(second.name).toBe('reports');
    expect(second.id).not.toBe(first.id);
    expect(service.artifacts.map((artifact) => artifact.id)).toEqual([second.id]);
    expect(unzipped('reports')).toEqual({ 'two.pdf': 'content of two.pdf' });
  });

  test('is replaced though the connection breaks on the way', async () => {
    await attach();
    service.fail('ListArtifacts', 'reset');

    await attach({ files: [await report('two.pdf')], overwrite: true });

    expect(unzipped('reports')).toEqual({ 'two.pdf': 'content of two.pdf' });
    expect(waits).toHaveLength(1);
  });

  test('is replaced only once', async () => {
    await attach();
    const taken = { status: 409, msg: 'an artifact with this name already exists on the workflow run' };
    service.fail('CreateArtifact', taken, 2);

    expect((await attach({ overwrite: true })).name).toBe('reports-retry1');

    expect(statuses('DeleteArtifact')).toEqual([200]);
  });

  test('is an error when GitHub does not let it be replaced', async () => {
    await attach();
    service.fail('DeleteArtifact', { status: 403, msg: 'no' });

    expect(await failure({ overwrite: true })).toMatch(/did not accept the job's token.*DeleteArtifact/u);

    expect(names()).toEqual(['reports']);
  });

  test('is left to a lost upload, which cannot be replaced, and a second name is used', async () => {
    service.fail('CreateArtifact', 'lost-answer');

    expect((await attach({ overwrite: true })).name).toBe('reports-retry1');

    expect(statuses('CreateArtifact')).toEqual(['reset', 409, 200]);
    expect(statuses('DeleteArtifact')).toEqual([]);
  });

  test('can be the second one, after an earlier step had to take that', async () => {
    service.fail('FinalizeArtifact', 400);
    await attach();

    expect(await failure()).toContain('"reports-retry1" was not attached: an artifact of this name exists');

    await attach({ files: [await report('two.pdf')], overwrite: true });
    expect(names()).toEqual(['reports-retry1']);
    expect(unzipped('reports-retry1')).toEqual({ 'two.pdf': 'content of two.pdf' });
  });
});

describe('where there is no artifact service', () => {
  test('a GitHub Enterprise Server is left alone, with a reason', async () => {
    const result = await outcome({}, { ...run, serverUrl: 'https://git.acme.example' });

    expect(result).toEqual({
      state: 'unsupported',
      reason: expect.stringMatching(/git\.acme\.example is a GitHub Enterprise Server/u) as string,
    });
    expect(service.requests).toEqual([]);
  });

  test.each(['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'])('a missing %s is named', async (key) => {
    vi.stubEnv(key, undefined);

    const result = await outcome();

    expect(result).toEqual({
      state: 'unsupported',
      reason: expect.stringContaining(`${key} is not set`) as string,
    });
    expect(service.requests).toEqual([]);
  });

  test('a data-residency tenant is not taken for an Enterprise Server', async () => {
    vi.stubEnv('GITHUB_SERVER_URL', 'https://acme.ghe.com');

    expect(await outcome({}, { ...run, serverUrl: 'https://acme.ghe.com/' })).toMatchObject({
      artifact: { url: expect.stringMatching(/^https:\/\/acme\.ghe\.com\/octo-org\//u) as string },
    });
  });

  test('a token of another kind is said to be one', async () => {
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', 'eyJhbGciOiJub25lIn0.e30.');

    expect(await failure()).toContain("ACTIONS_RUNTIME_TOKEN is not a token of GitHub's artifact service");
    expect(warnings).toEqual([]);
  });
});

describe('a file that must not be uploaded', () => {
  afterEach(() => {
    expect(service.requests).toEqual([]);
  });

  test('is a symbolic link', async () => {
    const secret = join(directory, 'secret.txt');
    await writeFile(secret, 'secret');
    await symlink(secret, join(reports, 'link.pdf'));

    expect(await failure({ files: [join(reports, 'link.pdf')] })).toMatch(/link\.pdf .*symbolic link/u);
  });

  test('is behind a linked directory that leads out', async () => {
    await mkdir(join(directory, 'elsewhere'));
    await writeFile(join(directory, 'elsewhere', 'secret.txt'), 'secret');
    await symlink(join(directory, 'elsewhere'), join(reports, 'nested'));

    expect(await failure({ files: [join(reports, 'nested', 'secret.txt')] })).toContain('it is outside');
  });

  test('is in a directory whose name begins like that of the root', async () => {
    await mkdir(`${reports}-other`);
    await writeFile(join(`${reports}-other`, 'one.pdf'), '');

    expect(await failure({ files: [join(`${reports}-other`, 'one.pdf')] })).toContain('it is outside');
  });

  test('is outside even when it comes after one that is inside', async () => {
    await writeFile(join(directory, 'two.pdf'), '');

    expect(await failure({ files: [await report('one.pdf'), join(directory, 'two.pdf')] })).toMatch(
      /two\.pdf .*it is outside/u,
    );
  });

  test('is a directory', async () => {
    await mkdir(join(reports, 'nested'));

    expect(await failure({ files: [join(reports, 'nested')] })).toContain('not a regular file');
  });

  test('does not exist', async () => {
    expect(await failure({ files: [join(reports, 'none.pdf')] })).toMatch(/none\.pdf .*does not exist/u);
  });

  test.skipIf(process.getuid?.() === 0)('may not be read', async () => {
    const file = await report('one.pdf');
    await chmod(file, 0);

    expect(await failure({ files: [file] })).toContain('may not read it');
  });

  test('has a path that GitHub refuses', async () => {
    expect(await failure({ files: [await report('a:b.pdf')] })).toContain('no ":" in a path');
  });

  test('is missing altogether', async () => {
    expect(await failure({ files: [] })).toContain('There is no file to attach');
  });

  test('is one of several without an archive', async () => {
    const files = [await report('one.pdf'), await report('two.pdf')];

    expect(await failure({ files, archive: false })).toMatch(
      /exactly one file .* there are 2\. Set archive: true/u,
    );
  });

  test.each(['', 'a/b', 'a\\b', 'a:b', 'n'.repeat(256)])(
    'would get a name that GitHub refuses (%j)',
    async (name) => {
      expect(await failure({ name })).toMatch(/artifact-name|GitHub accepts no/u);
    },
  );

  test('lies in a root directory that is not there', async () => {
    expect(await failure({ rootDirectory: join(directory, 'none') })).toMatch(/does not exist: .*none/u);
  });
});

test('a root directory that is reached over a link is followed', async () => {
  await symlink(reports, join(directory, 'link'));
  await report('one.pdf');

  await attach({ rootDirectory: join(directory, 'link'), files: [join(directory, 'link', 'one.pdf')] });

  expect(unzipped('reports')).toEqual({ 'one.pdf': 'content of one.pdf' });
});

describe('what GitHub refuses', () => {
  test('for want of storage is not tried again', async () => {
    service.fail('CreateArtifact', { status: 403, msg: 'insufficient usage to create artifact' });

    expect(await failure()).toMatch(/storage for artifacts is used up\. Delete old artifacts/u);
    expect(statuses('CreateArtifact')).toEqual([403]);
  });

  test('for want of storage at the end does not cost a second name', async () => {
    service.fail('FinalizeArtifact', { status: 403, msg: 'insufficient usage to create artifact' });

    expect(await failure()).toContain('storage for artifacts is used up');
    expect(statuses('CreateArtifact')).toEqual([200]);
  });

  test('for want of a valid token says so', async () => {
    service.fail('CreateArtifact', { status: 401, msg: 'token expired' });

    expect(await failure()).toMatch(/did not accept the job's token.*token expired/u);
  });

  test('with a long page is cut', async () => {
    service.fail('CreateArtifact', { status: 400, msg: 'x'.repeat(100_000) });

    expect((await failure()).length).toBeLessThan(1000);
  });

  test('for any other reason comes with its own words', async () => {
    service.fail('CreateArtifact', { status: 400, msg: 'too many artifacts' });

    expect(await failure()).toMatch(/"reports" was not attached: .*refused it\..*too many artifacts/u);
  });
});

describe('secrets', () => {
  const signed = 'https://store.blob.example/c/a.zip?sv=2025-01-05&amp;sig=S3CR3T%3D';

  test('are in no error', async () => {
    const token = service.env['ACTIONS_RUNTIME_TOKEN'] ?? '';
    service.fail('CreateArtifact', {
      status: 400,
      msg: `${token}\r\n::error::at ${signed} or sig=S3CR3T%3D`,
    });

    const message = await failure();

    expect(message).toContain('https://store.blob.example/c/a.zip');
    expect(message).not.toContain(token);
    expect(message).not.toContain('sv=2025');
    expect(message).not.toContain('S3CR3T');
    expect(message).not.toContain('\n');
  });

  test.each([
    ['in Base64', (token: string) => Buffer.from(`user:${token}`).toString('base64')],
    ['in capitals', (token: string) => token.toUpperCase()],
  ])('are in no error when they are %s', async (_way, written) => {
    const shown = written(service.env['ACTIONS_RUNTIME_TOKEN'] ?? '');
    service.fail('CreateArtifact', { status: 400, msg: `no ${shown} here` });

    expect(await failure()).not.toContain(shown.slice(8, 40));
  });

  test('are in no warning', async () => {
    service.fail('PutBlock', { status: 403, msg: `at ${signed}` });

    await attach();

    expect(warnings[0]).toContain('https://store.blob.example/c/a.zip');
    expect(warnings[0]).not.toContain('S3CR3T');
  });

  test('are printed by the client only after it told the runner to mask them', async () => {
    await attach();

    const output = printed.join('');
    const signature = /signed_upload_url[^\n]*sig=([^"\n]+)"/u.exec(output)?.[1] ?? 'none';
    expect(output).not.toContain(service.env['ACTIONS_RUNTIME_TOKEN']);
    expect(output.indexOf(signature)).toBe(
      output.indexOf(`::add-mask::${signature}`) + '::add-mask::'.length,
    );
  });
});
