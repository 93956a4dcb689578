import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { malwareMarker } from '@security-reports/simulator';
import { unzipSync } from 'fflate';
import { describe, expect, vi } from 'vitest';
import { startDeadEndProxy, startListener } from './support/listeners.ts';
import { errorsIn, filesIn, test, writeFiles } from './support/step.ts';

const service = 'perception-point';

function sha256Of(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function jsonIn(folder: string, path = ''): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(folder, path), 'utf8')) as Record<string, unknown>;
}

/** Whether a step has delivered the verdict on a file. */
function hasReportOn(file: string, workspace: string): boolean {
  const folder = join(workspace, 'security-reports');
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(`${file}-`));
}

describe('files that are scanned', { concurrent: true }, () => {
  test('come back as results with verdicts, and a malicious one fails the step after that', async ({
    simulator,
    workspace,
    artifacts,
    runStep,
  }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0.2 });
    const contents = { 'clean.txt': 'harmless\n', 'docs/bad.txt': `${malwareMarker}\n` };
    await writeFiles(workspace, contents);

    const step = await runStep(
      { service, files: 'clean.txt\ndocs/*', 'upload-artifact': 'true' },
      { env: artifacts.env },
    );

    expect(step.exitCode).toBe(1);
    expect(errorsIn(step.log)).toEqual([
      expect.stringMatching(
        /^::error title=docs\/bad\.txt%3A malicious::Perception Point: the verdict on docs/,
      ),
      '::error::1 malicious of 2 reports: the input fail-on makes the step fail.',
    ]);
    const submissions = simulator.perceptionPoint.listSubmissions();
    const ids = ['clean.txt', 'bad.txt'].map(
      (name) => submissions.find((submission) => submission.name === name)?.scanId ?? '',
    );
    expect(
      step.reports.map(({ subject, state, verdict, scanId }) => [subject, state, verdict, scanId]),
    ).toEqual([
      ['clean.txt', 'ready', 'clean', ids[0]],
      ['docs/bad.txt', 'ready', 'malicious', ids[1]],
    ]);
    expect(step.reports.map(({ path }) => path)).toEqual([
      `security-reports/clean.txt-${ids[0]}.json`,
      `security-reports/bad.txt-${ids[1]}.json`,
    ]);
    for (const [row, [name, content]] of Object.entries(contents).entries()) {
      const report = step.reports[row];
      const bytes = await readFile(join(workspace, report?.path ?? ''));
      expect(report).toMatchObject({
        service,
        mediaType: 'application/json',
        size: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      const result = await jsonIn(workspace, report?.path);
      expect(result['submitted_sha256'], name).toBe(sha256Of(content));
      expect(result['sample'], name).toMatchObject({ sha256: sha256Of(content) });
      expect(bytes.toString()).toBe(`${JSON.stringify(result, undefined, 2)}\n`);
    }
    expect(step.outputs).toMatchObject({ 'report-count': '2', 'failed-count': '0', verdict: 'malicious' });
    const [artifact] = artifacts.artifacts;
    expect(step.outputs['artifact-id']).toBe(String(artifact?.id));
    expect(Object.keys(unzipSync(artifact?.bytes ?? Buffer.alloc(0))).sort()).toEqual(
      [`bad.txt-${ids[1]}.json`, `clean.txt-${ids[0]}.json`].sort(),
    );
    expect(step.stderr).toBe('');
  });

  test('have the verdict that the service’s code stands for, and one that nobody knows is not clean', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const verdicts = {
      CLN: 'clean',
      SPM: 'spam',
      SUS: 'suspicious',
      BLK: 'restricted',
      MAL: 'malicious',
      PUA: 'unknown',
    };
    for (const code of Object.keys(verdicts)) {
      await writeFiles(workspace, { [code]: code });
      simulator.perceptionPoint.scriptScan({ name: code, scan: { verdict: code, scanSeconds: 0 } });
    }

    const step = await runStep({ service, files: '*' });

    expect(Object.fromEntries(step.reports.map(({ subject, verdict }) => [subject, verdict]))).toEqual(
      verdicts,
    );
    expect(step.log).toMatch(/^PUA {2}the verdict is unknown \(PUA\) /m);
    expect(errorsIn(step.log).join()).toContain(
      '1 malicious, 1 suspicious, 1 restricted, 1 unknown of 6 reports',
    );
    expect(step.outputs['verdict']).toBe('malicious');
  });

  test('fail the step for the verdicts that fail-on names, and for no others', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'offer.eml': 'Buy now\n' });
    simulator.perceptionPoint.scriptScan({ times: 'always', scan: { verdict: 'SPM', scanSeconds: 0 } });

    const steps = {
      usual: await runStep({ service, files: 'offer.eml' }),
      spam: await runStep({ service, files: 'offer.eml', 'fail-on': 'malicious,spam' }),
      none: await runStep({ service, files: 'offer.eml', 'fail-on': 'none' }),
    };

    expect([steps.usual.exitCode, steps.spam.exitCode, steps.none.exitCode]).toEqual([0, 1, 0]);
    expect(errorsIn(steps.spam.log).join()).toContain('1 spam of 1 report');
  });

  test('of the same name in two folders have a result each', async ({ workspace, runStep }) => {
    await writeFiles(workspace, { 'a/setup.exe': 'one', 'b/setup.exe': 'two' });
    const different = await runStep({ service, files: '*/setup.exe' });

    expect(different.exitCode).toBe(0);
    expect(new Set(different.reports.map(({ path }) => path)).size).toBe(2);
    for (const { path, scanId = '' } of different.reports)
      expect(path).toBe(`security-reports/setup.exe-${scanId}.json`);
  });

  test('are named in the log with their size, and sent with their name and bytes alone', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const content = 'x'.repeat(1234);
    await writeFiles(workspace, { 'inner/résumé "1".doc': content });
    simulator.perceptionPoint.configure({ scanSeconds: 0 });

    const step = await runStep({ service, files: 'inner/*' });

    expect(step.exitCode).toBe(0);
    expect(step.log).toMatch(/^inner\/résumé "1"\.doc {2}sending its 1\.2 kB /m);
    const [submission, ...others] = simulator.perceptionPoint.listSubmissions();
    expect(others).toEqual([]);
    expect(submission).toMatchObject({
      source: 'data',
      fields: { name: 'résumé "1".doc' },
      file: { size: 1234, sha256: sha256Of(content) },
    });
  });

  test('wait together: the list is asked for all at once', async ({ simulator, workspace, runStep }) => {
    const names = Array.from({ length: 40 }, (_, index) => `file-${index}`);
    await writeFiles(workspace, Object.fromEntries(names.map((name) => [name, name])));
    simulator.perceptionPoint.configure({ scanSeconds: 1 });

    const step = await runStep({ service, files: '*', concurrency: '20' });

    expect(step.reports.map(({ state }) => state)).toEqual(names.map(() => 'ready'));
    expect(simulator.journal.list({ route: 'perception-point.files.submit' })).toHaveLength(40);
    // Each on its own would look at least twice.
    expect(simulator.journal.list({ route: 'perception-point.scans.list' }).length).toBeLessThan(40);
  });

  test('are found by whatever id the service gives, with every digit, and on any page', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { id: 'a', full_scan_id: 'b', root_scan_id: 'c' });
    for (const listedAs of ['id', 'full_scan_id', 'root_scan_id'] as const)
      simulator.perceptionPoint.scriptScan({
        name: listedAs,
        times: 'always',
        scan: { listedAs, scanSeconds: 0, verdict: 'SUS' },
      });

    for (const idStyle of ['number', 'string', 'huge-number'] as const) {
      simulator.perceptionPoint.configure({ idStyle, pageSize: 1 });
      const before = simulator.perceptionPoint.listSubmissions().length;
      const step = await runStep({ service, files: '*id', concurrency: '1' });
      const submissions = simulator.perceptionPoint.listSubmissions().slice(before);
      expect(step.reports.map(({ subject, verdict, scanId }) => [subject, verdict, scanId])).toEqual(
        submissions.map(({ name, scanId }) => [name, 'suspicious', scanId]),
      );
    }
  });
});

