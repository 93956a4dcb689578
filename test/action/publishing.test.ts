import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { malwareMarker } from '@security-reports/simulator';
import { describe, expect, vi } from 'vitest';
import { errorsIn, filesIn, type ReportMember, test, writeFiles } from './support/step.ts';

const absent = 'a'.repeat(64);

/** The annotations of a step: all its errors but the last, which is the step's own. */
function annotationsIn(log: string): readonly string[] {
  return errorsIn(log).slice(0, -1);
}

describe('a verdict that is known', { concurrent: true }, () => {
  test('stays when the PDF cannot be made', async ({ simulator, runStep }) => {
    const bad = simulator.spectraAnalyze.addSample({ classification: 'malicious', creationFails: true });

    const step = await runStep({ hashes: bad.sha1, classification: 'true', 'fail-on': 'malicious' });

    expect(step.exitCode).toBe(1);
    expect(step.reports).toEqual([
      {
        service: 'spectra-analyze',
        subject: bad.sha1,
        state: 'failed',
        verdict: 'malicious',
        threatName: 'Win32.Ransomware.Simulated',
        riskScore: 10,
        subjectSha256: bad.sha256,
        message: expect.stringContaining('the appliance could not create the PDF') as string,
      },
    ]);
    expect(step.outputs).toMatchObject({ verdict: 'malicious', 'failed-count': '1' });
    expect(errorsIn(step.log).at(-1)).toBe(
      '::error::1 malicious of 1 report: the input fail-on makes the step fail.',
    );
    expect(annotationsIn(step.log)[0]).toMatch(
      new RegExp(
        `^::error title=${bad.sha1}%3A malicious::.*threat Win32\\.Ransomware\\.Simulated, risk score 10 of 10`,
      ),
    );
  });

  test('stays when the PDF takes longer than the step', async ({ simulator, runStep }) => {
    const bad = simulator.spectraAnalyze.addSample({ classification: 'suspicious', creationSeconds: 3600 });
    const timeUpWhen = () => simulator.journal.list({ route: 'spectra-analyze.pdf.status' }).length > 1;
    const step = await runStep({ hashes: bad.sha256, classification: 'true' }, { timeUpWhen });
    expect(step.reports[0]).toMatchObject({ state: 'timeout', verdict: 'suspicious' });
    expect(step.outputs['verdict']).toBe('suspicious');
    expect(errorsIn(step.log).at(-1)).toContain('1 suspicious of 1 report');
  });

  test('stays when its file cannot be saved, which is said in words, and the others go on', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const bad = simulator.spectraAnalyze.addSample({ classification: 'malicious', creationSeconds: 0 });
    const good = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const scan = simulator.perceptionPoint.addScan({ id: 7, scanSeconds: 0, verdict: 'MAL' });
    for (const folder of [`${bad.sha1}.pdf`, `scan-${scan}.json`])
      await mkdir(join(workspace, 'security-reports', folder), { recursive: true });

    const pdfs = await runStep({ hashes: `${bad.sha1} ${good.sha1}`, classification: 'true' });
    const scans = await runStep({ service: 'perception-point', 'scan-ids': scan });

    expect(pdfs.reports.map(({ state, verdict }) => [state, verdict])).toEqual([
      ['failed', 'malicious'],
      ['ready', 'clean'],
    ]);
    expect(pdfs.reports[0]?.message).toBe(
      `Spectra Analyze, save report ${bad.sha1}: ${bad.sha1}.pdf cannot be saved: ` +
        'a folder has the same name (EISDIR). Remove or rename that folder, or save to another one.',
    );
    expect(scans.reports).toEqual([
      {
        service: 'perception-point',
        subject: '7',
        state: 'failed',
        verdict: 'malicious',
        scanId: '7',
        message: expect.stringContaining('scan-7.json cannot be saved: a folder has the same name') as string,
      },
    ]);
    for (const step of [pdfs, scans]) {
      expect(step.exitCode).toBe(1);
      expect(step.outputs['verdict']).toBe('malicious');
      expect(errorsIn(step.log).at(-1)).toMatch(/^::error::1 malicious of \d reports?:/);
    }
  });

  test('is there although the output directory is not', async ({ simulator, workspace, runStep }) => {
    const bad = simulator.spectraAnalyze.addSample({ classification: 'malicious', creationSeconds: 0 });
    await writeFile(join(workspace, 'security-reports'), 'a file');

    const step = await runStep({ hashes: bad.sha1, classification: 'true' });

    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ verdict: 'malicious', 'reports-file': '' });
    expect(step.reports[0]?.message).toContain('a file is in the place of the folder "security-reports"');
    const decision = errorsIn(step.log).at(-1);
    expect(decision).toMatch(
      /^::error::The output reports-file is empty: reports-.*a file is in the place of/,
    );
    expect(decision).toMatch(/%0A1 malicious of 1 report: the input fail-on makes the step fail\.$/);
    expect(await readFile(join(workspace, 'security-reports'), 'utf8')).toBe('a file');
  });
});

