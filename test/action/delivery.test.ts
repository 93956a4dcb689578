import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect } from 'vitest';
import { errorsIn, filesIn, test, writeFiles } from './support/step.ts';

const absent = 'a'.repeat(64);

describe('a step that asks for reports', () => {
  test('delivers what is there, and then fails for what is not', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const one = simulator.spectraAnalyze.addSample({ name: 'one', creationSeconds: 1 });
    const two = simulator.spectraAnalyze.addSample({ name: 'two', creationSeconds: 0.2, pdfBytes: 300_000 });

    const step = await runStep({ hashes: `${one.sha256}\n${two.md5.toUpperCase()}, ${absent}` });

    expect(step.exitCode).toBe(1);
    expect(await filesIn(workspace)).toEqual(
      [`security-reports/${one.sha256}.pdf`, `security-reports/${two.md5}.pdf`].sort(),
    );
    expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual([
      [one.sha256, 'ready'],
      [two.md5, 'ready'],
      [absent, 'missing'],
    ]);
    for (const report of step.reports.slice(0, 2)) {
      const bytes = await readFile(join(workspace, report.path ?? ''));
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
      expect(report).toMatchObject({
        service: 'spectra-analyze',
        mediaType: 'application/pdf',
        size: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
    expect(step.reports[2]).toEqual({
      service: 'spectra-analyze',
      subject: absent,
      state: 'missing',
      subjectSha256: absent,
      message: expect.stringContaining('Submit the sample to the appliance first') as string,
    });
    expect(step.outputs).toMatchObject({
      'report-count': '2',
      'failed-count': '1',
      verdict: 'unknown',
      directory: 'security-reports',
      'artifact-id': '',
    });
    expect(errorsIn(step.log)).toHaveLength(2);
    expect(step.log).toContain('1 missing of 3 reports: the input fail-on makes the step fail.');
    expect(step.log).toMatch(new RegExp(`^${one.sha256} {2}being created {2}\\(after \\d+\\.\\d s\\)$`, 'm'));
    expect(step.stderr).toBe('');
  });

  test('passes when fail-on does not name what happened', async ({ runStep }) => {
    const step = await runStep({ hashes: absent, 'fail-on': 'malicious,timeout' });
    expect(step.exitCode).toBe(0);
    expect(step.reports[0]?.state).toBe('missing');
    expect(step.outputs['failed-count']).toBe('1');
  });

  test('fails on a verdict only after the report was delivered', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const bad = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'malicious' });
    const good = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'goodware' });

    const step = await runStep({ hashes: `${good.sha1} ${bad.sha1}`, classification: 'true' });

    expect(step.exitCode).toBe(1);
    expect(step.log).toContain('1 malicious of 2 reports');
    expect(step.outputs['verdict']).toBe('malicious');
    expect(step.reports.map(({ verdict }) => verdict)).toEqual(['clean', 'malicious']);
    expect(await filesIn(workspace)).toHaveLength(2);
  });

  test('takes a verdict that cannot be had for unknown, so that a gate closes', async ({
    simulator,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    simulator.faults.script({
      route: 'spectra-analyze.samples.classification',
      times: 'always',
      fault: { kind: 'status', status: 403 },
    });

    const step = await runStep({ hashes: sample.sha1, classification: 'true' });

    expect(step.exitCode).toBe(1);
    expect(step.reports[0]).toMatchObject({ state: 'ready', verdict: 'unknown' });
    expect(step.reports[0]?.message).toContain('refuses the token');
  });

  test('asks by the SHA-256 of local files, once for files with the same content', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const { sha256 } = simulator.spectraAnalyze.addSample({ content: 'installer', creationSeconds: 0 });
    await writeFile(join(workspace, 'setup.exe'), 'installer');
    await writeFile(join(workspace, 'setup (copy).exe'), 'installer');

    const step = await runStep({ files: '*.exe' });

    expect(step.exitCode).toBe(0);
    expect(step.reports.map(({ subject, path }) => [subject, path])).toEqual([
      ['setup (copy).exe', `security-reports/${sha256}.pdf`],
      ['setup.exe', `security-reports/${sha256}.pdf`],
    ]);
    expect(simulator.journal.list({ route: 'spectra-analyze.pdf.create' })).toHaveLength(1);
  });

  test('goes on past a file that cannot be read', async ({ simulator, workspace, runStep }) => {
    const { sha256 } = simulator.spectraAnalyze.addSample({ content: 'installer', creationSeconds: 0 });
    await writeFiles(workspace, { '1-long.bin': '', '2-gone.exe': 'gone', '3-setup.exe': 'installer' });
    // Zeros that take no room on the disk, and some time to hash.
    await truncate(join(workspace, '1-long.bin'), 400_000_000);

    const step = await runStep(
      { files: '*' },
      {
        onLog: (line) => {
          if (line === '::group::Hash 3 files') rmSync(join(workspace, '2-gone.exe'));
        },
      },
    );

    expect(step.exitCode).toBe(1);
    expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual([
      ['1-long.bin', 'missing'],
      ['2-gone.exe', 'failed'],
      ['3-setup.exe', 'ready'],
    ]);
    expect(step.reports[1]?.message).toMatch(
      /2-gone\.exe: it has changed since the step found it\. Run the step when nothing writes to the file/,
    );
    expect(step.reports[2]?.path).toBe(`security-reports/${sha256}.pdf`);
  });

  // Elsewhere, so large a file takes as much room.
  test.skipIf(process.platform === 'win32')(
    'hashes no longer than it may take',
    async ({ simulator, workspace, runStep }) => {
      await writeFiles(workspace, { '1-huge.bin': '', '2-small.bin': 'small' });
      await truncate(join(workspace, '1-huge.bin'), 100_000_000_000);

      const step = await runStep({ files: '*', timeout: '1s' });

      expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual([
        ['1-huge.bin', 'timeout'],
        ['2-small.bin', 'timeout'],
      ]);
      for (const { message } of step.reports)
        expect(message).toContain('the time was up before its SHA-256 was known. Allow more time');
      expect(simulator.journal.list()).toEqual([]);
    },
  );

  test('gives up at its time-out, says what the last state was, and delivers the rest', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const slow = simulator.spectraAnalyze.addSample({ creationSeconds: 3600 });
    const quick = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });

    const timeUpWhen = () =>
      existsSync(join(workspace, `security-reports/${quick.sha1}.pdf`)) &&
      simulator.journal.list({ route: 'spectra-analyze.pdf.status', subject: slow.sha1 }).length > 1;
    const step = await runStep({ hashes: `${slow.sha1} ${quick.sha1}` }, { timeUpWhen });

    expect(step.exitCode).toBe(1);
    expect(step.reports.map(({ state }) => state)).toEqual(['timeout', 'ready']);
    expect(step.reports[0]?.message).toContain('the last state: being created');
    expect(step.reports[0]?.message).toContain('ask again');
    expect(await filesIn(workspace)).toEqual([`security-reports/${quick.sha1}.pdf`]);
  });
});