describe('which files are sent', { concurrent: true }, () => {
  test('leaves hidden ones out, unless a pattern names them', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, {
      'visible.txt': 'a',
      '.env': 'SECRET=1',
      '.git/config': 'b',
      'src/.hidden/deep.txt': 'c',
    });
    simulator.perceptionPoint.configure({ scanSeconds: 0 });

    const usual = await runStep({ service, files: '**', 'output-directory': 'out' });
    const named = await runStep({ service, files: '.env\nsrc/.hidden/**\n', 'output-directory': 'out' });

    expect(usual.reports.map(({ subject }) => subject)).toEqual(['visible.txt']);
    expect(named.reports.map(({ subject }) => subject)).toEqual(['.env', 'src/.hidden/deep.txt']);
    expect(
      simulator.perceptionPoint
        .listSubmissions()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['.env', 'deep.txt', 'visible.txt']);
  });

  test('are those whose names begin as a comment does, too', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { '#1.bin': 'a', '#2.bin': 'b', '3.bin': 'c' });
    simulator.perceptionPoint.configure({ scanSeconds: 0 });

    const one = await runStep({ service, files: '#1.bin' });
    const others = await runStep({ service, files: '*.bin\n!#1.bin' });

    expect(one.reports.map(({ subject }) => subject)).toEqual(['#1.bin']);
    expect(others.reports.map(({ subject }) => subject)).toEqual(['#2.bin', '3.bin']);
  });

  test.skipIf(process.platform === 'win32')(
    'never leaves the workspace by a symbolic link, but may follow one within it',
    async ({ simulator, workspace, runStep }) => {
      const inner = join(workspace, 'inner');
      await writeFiles(workspace, {
        'secret.txt': 'secret',
        'more/secret.txt': 'secret',
        'inner/real.txt': 'x',
      });
      await mkdir(join(inner, 'links'));
      await symlink(join(workspace, 'secret.txt'), join(inner, 'links/out.txt'));
      await symlink(join(workspace, 'more'), join(inner, 'links/folder'));
      await symlink(join(inner, 'real.txt'), join(inner, 'alias.txt'));
      simulator.perceptionPoint.configure({ scanSeconds: 0 });

      for (const files of ['links/out.txt', '**', 'links/folder/secret.txt']) {
        const step = await runStep({ service, files }, { workspace: inner });
        expect(step.exitCode, files).toBe(1);
        expect(errorsIn(step.log).join(), files).toMatch(/"links\/.*leads out of the workspace/);
      }
      const sent = simulator.perceptionPoint.listSubmissions().map(({ name }) => name);
      expect(sent).toEqual(['real.txt']);

      const alias = await runStep({ service, files: 'alias.txt' }, { workspace: inner });
      expect(alias.reports.map(({ subject, state }) => [subject, state])).toEqual([['alias.txt', 'ready']]);
    },
  );

  test('leaves out empty ones with a warning, and fails one of more than 500 MB on its own', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    await writeFiles(workspace, {
      '__init__.py': '',
      'good.txt': 'good',
      'large.bin': '',
      'lib/__init__.py': '',
    });
    // A file of zeros that takes no room on the disk.
    await truncate(join(workspace, 'large.bin'), 500_000_001);

    const step = await runStep({ service, files: '**' });

    expect(step.exitCode).toBe(1);
    expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual([
      ['good.txt', 'ready'],
      ['large.bin', 'failed'],
    ]);
    expect(step.reports[1]?.message).toMatch(
      /large\.bin: it has 500000001 bytes, and the service scans 500000000 at most\. Leave it out/,
    );
    expect(step.log.match(/^::warning::.*/gm)).toEqual([
      '::warning::Skipped, since there is nothing in it to scan: __init__.py, lib/__init__.py',
    ]);
    expect(step.log).toMatch(/^good\.txt {2}sending its /m);
    expect(step.log).not.toMatch(/^large\.bin {2}sending/m);
    expect(simulator.perceptionPoint.listSubmissions().map(({ name }) => name)).toEqual(['good.txt']);
  });

  test('refuses empty ones when there is nothing else to scan', async ({ simulator, workspace, runStep }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    await writeFiles(workspace, { 'empty.txt': '' });

    const alone = await runStep({ service, files: 'empty.txt' });
    expect(alone.exitCode).toBe(1);
    expect(errorsIn(alone.log).join()).toContain('files: "empty.txt": empty, and the service scans no empty');
    expect(simulator.journal.list()).toEqual([]);

    const withLink = await runStep({
      service,
      files: 'empty.txt',
      'download-links': 'https://files.example.com/a.zip',
    });
    expect(withLink.exitCode).toBe(0);
    expect(withLink.reports.map(({ subject, state }) => [subject, state])).toEqual([
      ['https://files.example.com/a.zip', 'ready'],
    ]);
  });
});

