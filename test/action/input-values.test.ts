import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import { readActionMetadata } from '../../packages/action/local/action-metadata.ts';
import { errorsIn, test, writeFiles } from './support/step.ts';

const malware = { content: 'malware', classification: 'malicious', creationSeconds: 0 } as const;

describe('an input without a value', () => {
  test.for(['', ' ', ',', ' , ,'])(
    'counts as not given: fail-on: %j still stops a malicious sample',
    async (failOn, { simulator, runStep }) => {
      const { sha1 } = simulator.spectraAnalyze.addSample(malware);
      const step = await runStep({ hashes: sha1, 'fail-on': failOn });
      expect(step.exitCode).toBe(1);
      expect(step.outputs['verdict']).toBe('malicious');
    },
  );

  test('counts as not given, whichever it is', async ({ simulator, runStep }) => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ content: 'a', creationSeconds: 0 });
    const optional = readActionMetadata().inputs.filter(({ required }) => !required);
    const empty = Object.fromEntries(optional.map(({ name }) => [name, ',']));
    const step = await runStep({
      ...empty,
      hashes: sha1,
      'base-url': simulator.url,
      'upload-artifact': 'false',
    });
    expect(errorsIn(step.log)).toEqual([]);
    expect(step.outputs['directory']).toBe('security-reports');
    expect(step.reports).toMatchObject([{ state: 'ready', path: `security-reports/${sha1}.pdf` }]);
  });

  test('is other than none, which lets the step pass', async ({ simulator, runStep }) => {
    const { sha1 } = simulator.spectraAnalyze.addSample(malware);
    const step = await runStep({ hashes: sha1, 'fail-on': 'none', classification: 'true' });
    expect(step.exitCode).toBe(0);
    expect(step.outputs['verdict']).toBe('malicious');
  });
});

describe('verdicts of Spectra Analyze', () => {
  test('are asked for when fail-on names one', async ({ simulator, runStep }) => {
    const { sha1 } = simulator.spectraAnalyze.addSample(malware);
    const step = await runStep({ hashes: sha1, 'fail-on': 'malicious' });
    expect(step.exitCode).toBe(1);
    const other = await runStep({ hashes: sha1, 'fail-on': 'missing,failed' });
    expect(other.exitCode).toBe(0);
    expect(other.reports[0]).not.toHaveProperty('verdict');
  });

  test('are asked for with files', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { 'a.exe': malware.content });
    simulator.spectraAnalyze.addSample(malware);
    const step = await runStep({ files: 'a.exe', 'fail-on': 'missing' });
    expect(step.reports).toMatchObject([{ subject: 'a.exe', verdict: 'malicious' }]);
  });

  test('cannot decide when they are not asked for', async ({ simulator, runStep }) => {
    const step = await runStep({
      hashes: 'a'.repeat(32),
      classification: 'false',
      'fail-on': 'malicious,missing',
    });
    expect(errorsIn(step.log).join()).toContain(
      'classification, fail-on: fail-on names malicious, but classification: false asks for no verdict',
    );
    expect(simulator.journal.list()).toEqual([]);
  });
});

test('verdicts of Perception Point cannot decide when nothing waits for them', async ({
  simulator,
  runStep,
}) => {
  const inputs = { service: 'perception-point', 'storage-paths': 'a.exe', wait: 'false' };
  const step = await runStep({ ...inputs, 'fail-on': 'malicious' });
  expect(step.exitCode).toBe(1);
  expect(errorsIn(step.log).join()).toContain(
    'wait, fail-on: fail-on names malicious, but wait: false waits for no verdict',
  );
  expect(simulator.journal.list()).toEqual([]);
  expect((await runStep({ ...inputs, 'fail-on': 'failed' })).exitCode).toBe(0);
});

describe('hashes', () => {
  const sha256 = createHash('sha256').update('a').digest('hex');

  test.for([
    `sha256:${sha256}`,
    `SHA-256:${sha256.toUpperCase()}`,
    `${sha256}  dist/app v1.exe`,
    `${sha256} *app.exe`,
    `SHA256 (dist/app (1).exe) = ${sha256}`,
    `${sha256}, ${sha256}\n${sha256}`,
  ])('are read from %s', async (hashes, { simulator, runStep }) => {
    simulator.spectraAnalyze.addSample({ content: 'a', creationSeconds: 0 });
    const step = await runStep({ hashes });
    expect(step.reports).toMatchObject([{ subject: sha256, state: 'ready' }]);
  });

  test('can come from a file, too, each once', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { SHA256SUMS: `\ufeff${sha256}  app.exe\r\n` });
    simulator.spectraAnalyze.addSample({ content: 'a', creationSeconds: 0 });
    const step = await runStep({ hashes: sha256, 'hashes-file': 'SHA256SUMS' });
    expect(step.reports).toMatchObject([{ subject: sha256, state: 'ready' }]);
    const wrong = await runStep({ 'hashes-file': '.' });
    expect(errorsIn(wrong.log).join()).toContain('hashes-file: "." is not a file. Give the path');
  });
});