describe('the artifact', () => {
  test('holds the reports, and the summary links to it', async ({ simulator, artifacts, runStep }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 50_000 });

    const step = await runStep(
      { hashes: `${sample.sha1} ${absent}`, 'upload-artifact': 'true' },
      { env: artifacts.env },
    );

    const [artifact] = artifacts.artifacts;
    expect(step.outputs).toMatchObject({
      'artifact-id': String(artifact?.id),
      'artifact-name': artifact?.name,
      'artifact-digest': artifact?.hash,
    });
    expect(step.outputs['artifact-url']).toMatch(
      new RegExp(`/actions/runs/\\d+/artifacts/${String(artifact?.id)}$`),
    );
    const files = unzipSync(artifact?.bytes ?? Buffer.alloc(0));
    expect(Object.keys(files)).toEqual([`${sample.sha1}.pdf`]);
    const sha256 = createHash('sha256')
      .update(files[`${sample.sha1}.pdf`] ?? '')
      .digest('hex');
    expect(sha256).toBe(step.reports[0]?.sha256);
    expect(step.summary).toMatch(new RegExp(`href="/[^"]+/artifacts/${String(artifact?.id)}"`));
    expect(step.summary).toContain('Spectra Analyze: failed (1 missing, 1 clean)');
  });

  test('is a single file that opens in the browser with archive: false', async ({
    simulator,
    artifacts,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const step = await runStep(
      { hashes: sample.sha1, 'upload-artifact': 'true', archive: 'false' },
      { env: artifacts.env },
    );
    expect(step.exitCode).toBe(0);
    expect(artifacts.artifacts[0]?.name).toBe(`${sample.sha1}.pdf`);
    expect(artifacts.artifacts[0]?.bytes.subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('is a single file, too, when the same report is asked for twice', async ({
    simulator,
    artifacts,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const scan = simulator.perceptionPoint.addScan({ scanSeconds: 0 });
    const attaching = { 'upload-artifact': 'true', archive: 'false' };

    const { env } = artifacts;
    const pdf = await runStep(
      { hashes: `${sample.sha1} ${sample.sha1.toUpperCase()}`, ...attaching },
      { env },
    );
    const verdict = await runStep(
      { service: 'perception-point', 'scan-ids': `${scan}\n${scan}`, ...attaching },
      { env },
    );

    expect([pdf, verdict].map(({ exitCode, reports }) => [exitCode, reports.length])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(artifacts.artifacts.map(({ name }) => name)).toEqual([`${sample.sha1}.pdf`, `scan-${scan}.json`]);
  });

  test('gets a name that no other job of a matrix and no other step has', async ({
    simulator,
    artifacts,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const token = (job: string): string =>
      `e30.${Buffer.from(JSON.stringify({ scp: `Actions.Results:run:${job}` })).toString('base64url')}.sig`;
    const nameFor = async (env: Record<string, string>): Promise<string> => {
      // Only the name that is asked for matters, so the service may refuse the token of another job.
      const step = await runStep(
        { hashes: sample.sha1, 'upload-artifact': 'true' },
        { env: { ...artifacts.env, GITHUB_JOB: 'build', ...env } },
      );
      return /Attach the artifact "([^"]+)"/.exec(step.log)?.[1] ?? step.log;
    };

    const names = [
      await nameFor({ ACTIONS_RUNTIME_TOKEN: token('job-1'), GITHUB_ACTION: '__self' }),
      await nameFor({ ACTIONS_RUNTIME_TOKEN: token('job-2'), GITHUB_ACTION: '__self' }),
      await nameFor({ ACTIONS_RUNTIME_TOKEN: token('job-1'), GITHUB_ACTION: '__self_2' }),
    ];

    for (const name of names)
      expect(name).toMatch(/^security-reports-spectra-analyze-build-self(_2)?-[0-9a-f]{6}$/);
    expect(new Set(names).size).toBe(3);
  });

  test('that cannot be attached fails the step, but files and outputs are there', async ({
    simulator,
    artifacts,
    workspace,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    artifacts.fail('CreateArtifact', 403, 9);

    const step = await runStep({ hashes: sample.sha1, 'upload-artifact': 'true' }, { env: artifacts.env });

    expect(step.exitCode).toBe(1);
    expect(errorsIn(step.log).join()).toContain('was not attached');
    expect(step.reports[0]?.state).toBe('ready');
    expect(await filesIn(workspace)).toEqual([`security-reports/${sample.sha1}.pdf`]);
    expect(step.summary).toContain(sample.sha1);
  });

  test('whose finalizing failed is attached under a second name, which the outputs say', async ({
    simulator,
    artifacts,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    artifacts.fail('FinalizeArtifact', 400);

    const step = await runStep(
      { hashes: sample.sha1, 'upload-artifact': 'true', 'artifact-name': 'reports' },
      { env: artifacts.env },
    );

    expect(step.exitCode).toBe(0);
    expect(step.outputs['artifact-name']).toBe('reports-retry1');
    expect(artifacts.artifacts.map(({ name }) => name)).toEqual(['reports-retry1']);
  });

  test('is left out on an enterprise server with a warning', async ({
    simulator,
    artifacts,
    workspace,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const step = await runStep(
      { hashes: sample.sha1, 'upload-artifact': 'true' },
      { env: { ...artifacts.env, GITHUB_SERVER_URL: 'https://git.example.com' } },
    );
    expect(step.exitCode).toBe(0);
    expect(step.log).toMatch(/^::warning::.*Enterprise Server/m);
    expect(await filesIn(workspace)).toHaveLength(1);
    expect(artifacts.requests).toEqual([]);
  });
});