describe('other sources', { concurrent: true }, () => {
  test('are download links, whose query stays between the step and the service', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    const links = [
      'https://files.example.com/a%20b/one.zip?X-Signature=abc123def',
      'https://user:letmein@files.example.com/two.zip#part',
    ];

    const step = await runStep({ service, 'download-links': links.join('\n') });

    expect(step.exitCode).toBe(0);
    expect(step.reports.map(({ subject }) => subject)).toEqual([
      'https://files.example.com/a%20b/one.zip',
      'https://files.example.com/two.zip',
    ]);
    const names = await filesIn(workspace);
    for (const [row, link] of links.entries()) {
      const { scanId = '', state } = step.reports[row] ?? {};
      expect(state).toBe('ready');
      expect(simulator.perceptionPoint.carried(scanId, 'download_link', link)).toBe(true);
      expect(names).toContain(`security-reports/${row === 0 ? 'one.zip' : 'two.zip'}-${scanId}.json`);
    }
    expect(step.log).toMatch(/^https:\/\/files\.example\.com\/two\.zip {2}sending the link /m);
  });

  test('are paths in a storage', async ({ simulator, runStep }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });

    const named = await runStep({
      service,
      'storage-paths': 'in/sample.doc\nin/other.doc',
      storage: 'our-bucket',
    });
    const usual = await runStep({ service, 'storage-paths': 'sample.doc' });

    expect([...named.reports, ...usual.reports].map(({ subject, state }) => [subject, state])).toEqual([
      ['in/sample.doc', 'ready'],
      ['in/other.doc', 'ready'],
      ['sample.doc', 'ready'],
    ]);
    const fields = simulator.perceptionPoint.listSubmissions().map((submission) => submission.fields);
    expect(new Set(fields.slice(0, 2))).toEqual(
      new Set([
        { name: 'sample.doc', path: 'in/sample.doc', storage: 'our-bucket' },
        { name: 'other.doc', path: 'in/other.doc', storage: 'our-bucket' },
      ]),
    );
    expect(fields[2]).toEqual({ name: 'sample.doc', path: 'sample.doc' });
  });

  test('can be mixed with files, in the order of the inputs', async ({ simulator, workspace, runStep }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    await writeFiles(workspace, { 'a.txt': 'a' });
    const step = await runStep({
      service,
      'storage-paths': 'in/c.doc',
      'download-links': 'https://files.example.com/b.zip',
      files: 'a.txt',
    });
    expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual([
      ['a.txt', 'ready'],
      ['https://files.example.com/b.zip', 'ready'],
      ['in/c.doc', 'ready'],
    ]);
  });
});