describe('a subject whose verdict was asked for and is not known', { concurrent: true }, () => {
  test('makes the output verdict unknown, whatever the others are', async ({ simulator, runStep }) => {
    const good = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const slow = simulator.perceptionPoint.addScan({ scanSeconds: 3600 });
    const clean = simulator.perceptionPoint.addScan({ scanSeconds: 0, verdict: 'CLN' });
    const none = { 'fail-on': 'none' };

    const missing = await runStep({ hashes: `${good.sha1} ${absent}`, classification: 'true', ...none });
    const notAsked = await runStep({ hashes: `${good.sha1} ${absent}`, classification: 'false', ...none });
    const tooEarly = await runStep({
      service: 'perception-point',
      'scan-ids': `${clean}\n${slow}`,
      wait: 'false',
    });

    expect(missing.reports.map(({ verdict }) => verdict)).toEqual(['clean', undefined]);
    expect(
      [missing, notAsked, tooEarly].map(({ exitCode, outputs }) => [exitCode, outputs['verdict']]),
    ).toEqual([
      [0, 'unknown'],
      [0, ''],
      [0, 'unknown'],
    ]);
  });

  test('counts as unknown where fail-on does not name its state, and only once', async ({ runStep }) => {
    const asked = { hashes: absent, classification: 'true' };
    const reasonFor = async (failOn: string): Promise<string | undefined> => {
      const step = await runStep({ ...asked, 'fail-on': failOn });
      return /\d.* of 1 report(?=:)/.exec(errorsIn(step.log).at(-1) ?? '')?.[0];
    };
    expect(await reasonFor('malicious,unknown')).toBe('1 unknown of 1 report');
    expect(await reasonFor('malicious,unknown,missing')).toBe('1 missing of 1 report');
    expect(await reasonFor('malicious,failed')).toBeUndefined();
  });

  test('is named in an annotation', async ({ simulator, runStep }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'unknown' });
    const step = await runStep({ hashes: sample.sha1, classification: 'true' });
    expect(step.exitCode).toBe(1);
    expect(annotationsIn(step.log)).toEqual([
      expect.stringMatching(
        `^::error title=${sample.sha1}%3A verdict unknown::.*the verdict on ${sample.sha1} is unknown`,
      ),
    ]);
  });
});