describe('links, paths and ids', () => {
  const service = 'perception-point';

  test.for([
    'https://x.example.com/a.zip https://x.example.com/b,c.zip',
    'https://x.example.com/a.zip,https://x.example.com/b,c.zip',
    'https://x.example.com/a.zip, https://x.example.com/b,c.zip\nhttps://x.example.com/a.zip',
  ])('are told apart in %j', async (links, { simulator, runStep }) => {
    const step = await runStep({ service, 'download-links': links });
    expect(step.reports.map(({ subject }) => subject)).toEqual([
      'https://x.example.com/a.zip',
      'https://x.example.com/b,c.zip',
    ]);
    expect(simulator.perceptionPoint.listSubmissions()).toHaveLength(2);
  });

  test('of a storage may hold blanks', async ({ runStep }) => {
    const paths = 'folder one/a, b.zip\ns3://bucket/a.zip s3://bucket/b.zip';
    const step = await runStep({ service, 'storage-paths': paths });
    expect(step.reports.map(({ subject }) => subject)).toEqual([
      'folder one/a, b.zip',
      's3://bucket/a.zip',
      's3://bucket/b.zip',
    ]);
  });

  test('of scans may stand on one line, or in a file', async ({ simulator, workspace, runStep }) => {
    const ids = Array.from({ length: 3 }, () => simulator.perceptionPoint.addScan({ scanSeconds: 0 }));
    await writeFiles(workspace, { 'ids.txt': `${ids[2] ?? ''}\n` });
    const step = await runStep({
      service,
      'scan-ids': `${ids[0] ?? ''}, ${ids[1] ?? ''}`,
      'scan-ids-file': 'ids.txt',
    });
    expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual(
      ids.map((id) => [id, 'ready']),
    );
  });

  test('with a secret are masked in that alone, also from a file', async ({ workspace, runStep }) => {
    await writeFiles(workspace, { 'links.txt': 'https://x.example.com/v1/b.exe?sig=0123456789\n' });
    const step = await runStep({
      service,
      'download-links': 'https://x.example.com/v1/setup.exe',
      'download-links-file': 'links.txt',
      'callback-url': 'https://hooks.example.com/',
      'callback-headers':
        '{"Content-Type": "application/json", "X-Api-Key": "k3y", "X-Long": "0123456789abcdefghij"}',
      'file-password': 'infected',
    });
    const masked = step.log.split('\n').flatMap((line) => /^::add-mask::(.*)$/.exec(line)?.[1] ?? []);
    expect(masked).toEqual(
      expect.arrayContaining(['sig=0123456789', 'k3y', '0123456789abcdefghij', 'https://hooks.example.com/']),
    );
    for (const plain of ['https://x.example.com/v1/setup.exe', 'application/json', 'infected']) {
      expect(masked).not.toContain(plain);
    }
  });
});

test('retention-days: 0 is the setting of the repository', async ({ simulator, artifacts, runStep }) => {
  const { sha1 } = simulator.spectraAnalyze.addSample({ content: 'a', creationSeconds: 0 });
  const step = await runStep(
    { hashes: sha1, 'upload-artifact': 'true', 'retention-days': '0' },
    { env: artifacts.env },
  );
  expect(step.exitCode).toBe(0);
  expect(step.outputs['artifact-name']).not.toBe('');
});

test.for([
  ['5', '"5" is not a size such as 500MB or 4GB'],
  ['0GB', '"0GB" is not a size'],
  ['9999GB', '"9999GB" is not a size'],
])('max-report-size: %s is refused', async ([size = '', problem], { runStep }) => {
  const step = await runStep({ hashes: 'a'.repeat(32), 'max-report-size': size });
  expect(errorsIn(step.log).join()).toContain(`max-report-size: ${problem}`);
});