describe('a step that does not wait', { concurrent: true }, () => {
  test('only submits, and a later one collects the verdicts by the scan ids', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 3600 });
    await writeFiles(workspace, { 'good.txt': 'good', 'bad.txt': malwareMarker });

    const submitting = await runStep({ service, files: '*.txt', wait: 'false' });

    expect(submitting.exitCode).toBe(0);
    expect(submitting.reports).toEqual(
      ['bad.txt', 'good.txt'].map((subject) => ({
        service,
        subject,
        state: 'submitted',
        subjectSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        scanId: expect.stringMatching(/./) as string,
      })),
    );
    expect(submitting.outputs).toMatchObject({ 'report-count': '0', 'failed-count': '0', verdict: '' });
    expect(simulator.journal.list({ route: 'perception-point.scans.list' })).toEqual([]);
    const ids = submitting.reports.map(({ scanId = '' }) => scanId);

    const tooEarly = await runStep({ service, 'scan-ids': ids.join('\n'), wait: 'false' });
    expect(tooEarly.exitCode).toBe(0);
    expect(tooEarly.reports.map(({ subject, state, scanId }) => [subject, state, scanId])).toEqual(
      ids.map((id) => [id, 'submitted', id]),
    );

    simulator.advance(3600);
    for (const wait of ['false', 'true']) {
      const collecting = await runStep({ service, 'scan-ids': ids.join('\n'), wait });
      expect(collecting.exitCode).toBe(1);
      expect(collecting.reports.map(({ subject, verdict, path }) => [subject, verdict, path])).toEqual([
        [ids[0], 'malicious', `security-reports/scan-${ids[0]}.json`],
        [ids[1], 'clean', `security-reports/scan-${ids[1]}.json`],
      ]);
    }
    expect(simulator.perceptionPoint.listSubmissions()).toHaveLength(2);
  });

  test('reads the list once, however many scans it collects', async ({ simulator, runStep }) => {
    const ids = Array.from({ length: 30 }, () => simulator.perceptionPoint.addScan({ scanSeconds: 0 }));
    const step = await runStep({ service, 'scan-ids': ids.join('\n'), wait: 'false' });
    expect(step.reports.map(({ state }) => state)).toEqual(ids.map(() => 'ready'));
    expect(simulator.journal.list({ route: 'perception-point.scans.list' })).toHaveLength(1);
  });

  test('finds a scan of weeks ago', async ({ simulator, runStep }) => {
    const id = simulator.perceptionPoint.addScan({
      id: '94824_1_0d4c_20260901',
      createdSecondsAgo: 20 * 86_400,
      verdict: 'BLK',
    });
    const step = await runStep({ service, 'scan-ids': id });
    expect(step.reports[0]).toMatchObject({ state: 'ready', verdict: 'restricted', scanId: id });
  });
});