describe('the annotations', { concurrent: true }, () => {
  test('name each harmful subject, the worst first and before everything else', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const codes = { 'a.txt': 'SUS', 'b.txt': 'CLN', 'c.txt': 'BLK', 'd.txt': 'MAL', 'e.txt': 'MAL' };
    await writeFiles(workspace, codes);
    for (const [name, verdict] of Object.entries(codes))
      simulator.perceptionPoint.scriptScan({ name, scan: { verdict, scanSeconds: 0 } });

    const step = await runStep({
      service: 'perception-point',
      files: '*.txt',
      'fail-on': 'none',
    });

    expect(step.exitCode).toBe(0);
    expect(errorsIn(step.log).map((line) => /title=(.*?)::/.exec(line)?.[1])).toEqual([
      'd.txt%3A malicious',
      'e.txt%3A malicious',
      'c.txt%3A restricted',
      'a.txt%3A suspicious',
    ]);
  });

  test('are ten at most, with the malicious files among them', async ({ simulator, workspace, runStep }) => {
    const names = Array.from({ length: 12 }, (_, index) => `bad-${String(index).padStart(2, '0')}.txt`);
    await writeFiles(workspace, Object.fromEntries(names.map((name) => [name, `${malwareMarker} ${name}`])));
    simulator.perceptionPoint.configure({ scanSeconds: 0 });

    const step = await runStep({ service: 'perception-point', files: '*' });

    const errors = errorsIn(step.log);
    expect(errors).toHaveLength(10);
    for (const [row, name] of names.slice(0, 8).entries())
      expect(errors[row]).toContain(`title=${name}%3A malicious`);
    expect(errors[8]).toContain('title=4 more problems::The summary of the step lists them');
    expect(errors[9]).toBe('::error::12 malicious of 12 reports: the input fail-on makes the step fail.');
    for (const name of names) expect(step.summary).toContain(name);
  });

  test('say once what happened to many', async ({ runStep }) => {
    const hashes = Array.from({ length: 15 }, (_, index) => index.toString(16).padStart(40, '0'));

    const step = await runStep({ hashes: hashes.join(' ') });

    const [annotation = '', ...more] = annotationsIn(step.log);
    expect(more).toEqual([]);
    expect(annotation).toContain('title=15 subjects%3A missing::');
    expect(annotation.match(/the sample is not on the appliance/g)).toHaveLength(1);
    expect(annotation).toContain(`The same happened to ${hashes[1]},`);
    expect(step.summary.match(/the sample is not on the appliance/g)).toHaveLength(1);
    for (const hash of hashes) expect(step.summary).toContain(`<td><code>${hash}</code></td>`);
  });

  test('say once that a token is refused, for all subjects', async ({ runStep }) => {
    const hashes = Array.from({ length: 30 }, (_, index) => index.toString(16).padStart(40, '0'));
    const step = await runStep({ hashes: hashes.join(' '), token: 'wrong', classification: 'true' });
    expect(step.exitCode).toBe(1);
    // One paragraph for those that asked, and at most one line for those that did not.
    expect(annotationsIn(step.log).length).toBeLessThanOrEqual(2);
    expect(annotationsIn(step.log)[0]).toContain('refuses the token');
    expect(step.summary.match(/<li>/g)?.length).toBeLessThanOrEqual(2);
    expect(step.log).toContain('30 failed of 30 reports');
  });
});

describe('the summary', { concurrent: true }, () => {
  test('names the service, says why the step fails, and has the worst first', async ({
    simulator,
    runStep,
  }) => {
    const good = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const bad = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'malicious' });

    const step = await runStep({ hashes: `${good.sha1} ${bad.sha1}`, classification: 'true' });

    expect(step.summary).toContain('<h3>Spectra Analyze: failed (1 malicious, 1 clean)</h3>');
    expect(step.summary).toContain('<p>1 malicious of 2 reports: the input fail-on makes the step fail.</p>');
    const rows = step.summary.split('\n').filter((line) => line.startsWith('<tr><td>'));
    expect(rows).toEqual([
      `<tr><td><code>${bad.sha1}</code><br>SHA-256 <code>${bad.sha256}</code></td>` +
        '<td><strong>malicious</strong><br><code>Win32.Ransomware.Simulated</code><br>risk score 10 of 10</td>' +
        `<td><code>….pdf</code>, ${sizeIn(rowOf(step.reports, bad.sha1))}</td></tr>`,
      `<tr><td><code>${good.sha1}</code><br>SHA-256 <code>${good.sha256}</code></td>` +
        '<td>clean<br>risk score 0 of 10</td>' +
        `<td><code>….pdf</code>, ${sizeIn(rowOf(step.reports, good.sha1))}</td></tr>`,
    ]);
  });

  test('says that a step passes, and what with', async ({ simulator, runStep }) => {
    const bad = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'malicious' });
    const step = await runStep({ hashes: bad.sha1, classification: 'true', 'fail-on': 'none' });
    expect(step.exitCode).toBe(0);
    expect(step.summary).toContain('<h3>Spectra Analyze: passed (1 malicious)</h3>');
  });
});