describe('a scan that takes too long', { concurrent: true }, () => {
  test('ends as a timeout with the scan id, by which it is collected later', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    simulator.perceptionPoint.scriptScan({ name: 'slow.txt', scan: { scanSeconds: 3600 } });
    simulator.perceptionPoint.scriptScan({ name: 'quick.txt', scan: { scanSeconds: 0 } });
    await writeFiles(workspace, { 'slow.txt': 'slow', 'quick.txt': 'quick' });

    let isScanning = false;
    const step = await runStep(
      { service, files: '*.txt' },
      {
        onLog: (line) => {
          isScanning ||= line.startsWith('slow.txt  being scanned');
        },
        timeUpWhen: () => isScanning && hasReportOn('quick.txt', workspace),
      },
    );

    expect(step.exitCode).toBe(1);
    expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual([
      ['quick.txt', 'ready'],
      ['slow.txt', 'timeout'],
    ]);
    const { scanId = '', message = '' } = step.reports[1] ?? {};
    expect(message).toContain('the last state: being scanned');
    expect(message).toContain(`ask again for the scan id ${scanId}`);

    simulator.advance(3600);
    const later = await runStep({ service, 'scan-ids': scanId });
    expect(later.exitCode).toBe(0);
    expect(later.reports[0]).toMatchObject({ state: 'ready', verdict: 'clean', scanId });
  });

  test('is said to be unlisted when the service never lists it', async ({ simulator, runStep }) => {
    simulator.perceptionPoint.addScan({ scanSeconds: 0 });
    const timeUpWhen = () => simulator.journal.list({ route: 'perception-point.scans.list' }).length > 1;
    const step = await runStep({ service, 'scan-ids': 'no-such-scan' }, { timeUpWhen });
    expect(step.reports[0]).toMatchObject({ state: 'timeout', scanId: 'no-such-scan' });
    expect(step.reports[0]?.message).toContain('the last state: not listed yet');
  });

  test('leaves files unsent whose turn did not come, and says nothing else of them', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    simulator.faults.script({ route: 'perception-point.files.submit', fault: { kind: 'hang' } });
    await writeFiles(workspace, { 'a.txt': 'a', 'b.txt': 'b' });

    const route = 'perception-point.files.submit';
    const timeUpWhen = () => simulator.journal.list({ route }).length > 0;
    const step = await runStep({ service, files: '*.txt', concurrency: '1' }, { timeUpWhen });

    expect(simulator.journal.list({ route: 'perception-point.files.submit' })).toHaveLength(1);
    expect(step.reports.map(({ subject, state }) => [subject, state])).toEqual([
      ['a.txt', 'failed'],
      ['b.txt', 'timeout'],
    ]);
    expect(step.reports[1]?.message).not.toContain('may have been submitted');
  });
});

describe('a verdict that cannot be had', { concurrent: true }, () => {
  test('leaves the scan id in the message, so that nothing is submitted a second time', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'a.txt': 'a' });
    simulator.faults.script({
      route: 'perception-point.scans.list',
      times: 'always',
      fault: { kind: 'status', status: 403, json: { detail: 'Not any more.' } },
    });

    const step = await runStep({ service, files: 'a.txt' });

    const scanId = simulator.perceptionPoint.listSubmissions()[0]?.scanId ?? '';
    expect(step.exitCode).toBe(1);
    expect(step.reports[0]).toMatchObject({ subject: 'a.txt', state: 'failed', scanId });
    expect(step.reports[0]?.message).toContain(`; the file was submitted as scan ${scanId}`);
    expect(step.reports[0]?.message).toContain(`Then ask again for the scan id ${scanId}.`);
  });
});

describe('a submission that nobody knows the fate of', { concurrent: true }, () => {
  test('is never sent again, and the message says how to look for it', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    const contents = {
      '1-taken-and-reset': 'one',
      '2-reset': 'two',
      '3-bad-gateway': 'three',
      '4-busy-without-a-time': 'four',
      '5-without-an-id': 'five',
      '6-fine': 'six',
      '7-hanging': 'seven',
    };
    await writeFiles(workspace, contents);
    for (const fault of [
      { kind: 'reset', handled: true },
      { kind: 'reset' },
      {
        kind: 'status',
        status: 502,
        text: '<html><title>Bad gateway</title></html>',
        mediaType: 'text/html',
      },
      { kind: 'status', status: 503 },
      { kind: 'wrong-json', json: { ok: true } },
      { kind: 'delay', ms: 0 },
      { kind: 'hang' },
    ] as const)
      simulator.faults.script({ route: 'perception-point.files.submit', fault });

    // One at a time, so that each file meets its fault.
    const route = 'perception-point.files.submit';
    const timeUpWhen = () =>
      simulator.journal.list({ route }).length === 7 && hasReportOn('6-fine', workspace);
    const step = await runStep({ service, files: '*', concurrency: '1' }, { timeUpWhen });

    expect(step.exitCode).toBe(1);
    expect(simulator.journal.list({ route: 'perception-point.files.submit' })).toHaveLength(7);
    const contentByName: Readonly<Record<string, string>> = contents;
    for (const { subject, state, message = '' } of step.reports) {
      if (subject === '6-fine') {
        expect(state).toBe('ready');
        continue;
      }
      expect([subject, state]).toEqual([subject, 'failed']);
      expect(message, subject).toContain('the file may have been submitted all the same');
      expect(message, subject).toMatch(new RegExp(`for ${subject} at \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z`));
      // Of a file that was not sent to its end, no digest is that of what was sent.
      const [digest] = /SHA-256 [0-9a-f]{64}/.exec(message) ?? [];
      const isCutOff = subject !== '1-taken-and-reset' && digest === undefined;
      if (!isCutOff) expect(digest, subject).toBe(`SHA-256 ${sha256Of(contentByName[subject] ?? '')}`);
      expect(message, subject).toContain('Submit it again only if it is not there.');
    }
  });
});

describe('a submission that was certainly not taken', { concurrent: true }, () => {
  test('is sent again when the service asks to wait', async ({ simulator, workspace, runStep }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    await writeFiles(workspace, { 'a.txt': 'content that is sent anew each time' });
    for (const status of [429, 503])
      simulator.faults.script({
        route: 'perception-point.files.submit',
        fault: { kind: 'status', status, headers: { 'retry-after': '0' } },
      });

    const step = await runStep({ service, files: 'a.txt' });

    expect(step.reports[0]?.state).toBe('ready');
    expect(
      simulator.journal.list({ route: 'perception-point.files.submit' }).map(({ status }) => status),
    ).toEqual([429, 503, 200]);
    expect(simulator.perceptionPoint.listSubmissions()[0]?.file?.sha256).toBe(
      sha256Of('content that is sent anew each time'),
    );
  });

  test('fails with the reason when the token is wrong, the licence does not include the API, or the file is too large', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await writeFiles(workspace, { 'a.txt': 'more than ten bytes' });

    const wrongToken = await runStep({ service, files: 'a.txt', token: 'wrong' });
    simulator.perceptionPoint.configure({ licensed: false });
    const unlicensed = await runStep({ service, files: 'a.txt' });
    simulator.perceptionPoint.configure({ licensed: true, mostBytes: 10 });
    const tooLarge = await runStep({ service, files: 'a.txt' });

    const reports = [wrongToken, unlicensed, tooLarge].map((step) => step.reports[0]);
    expect(reports.map((report) => report?.state)).toEqual(['failed', 'failed', 'failed']);
    expect(reports[0]?.message).toMatch(/HTTP 401, "Invalid token\."\)\. Check the token and the region/);
    expect(reports[1]?.message).toMatch(/HTTP 403, .*ask the Customer Success Manager/);
    expect(reports[2]?.message).toMatch(/too large for the service, or for a proxy .*HTTP 413/);
    expect(simulator.journal.list({ route: 'perception-point.files.submit' })).toHaveLength(3);
  });
});