function rowOf(reports: readonly ReportMember[], subject: string): ReportMember | undefined {
  return reports.find((report) => report.subject === subject);
}

function sizeIn(report: ReportMember | undefined): string {
  return `${((report?.size ?? 0) / 1000).toFixed(1)} kB`;
}

describe('what cannot be published', { concurrent: true }, () => {
  test.for([
    ['is empty', ''],
    ['is not set', undefined],
    ['names no file', '/nowhere/summary.md'],
    ['names a folder', '/'],
  ] as const)(
    'is no reason to keep anything else back: GITHUB_STEP_SUMMARY %s',
    async ([, summary], { simulator, workspace, runStep }) => {
      const bad = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'malicious' });

      const step = await runStep(
        { hashes: bad.sha1, classification: 'true' },
        { env: { GITHUB_STEP_SUMMARY: summary } },
      );

      expect(step.exitCode).toBe(1);
      expect(step.log).toMatch(/^::warning::The step has no summary: .* GITHUB_STEP_SUMMARY names/m);
      expect(step.outputs).toMatchObject({ verdict: 'malicious', 'report-count': '1' });
      expect(annotationsIn(step.log)[0]).toContain('malicious');
      expect(errorsIn(step.log).at(-1)).toBe(
        '::error::1 malicious of 1 report: the input fail-on makes the step fail.',
      );
      expect(await filesIn(workspace)).toHaveLength(1);
    },
  );

  test('says so about the outputs, and decides all the same', async ({ simulator, runStep }) => {
    const bad = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'malicious' });
    const good = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const env = { GITHUB_OUTPUT: '/nowhere/output' };

    const harmful = await runStep({ hashes: bad.sha1, classification: 'true' }, { env });
    const harmless = await runStep({ hashes: good.sha1, classification: 'true' }, { env });

    for (const step of [harmful, harmless]) {
      expect(step.exitCode).toBe(1);
      expect(step.summary).toContain('failed (1 ');
      expect(
        errorsIn(step.log)
          .at(-1)
          ?.match(/The outputs of the step are not set: /g),
      ).toHaveLength(1);
    }
    expect(errorsIn(harmful.log).at(-1)).toMatch(
      /%0A1 malicious of 1 report: the input fail-on makes the step fail\.$/,
    );
  });

  test('says so about the artifact, and decides all the same', async ({ simulator, artifacts, runStep }) => {
    const bad = simulator.spectraAnalyze.addSample({ creationSeconds: 0, classification: 'malicious' });
    artifacts.fail('CreateArtifact', 403, 9);

    const step = await runStep(
      { hashes: bad.sha1, classification: 'true', 'upload-artifact': 'true' },
      { env: artifacts.env },
    );

    expect(step.exitCode).toBe(1);
    expect(step.outputs['verdict']).toBe('malicious');
    expect(annotationsIn(step.log)[0]).toContain(`title=${bad.sha1}%3A malicious`);
    expect(errorsIn(step.log).at(-1)).toMatch(
      /^::error::The artifact .* was not attached: .*%0A1 malicious of 1 report: the input fail-on makes the step fail\.$/,
    );
  });
});