describe('the list of scans', { concurrent: true }, () => {
  test('may fail for a while', async ({ simulator, workspace, runStep }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    await writeFiles(workspace, { 'a.txt': 'a' });
    for (const fault of [
      { kind: 'status', status: 502 },
      { kind: 'reset' },
      { kind: 'garbage-json' },
    ] as const)
      simulator.faults.script({ route: 'perception-point.scans.list', fault });

    const step = await runStep({ service, files: 'a.txt' });

    expect(step.exitCode).toBe(0);
    expect(step.reports[0]).toMatchObject({ state: 'ready', verdict: 'clean' });
    expect(simulator.journal.list({ route: 'perception-point.files.submit' })).toHaveLength(1);
  });

  test('is not followed to another origin, where the token would go', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    await using other = await startListener();
    simulator.perceptionPoint.configure({ pageSize: 1, nextOrigin: other.url, scanSeconds: 0 });
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 0 });
    await writeFiles(workspace, { 'a.txt': 'a', 'b.txt': 'b' });

    const step = await runStep({ service, files: '*.txt' });

    expect(step.reports.map(({ state }) => state)).toContain('failed');
    const failed = step.reports.find(({ state }) => state === 'failed');
    expect(failed?.message).toContain(
      `the next page is said to be at ${other.url}, where the token must not go`,
    );
    expect(failed?.scanId).toMatch(/./);
    expect(other.requests).toEqual([]);
  });
});

describe('callbacks', { concurrent: true }, () => {
  test('arrive with the headers and parameters of the inputs', async ({ simulator, workspace, runStep }) => {
    await using receiver = await startListener();
    simulator.perceptionPoint.configure({ scanSeconds: 0.1 });
    await writeFiles(workspace, { 'bad.txt': malwareMarker });
    const params = { build: 17, nested: { ref: 'refs/heads/ünï' } };

    const step = await runStep({
      service,
      files: 'bad.txt',
      'callback-url': `${receiver.url}/hook?key=v4lue`,
      'callback-params': JSON.stringify(params),
      'callback-headers': '{"X-Hook-Secret": "h00k s3cret", "X-Other": "2"}',
      'fail-on': 'none',
    });

    expect(step.exitCode).toBe(0);
    await vi.waitFor(
      () => {
        expect(receiver.requests).toHaveLength(1);
      },
      { timeout: 120_000 },
    );
    const [callback] = receiver.requests;
    expect(callback).toMatchObject({
      method: 'POST',
      path: '/hook?key=v4lue',
      headers: { 'x-hook-secret': 'h00k s3cret', 'x-other': '2' },
    });
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({
      scan_id: step.reports[0]?.scanId,
      name: 'bad.txt',
      verdict: 'MAL',
      params,
    });
  });

  test('go together with file passwords to every source', async ({ simulator, workspace, runStep }) => {
    await writeFiles(workspace, { 'a.zip': 'PK' });
    const step = await runStep({
      service,
      files: 'a.zip',
      'storage-paths': 'b.zip',
      'download-links': 'https://files.example.com/c.zip',
      'file-password': 'p4ss w0rd ü',
      'callback-url': 'https://hooks.example.com/',
      wait: 'false',
    });
    const ids = step.reports.map(({ scanId = '' }) => scanId);
    expect(ids).toHaveLength(3);
    for (const id of ids) {
      expect(simulator.perceptionPoint.carried(id, 'file_password', 'p4ss w0rd ü')).toBe(true);
      expect(simulator.perceptionPoint.carried(id, 'callback_url', 'https://hooks.example.com/')).toBe(true);
    }
  });
});

test.concurrent.for([
  ['us', 'api.perception-point.io:443'],
  ['eu', 'api.eu.perception-point.io:443'],
  ['aus', 'api.aus.perception-point.io:443'],
] as const)('the region %s is asked at %s', async ([region, host], { runStep }) => {
  await using proxy = await startDeadEndProxy();
  const step = await runStep(
    { service, region, 'base-url': '', 'scan-ids': '1' },
    { env: { HTTPS_PROXY: proxy.url, NO_PROXY: '' }, timeUpWhen: () => proxy.destinations.size > 0 },
  );
  expect(step.exitCode).toBe(1);
  expect(proxy.destinations).toEqual(new Set([host]));
});