describe('the file with all reports', { concurrent: true }, () => {
  test('holds the same as the output, and its path is one', async ({ simulator, workspace, runStep }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });

    const step = await runStep(
      { hashes: `${sample.sha1} ${absent}`, 'output-directory': 'out/reports' },
      { env: { GITHUB_ACTION: '__owner_security-reports_2' } },
    );

    expect(step.outputs['reports-file']).toBe(
      'out/reports/reports-spectra-analyze-owner_security-reports_2.json',
    );
    const text = await readFile(join(workspace, step.outputs['reports-file'] ?? ''), 'utf8');
    expect(JSON.parse(text)).toEqual(step.reports);
    expect(text.split('\n')).toHaveLength(step.reports.length + 3);
    expect(step.summary).toContain(
      '<code>out/reports/reports-spectra-analyze-owner&#95;security-reports&#95;2.json</code>',
    );
  });

  test('never takes the place of a report', async ({ simulator, workspace, runStep }) => {
    const name = 'reports-digicert-security-reports.json';
    const { identifier } = simulator.digicert.addReport({
      formats: ['JSON'],
      runs: [{ contentDisposition: `attachment; filename="${name}"` }],
    });

    const step = await runStep({ service: 'digicert', 'report-id': identifier, 'report-format': 'JSON' });

    expect(step.exitCode, step.log).toBe(0);
    expect(step.outputs['reports-file']).toBe(`security-reports/${name}`);
    expect(step.reports[0]?.path).toBe('security-reports/reports-digicert-security-reports-2.json');
    expect((await readdir(join(workspace, 'security-reports'))).sort()).toEqual([
      'reports-digicert-security-reports-2.json',
      name,
    ]);
  });

  test(
    'is whole for ten thousand subjects, while the output keeps the worst of them and stays valid',
    { timeout: 180_000 },
    async ({ simulator, workspace, runStep }) => {
      // Ten thousand names for two samples, so that what is tried is what becomes of the results.
      const good = simulator.spectraAnalyze.addSample({ content: 'good', creationSeconds: 0 });
      simulator.spectraAnalyze.addSample({
        content: 'bad',
        creationSeconds: 0,
        classification: 'malicious',
      });
      const folder = join(workspace, 'build');
      await mkdir(folder);
      const names = Array.from({ length: 10_000 }, (_, index) => `${String(index).padStart(5, '0')}.exe`);
      for (const name of names) await writeFile(join(folder, name), name === '09998.exe' ? 'bad' : 'good');

      const step = await runStep({ files: 'build/*', classification: 'true' });

      expect(step.stderr).toBe('');
      const all = JSON.parse(
        await readFile(join(workspace, step.outputs['reports-file'] ?? ''), 'utf8'),
      ) as ReportMember[];
      expect(all.map(({ subject }) => subject)).toEqual(names.map((name) => `build/${name}`));
      expect(new Set(all.map(({ subjectSha256 }) => subjectSha256)).size).toBe(2);
      const reports = step.outputs['reports'] ?? '';
      expect(Buffer.byteLength(reports, 'utf16le')).toBeLessThan(900_000);
      expect(Buffer.byteLength(reports, 'utf16le')).toBeGreaterThan(890_000);
      expect(step.reports.filter(({ verdict }) => verdict === 'malicious')).toHaveLength(1);
      expect(
        step.reports.filter(({ subjectSha256 }) => subjectSha256 === good.sha256).length,
      ).toBeGreaterThan(900);
      expect(step.outputs).toMatchObject({ verdict: 'malicious', 'report-count': '10000' });
      expect(Buffer.byteLength(step.summary)).toBeLessThan(1024 * 1024);
      expect(step.summary).toContain('failed (1 malicious, 9999 clean)');
      expect(step.summary.indexOf('09998.exe')).toBeLessThan(step.summary.indexOf('00000.exe'));
      expect(step.summary).toMatch(
        /<p>\d+ more reports: see <code>security-reports\/reports-spectra-analyze/,
      );
      expect(errorsIn(step.log)).toEqual([
        expect.stringContaining('title=build/09998.exe%3A malicious'),
        '::error::1 malicious of 10000 reports: the input fail-on makes the step fail.',
      ]);
    },
  );
});

// On Windows a folder in use cannot be removed, and no process can be sent a signal.
describe.skipIf(process.platform === 'win32')('the output directory', { concurrent: true }, () => {
  test('is free of half-written files of a killed run after the next one', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 5_000_000 });
    simulator.faults.script({
      route: 'spectra-analyze.pdf.download',
      fault: { kind: 'stall', bytes: 1_000_000 },
    });
    const directory = join(workspace, 'security-reports');

    const running = runStep({ hashes: sample.sha1 });
    const writer = await vi.waitFor(
      async () => {
        const [name = ''] = await readdir(directory);
        const [, pid = ''] = /^\.(\d+)-.*\.part$/.exec(name) ?? [];
        expect(pid).not.toBe('');
        return Number(pid);
      },
      { timeout: 120_000 },
    );
    process.kill(writer, 'SIGKILL');
    const killed = await running;
    const left = await readdir(directory);
    const step = await runStep({ hashes: sample.sha1 });

    expect(killed.signal).toBe('SIGKILL');
    expect(left).toEqual([expect.stringMatching(/\.part$/)]);
    expect(step.exitCode).toBe(0);
    expect(step.log).toMatch(/^Removed 1 half-written file that an earlier run left behind\.$/m);
    expect(await filesIn(workspace)).toEqual([`security-reports/${sample.sha1}.pdf`]);
  });

  test('that vanishes in the middle of a download fails that report in words', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0, pdfBytes: 300_000 });
    simulator.faults.script({
      route: 'spectra-analyze.pdf.download',
      fault: { kind: 'drip', bytes: 100_000, pauseMs: 1_000 },
    });
    const directory = join(workspace, 'security-reports');

    const running = runStep({ hashes: sample.sha1 });
    await vi.waitFor(
      async () => {
        expect(await readdir(directory)).toHaveLength(1);
      },
      { timeout: 120_000 },
    );
    await rm(directory, { recursive: true });
    const step = await running;

    expect(step.exitCode).toBe(1);
    expect(step.reports[0]).toMatchObject({ state: 'failed', subject: sample.sha1 });
    expect(step.reports[0]?.message).toMatch(
      /^Spectra Analyze, save report .*\.pdf cannot be saved: the folder "security-reports" was removed .*\. Make sure/,
    );
  });
});

describe('a report that is downloaded from another origin', { concurrent: true }, () => {
  test('is delivered, and the log says where it came from', async ({
    simulator,
    runStep,
    onTestFinished,
  }) => {
    const bodies: Readonly<Record<string, string>> = {
      '/a.pdf': `%PDF-1.7\n${'x'.repeat(2_000)}\n%%EOF\n`,
      '/a.csv': 'id,name\r\n1,a\r\n2,b\r\n',
    };
    const elsewhere = createServer((request, response) => {
      response.end(bodies[(request.url ?? '').replace(/\?.*/, '')]);
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    onTestFinished(() => {
      elsewhere.close();
      elsewhere.closeAllConnections();
    });
    const origin = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    const sample = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    for (const [route, location] of [
      ['spectra-analyze.pdf.download', `${origin}/a.pdf?signature=s3cret`],
      ['digicert.report.download', `${origin}/a.csv?signature=s3cret`],
    ] as const)
      simulator.faults.script({
        route,
        times: 'always',
        fault: { kind: 'redirect', status: 302, location },
      });

    const steps = [
      await runStep({ hashes: sample.sha1 }),
      await runStep({ service: 'digicert', 'report-id': identifier }),
    ];

    for (const step of steps) {
      expect(step.reports[0]?.state, step.log).toBe('ready');
      expect(step.log).toContain(`, downloaded from ${origin}, where the service redirects to  (after`);
      expect(step.log).not.toContain('s3cret');
    }
  });
});
