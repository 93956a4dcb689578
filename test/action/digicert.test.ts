import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, hostileZips } from '@security-reports/simulator';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect } from 'vitest';
import { startDeadEndProxy } from './support/listeners.ts';
import { errorsIn, filesIn, type ReportMember, test } from './support/step.ts';

const service = 'digicert';

const mediaTypes = {
  csv: 'text/csv',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
};

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The bytes of a delivered file, after a look at whether its entry tells the truth. */
async function contentOf(workspace: string, report: ReportMember | undefined): Promise<Buffer> {
  const bytes = await readFile(join(workspace, report?.path ?? ''));
  expect(report).toMatchObject({ size: bytes.byteLength, sha256: sha256Of(bytes) });
  return bytes;
}

/** The only file of a ZIP. */
function unzippedOne(zip: Uint8Array): { readonly name: string; readonly text: string } {
  const [[name, bytes] = ['', new Uint8Array()], ...others] = Object.entries(unzipSync(zip));
  expect(others).toEqual([]);
  return { name, text: Buffer.from(bytes).toString() };
}

/** Today, or yesterday when the day ended in the meantime. */
const date = String.raw`20\d\d-\d\d-\d\d`;

describe('a report', { concurrent: true }, () => {
  test('is found by its id or its name, and saved under its own name', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    simulator.digicert.addReport({ displayName: 'Orders of everybody', runs: [{}] });
    const report = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });

    const byId = await runStep({ service, 'report-id': report.identifier, 'output-directory': 'one' });
    const byName = await runStep({ service, 'report-name': 'Orders', 'output-directory': 'two' });

    const about = {
      service,
      state: 'ready',
      mediaType: mediaTypes.csv,
      reportId: report.identifier,
      runId: report.runIdentifiers[0],
    };
    expect(byId.reports).toEqual([expect.objectContaining({ ...about, subject: report.identifier })]);
    expect(byName.reports).toEqual([expect.objectContaining({ ...about, subject: 'Orders' })]);
    expect(byId.reports[0]?.path).toMatch(new RegExp(`^one/Orders-${date}\\.csv$`));
    const content = await contentOf(workspace, byId.reports[0]);
    expect(content.toString()).toContain(`,Orders,${report.runIdentifiers[0] ?? ''},`);
    expect(await contentOf(workspace, byName.reports[0])).toEqual(content);
    expect(byId.outputs).toMatchObject({ 'report-count': '1', 'failed-count': '0', verdict: '' });
    expect(byId.exitCode).toBe(0);
    expect(byId.stderr).toBe('');
  });

  test('is attached to the run with all its parts', async ({ simulator, artifacts, runStep }) => {
    const report = simulator.digicert.addReport({ displayName: 'Big', runs: [{ splitCount: 2 }] });
    const step = await runStep(
      { service, 'report-id': report.identifier, 'upload-artifact': 'true' },
      { env: artifacts.env },
    );
    const [artifact] = artifacts.artifacts;
    expect(step.outputs['artifact-id']).toBe(String(artifact?.id));
    expect(Object.keys(unzipSync(artifact?.bytes ?? Buffer.alloc(0))).sort()).toEqual(
      step.reports.map(({ path = '' }) => path.replace('security-reports/', '')),
    );
  });

  test('is that of the newest run that is ready, or of a run that is named', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Orders',
      schedule: 'WEEKLY',
      runs: [
        { runIdentifier: 'middle', startedSecondsAgo: 200 },
        { runIdentifier: 'newest', startedSecondsAgo: 100 },
        { runIdentifier: 'not a/uuid', startedSecondsAgo: 300 },
        { runIdentifier: 'failed', startedSecondsAgo: 50, status: 'FAILED' },
        { runIdentifier: 'next week', status: 'SCHEDULED' },
      ],
    });

    const latest = await runStep({ service, 'report-id': identifier, 'output-directory': 'latest' });
    const named = await runStep({
      service,
      'report-name': 'Orders',
      'report-run-id': 'not a/uuid',
      'output-directory': 'named',
    });

    expect(latest.reports.map(({ state, runId }) => [state, runId])).toEqual([['ready', 'newest']]);
    expect((await contentOf(workspace, latest.reports[0])).toString()).toContain(',newest,');
    expect(latest.log).toContain('a newer one failed: run failed');
    expect(named.reports.map(({ state, runId }) => [state, runId])).toEqual([['ready', 'not a/uuid']]);
    expect((await contentOf(workspace, named.reports[0])).toString()).toContain(',not a/uuid,');
  });

  test('is waited for while its newest run is generated', async ({ simulator, runStep }) => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [
        { runIdentifier: 'ready', startedSecondsAgo: 100 },
        { runIdentifier: 'coming', scheduledSeconds: 0.5, generationSeconds: 1.5 },
      ],
    });
    const step = await runStep({ service, 'report-id': identifier });
    expect(step.reports.map(({ state, runId }) => [state, runId])).toEqual([['ready', 'coming']]);
    expect(step.log).toMatch(new RegExp(`^${identifier} {2}being generated \\(run coming\\) `, 'm'));
  });

  test('comes of a new run on demand, which is started once', async ({ simulator, workspace, runStep }) => {
    const report = simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ runIdentifier: 'earlier' }],
      newRun: { scheduledSeconds: 0.3, generationSeconds: 0.5, rows: 3 },
    });
    const step = await runStep({ service, 'report-name': 'Orders', run: 'true' });

    const runs = simulator.digicert.listReports()[0]?.runIdentifiers ?? [];
    expect(runs).toHaveLength(2);
    expect(step.reports.map(({ state, runId }) => [state, runId])).toEqual([['ready', runs[1]]]);
    expect((await contentOf(workspace, step.reports[0])).toString()).toContain(`,${runs[1] ?? ''},`);
    expect(simulator.journal.list({ route: 'digicert.report.run' })).toHaveLength(1);
    expect(step.log).toContain('new run started');
    expect(step.reports[0]?.reportId).toBe(report.identifier);
  });

  test('is that of the new run, even while the history still shows only earlier ones', async ({
    simulator,
    runStep,
  }) => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ runIdentifier: 'earlier' }],
      newRun: { scheduledSeconds: 0, generationSeconds: 0 },
    });
    const row = {
      report_identifier: identifier,
      report_display_name: 'Orders',
      report_run_identifier: 'earlier',
      report_start_date: '2026-01-01 00:00:00',
      format: ['CSV'],
      status: 'READY',
    };
    simulator.faults.script({
      route: 'digicert.report.history',
      after: 1,
      fault: {
        kind: 'wrong-json',
        json: { page: { total: 1, limit: 100, offset: 0 }, report_history: [row] },
      },
    });

    const step = await runStep({ service, 'report-name': 'Orders', run: 'true' });

    expect(step.log).toContain('started, not in the history yet');
    expect(step.reports.map(({ state, runId }) => [state, runId])).toEqual([
      ['ready', simulator.digicert.listReports()[0]?.runIdentifiers[1]],
    ]);
  });

  test('is not run a second time when nobody knows whether the first one was started', async ({
    simulator,
    runStep,
  }) => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    simulator.faults.script({ route: 'digicert.report.run', fault: { kind: 'reset', handled: true } });
    const step = await runStep({ service, 'report-id': identifier, run: 'true' });
    expect(step.reports[0]).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('the run may have been started all the same') as string,
    });
    expect(step.reports[0]?.message).toContain('fetch the latest run');
    expect(simulator.journal.list({ route: 'digicert.report.run' })).toHaveLength(1);
  });
});

describe('the file', { concurrent: true }, () => {
  test.for([
    ['CSV', 'csv', (bytes: Buffer) => bytes.toString().split('\r\n')[0]?.split(',')[0]],
    ['JSON', 'json', (bytes: Buffer) => Object.keys((JSON.parse(bytes.toString()) as object[])[0] ?? {})[0]],
    [
      'EXCEL',
      'xlsx',
      (bytes: Buffer) =>
        Object.keys(unzipSync(bytes)).includes('xl/workbook.xml') ? 'record' : 'no workbook',
    ],
    ['ZIP', 'zip', (bytes: Buffer) => unzippedOne(bytes).text.split(',')[0]],
  ] as const)(
    'is what was asked for: %s as .%s',
    async ([format, extension, firstColumn], { simulator, workspace, runStep }) => {
      const { identifier } = simulator.digicert.addReport({
        displayName: 'Orders',
        formats: format === 'ZIP' ? ['CSV'] : [format],
        runs: [{}],
      });
      const step = await runStep({ service, 'report-id': identifier, 'report-format': format });
      expect(step.exitCode).toBe(0);
      expect(step.reports[0]?.path).toMatch(new RegExp(`^security-reports/Orders-${date}\\.${extension}$`));
      expect(step.reports[0]?.mediaType).toBe(mediaTypes[extension]);
      expect(firstColumn(await contentOf(workspace, step.reports[0]))).toBe('record');
      expect(step.log).not.toContain('in place of');
    },
  );

  test.for(['CSV', 'JSON', 'EXCEL'] as const)(
    'is a ZIP when a %s is larger than 2 MB, and the log says why',
    async (format, { simulator, workspace, runStep }) => {
      const { identifier } = simulator.digicert.addReport({
        displayName: 'Orders',
        formats: [format],
        // A workbook is compressed in itself.
        runs: [{ bytes: format === 'EXCEL' ? 30_000_000 : 2_100_000 }],
      });
      const step = await runStep({ service, 'report-id': identifier, 'report-format': format });
      expect(step.exitCode).toBe(0);
      expect(step.reports[0]?.path).toMatch(new RegExp(`^security-reports/Orders-${date}\\.zip$`));
      expect(step.reports[0]?.mediaType).toBe(mediaTypes.zip);
      expect(unzippedOne(await contentOf(workspace, step.reports[0])).name).toMatch(
        /^Orders\.(csv|json|xlsx)$/,
      );
      expect(step.log).toContain(
        `a ZIP came in place of ${format}: the service packs what is larger than 2 MB`,
      );
    },
  );

  test('of a split report comes in parts whose names sort as the parts do', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Big',
      runs: [{ splitCount: 11, rows: 2 }],
    });
    const step = await runStep({ service, 'report-id': identifier });

    expect(step.exitCode).toBe(0);
    expect(step.outputs['report-count']).toBe('11');
    const paths = step.reports.map(({ path = '' }) => path);
    expect(paths).toEqual([...paths].sort());
    const parts = await Promise.all(step.reports.map((report) => contentOf(workspace, report)));
    const records = parts.flatMap((part) => unzippedOne(part).text.match(/^\d{10}(?=,)/gm) ?? []);
    expect(records).toHaveLength(22);
    expect(records).toEqual([...records].sort());
    expect(new Set(records).size).toBe(22);
  });

  test('does not exist when the run has no data', async ({ simulator, workspace, runStep }) => {
    const { identifier } = simulator.digicert.addReport({ runs: [{ noContent: true }] });
    const step = await runStep({ service, 'report-id': identifier });
    expect(step.exitCode).toBe(1);
    expect(step.reports[0]).toMatchObject({
      state: 'missing',
      message: expect.stringMatching(/has no data.*Check the filters of the report/) as string,
    });
    expect(step.reports[0]).not.toHaveProperty('path');
    expect(await filesIn(workspace)).toEqual([]);
  });

  test.for([
    ['a name in quotes', 'attachment; filename="Q3 report.csv"', 'Q3 report.csv'],
    [
      'a name of RFC 8187',
      "attachment; filename=x.csv; filename*=UTF-8''%E2%82%AC%20rates.csv",
      '€ rates.csv',
    ],
    ['another extension than the content has', 'attachment; filename="report.exe.zip"', 'report.exe.csv'],
    ['a path', 'attachment; filename="../../../etc/cron.d/evil.csv"', '_.._.._etc_cron.d_evil.csv'],
    ['a path of Windows', String.raw`attachment; filename="C:\\Windows\\evil.csv"`, 'C__Windows_evil.csv'],
    ['a path that is encoded', "attachment; filename*=UTF-8''..%2F..%2Fevil.csv", '_.._evil.csv'],
    ['a hidden name', 'attachment; filename=".bashrc"', 'bashrc.csv'],
    ['a name that Windows reserves', 'attachment; filename="CON.csv"', '_CON.csv'],
    [
      'characters that turn the direction of the text, or end the line',
      "attachment; filename*=UTF-8''a%E2%80%AEvsc.exe%0A%3A%3Aadd-mask%3A%3Ax.csv",
      'avsc.exe__add-mask__x.csv',
    ],
    ['no name', undefined, undefined],
    ['an empty name', 'attachment; filename=""', undefined],
    ['a header that nobody can read', 'attachment; filename*=%%%;;;="', undefined],
  ] as const)(
    'has a safe name, whatever the service says: %s',
    async ([, header, name], { simulator, workspace, runStep }) => {
      const { identifier } = simulator.digicert.addReport({
        displayName: '../Orders: "EU"/2026',
        runs: [{ contentDisposition: header ?? false }],
      });
      const step = await runStep({ service, 'report-id': identifier });
      expect(step.exitCode).toBe(0);
      const files = await filesIn(workspace);
      expect(files).toEqual([step.reports[0]?.path]);
      if (name !== undefined) expect(files).toEqual([`security-reports/${name}`]);
      else expect(files[0]).toMatch(new RegExp(`^security-reports/_Orders_ _EU__2026-${date}\\.csv$`));
      expect(step.log).not.toMatch(/^::add-mask::x/m);
    },
  );

  test('has a name of bearable length', async ({ simulator, workspace, runStep }) => {
    const { identifier } = simulator.digicert.addReport({ displayName: 'ü'.repeat(300), runs: [{}] });
    const step = await runStep({ service, 'report-id': identifier });
    expect(step.exitCode).toBe(0);
    const [file = ''] = await filesIn(workspace);
    expect(file).toMatch(/^security-reports\/ü{50,}.*\.csv$/);
    expect(Buffer.byteLength(file.replace('security-reports/', ''))).toBeLessThanOrEqual(200);
  });
});

describe('extract: true', { concurrent: true }, () => {
  test('puts the CSV in the place of the ZIP', async ({ simulator, workspace, runStep }) => {
    const report = simulator.digicert.addReport({ displayName: 'Orders', runs: [{ bytes: 2_100_000 }] });
    const step = await runStep({ service, 'report-id': report.identifier, extract: 'true' });
    expect(step.exitCode).toBe(0);
    expect(step.reports[0]).toMatchObject({
      state: 'ready',
      mediaType: mediaTypes.csv,
      reportId: report.identifier,
      runId: report.runIdentifiers[0],
    });
    expect((await contentOf(workspace, step.reports[0])).subarray(0, 7).toString()).toBe('record,');
    expect(await filesIn(workspace)).toEqual([step.reports[0]?.path]);
    expect(step.reports[0]?.path).toMatch(new RegExp(`^security-reports/Orders-${date}/Orders\\.csv$`));
  });

  test('unpacks every part of a split report', async ({ simulator, workspace, runStep }) => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Big',
      formats: ['JSON'],
      runs: [{ splitCount: 3 }],
    });
    const step = await runStep({
      service,
      'report-id': identifier,
      'report-format': 'JSON',
      extract: 'true',
    });
    expect(step.exitCode).toBe(0);
    expect(step.reports.map(({ mediaType }) => mediaType)).toEqual([1, 2, 3].map(() => mediaTypes.json));
    expect(await filesIn(workspace)).toEqual(step.reports.map(({ path }) => path));
  });

  test('leaves alone what is no ZIP, and a workbook, which is one inside', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const { identifier } = simulator.digicert.addReport({ formats: ['CSV', 'EXCEL'], runs: [{}] });
    for (const format of ['CSV', 'EXCEL']) {
      const step = await runStep({
        service,
        'report-id': identifier,
        'report-format': format,
        extract: 'true',
      });
      expect(step.exitCode).toBe(0);
      expect(step.reports[0]?.path).toMatch(format === 'CSV' ? /\.csv$/ : /\.xlsx$/);
    }
    expect(await filesIn(workspace)).toHaveLength(2);
  });

  // The first year of a ZIP, so that all its bytes are text.
  const folder = [new Uint8Array(), { mtime: new Date(1980, 1) }] as const;

  test.for([
    ['nothing', zipSync({})],
    ['a folder', zipSync({ 'data/': [...folder] })],
  ] as const)(
    'finds no data in a ZIP that holds %s, and keeps the ZIP',
    async ([, zip], { simulator, workspace, artifacts, runStep }) => {
      const report = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
      simulator.faults.script({
        route: 'digicert.report.download',
        fault: {
          kind: 'status',
          status: 200,
          text: Buffer.from(zip).toString(),
          mediaType: 'application/zip',
        },
      });

      const step = await runStep(
        { service, 'report-id': report.identifier, extract: 'true', 'upload-artifact': 'true' },
        { env: artifacts.env },
      );

      expect(step.exitCode).toBe(1);
      expect(step.reports).toEqual([
        expect.objectContaining({
          state: 'missing',
          mediaType: mediaTypes.zip,
          reportId: report.identifier,
          runId: report.runIdentifiers[0],
          message: expect.stringMatching(/the run has no data.*Check the filters of the report/) as string,
        }),
      ]);
      expect(await contentOf(workspace, step.reports[0])).toEqual(Buffer.from(zip));
      expect(await filesIn(workspace)).toHaveLength(1);
      expect(artifacts.artifacts).toHaveLength(1);
    },
  );

  test.skipIf(process.platform === 'win32')(
    'follows no symbolic link out of the workspace',
    async ({ simulator, workspace, runStep }) => {
      const inner = join(workspace, 'inner');
      const { identifier } = simulator.digicert.addReport({
        displayName: 'Orders',
        runs: [{ bytes: 2_100_000, contentDisposition: 'attachment; filename="Orders.zip"' }],
      });
      await mkdir(join(inner, 'security-reports'), { recursive: true });
      await mkdir(join(workspace, 'outside'));
      await symlink(join(workspace, 'outside'), join(inner, 'security-reports/Orders'));

      const step = await runStep({ service, 'report-id': identifier, extract: 'true' }, { workspace: inner });

      expect(step.exitCode).toBe(1);
      expect(step.reports).toEqual([
        expect.objectContaining({ state: 'failed', path: 'security-reports/Orders.zip' }),
      ]);
      expect(step.reports[0]?.message).toContain('its folder "Orders" is there as a symbolic link; remove');
      unzippedOne(await contentOf(inner, step.reports[0]));
      expect(await readdir(join(workspace, 'outside'))).toEqual([]);
    },
  );

  test('says in words that a file is in the place of its folder, and keeps the ZIP', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ bytes: 2_100_000, contentDisposition: 'attachment; filename="Orders.zip"' }],
    });
    await mkdir(join(workspace, 'security-reports'));
    await writeFile(join(workspace, 'security-reports/Orders'), 'a file');

    const step = await runStep({ service, 'report-id': identifier, extract: 'true' });

    expect(step.exitCode).toBe(1);
    expect(step.reports[0]).toMatchObject({ state: 'failed', path: 'security-reports/Orders.zip' });
    expect(step.reports[0]?.message).toBe(
      `DigiCert CertCentral, unpack report ${identifier}: Orders.zip cannot be unpacked: a file is in the place of ` +
        'the folder "Orders", or of one above it (EEXIST). Remove or rename that file, or save to another folder. ' +
        'The ZIP itself is kept.',
    );
  });

  const reasons: Readonly<Record<(typeof hostileZips)[number], RegExp>> = {
    bomb: /times the size of the ZIP/,
    'understated-bomb': /damaged|times the size of the ZIP/,
    traversal: /"\.\.\/\.\.\/evil\.csv" leads out of the folder/,
    'backslash-traversal': /has a backslash in its path/,
    absolute: /has an absolute path/,
    symlink: /is a link/,
    encrypted: /is encrypted/,
    'many-entries': /one more than the 1000 that are allowed/,
  };

  test.for(hostileZips)(
    'refuses a hostile ZIP (%s), which is kept, delivered and failed',
    async (zip, { simulator, workspace, artifacts, runStep }) => {
      const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{ zip }] });

      const step = await runStep(
        {
          service,
          'report-id': identifier,
          extract: 'true',
          'upload-artifact': 'true',
          'compression-level': '0',
        },
        { env: artifacts.env },
      );

      expect(step.exitCode).toBe(1);
      expect(step.reports).toHaveLength(1);
      expect(step.reports[0]?.state).toBe('failed');
      expect(step.reports[0]?.message).toMatch(reasons[zip]);
      expect(step.reports[0]?.message).toMatch(
        /^DigiCert CertCentral, unpack report .*: Orders-.*\.zip cannot be unpacked: .* The ZIP itself is kept\. Set extract: false/,
      );
      const files = await filesIn(workspace);
      expect(files).toEqual([step.reports[0]?.path]);
      expect(files[0]).toMatch(/^security-reports\/Orders-.*\.zip$/);
      const kept = await contentOf(workspace, step.reports[0]);
      const [attached = new Uint8Array()] = Object.values(
        unzipSync(artifacts.artifacts[0]?.bytes ?? Buffer.alloc(0)),
      );
      expect(sha256Of(attached)).toBe(sha256Of(kept));
    },
  );
});

describe('a report that cannot be had', { concurrent: true }, () => {
  test('has a run that failed', async ({ simulator, runStep }) => {
    const { identifier } = simulator.digicert.addReport({
      runs: [{ runIdentifier: 'broken', status: 'FAILED' }],
    });
    const step = await runStep({ service, 'report-id': identifier });
    expect(step.exitCode).toBe(1);
    expect(step.reports[0]?.state).toBe('failed');
    expect(step.reports[0]?.message).toMatch(/the run failed \(run broken\)\. Start a new run/);
  });

  test('has a name that others have, too: all their ids are listed', async ({ simulator, runStep }) => {
    const ids = [1, 2].map(
      () => simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] }).identifier,
    );
    const step = await runStep({ service, 'report-name': 'Orders' });
    expect(step.reports[0]?.state).toBe('failed');
    for (const id of ids) expect(step.reports[0]?.message).toContain(id);
    expect(step.reports[0]?.message).toContain('Give the id of one of them in place of the name.');
    expect(simulator.journal.list({ route: 'digicert.report.download' })).toEqual([]);
  });

  test.for([
    ['an unknown id', { 'report-id': 'f0f0f0f0-0000-4000-8000-000000000000' }],
    ['a name in other letters', { 'report-name': 'orders' }],
    ['an unknown run', { 'report-name': 'Orders', 'report-run-id': 'nobody-knows' }],
    ['a new run of an unknown name', { 'report-name': 'Nothing', run: 'true' }],
    ['a new run of an unknown id', { 'report-id': 'nothing', run: 'true' }],
  ] as const)('is not there: %s', async ([, inputs], { simulator, workspace, runStep }) => {
    simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
    const step = await runStep({ service, ...inputs });
    expect(step.exitCode).toBe(1);
    expect(step.reports[0]?.state).toBe('missing');
    expect(step.reports[0]?.message).toMatch(
      /Check the (report )?id|Check the display name|Names that come close: "Orders"/,
    );
    expect(await filesIn(workspace)).toEqual([]);
  });

  test('keeps its name when its download has to be repeated', async ({ simulator, workspace, runStep }) => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ contentDisposition: 'attachment; filename="orders.csv"' }],
    });
    simulator.faults.script({ route: 'digicert.report.download', fault: { kind: 'truncate', bytes: 1100 } });
    const step = await runStep({ service, 'report-id': identifier });
    expect(step.exitCode).toBe(0);
    expect(simulator.journal.list({ route: 'digicert.report.download' })).toHaveLength(2);
    expect(await filesIn(workspace)).toEqual(['security-reports/orders.csv']);
  });

  test('is not ready in time, and the message tells the run', async ({ simulator, runStep }) => {
    const { identifier } = simulator.digicert.addReport({
      runs: [{ runIdentifier: 'endless', status: 'GENERATING' }],
    });
    const timeUpWhen = () => simulator.journal.list({ route: 'digicert.report.history' }).length > 1;
    const step = await runStep({ service, 'report-id': identifier }, { timeUpWhen });
    expect(step.exitCode).toBe(1);
    expect(step.reports[0]).toMatchObject({ state: 'timeout', runId: 'endless' });
    expect(step.reports[0]?.message).toMatch(
      /the last state: being generated \(run endless\)\. The service goes on with it, which can take more than an hour: fetch it later/,
    );
  });

  test('does not come in the format that was asked for, and the message names those it has', async ({
    simulator,
    runStep,
  }) => {
    const { identifier } = simulator.digicert.addReport({ formats: ['JSON', 'EXCEL'], runs: [{}] });
    const step = await runStep({ service, 'report-id': identifier });
    expect(step.reports[0]?.state).toBe('failed');
    expect(step.reports[0]?.message).toMatch(
      /does not come as CSV, only as JSON, EXCEL.*Ask for JSON or EXCEL/,
    );
  });

  test.for([
    [{}, { token: 'WRONG' }, /user_authentication_error.*Check that the key is complete/],
    [
      { keyRefusal: 'access_denied' },
      { token: 'WRONG' },
      /access_denied\|access_denied_invalid_key.*Check that the key is complete/,
    ],
    [{ keyRole: 'without-permission' }, {}, /user_forbidden.*for a user with the role Administrator/],
    [{ featureEnabled: false }, {}, /custom_reports_not_enabled.*enable the Report Library/],
  ] as const)(
    'is behind what the account or its key may not do: %j',
    async ([settings, inputs, message], { simulator, runStep }) => {
      const { identifier } = simulator.digicert.addReport({ runs: [{}] });
      for (const errorShape of ['bare', 'errors-array'] as const) {
        simulator.digicert.configure({ ...settings, errorShape });
        const step = await runStep({ service, 'report-id': identifier, ...inputs });
        expect(step.reports[0]?.state).toBe('failed');
        expect(step.reports[0]?.message).toMatch(message);
        expect(errorsIn(step.log)[0]).toMatch(message);
      }
      // Asking again would not help.
      expect(simulator.journal.list()).toHaveLength(2);
    },
  );

  test('keeps the parts that came before one that fails', async ({
    simulator,
    workspace,
    artifacts,
    runStep,
  }) => {
    const report = simulator.digicert.addReport({ displayName: 'Big', runs: [{ splitCount: 4 }] });
    simulator.faults.script({
      route: 'digicert.report.download',
      after: 2,
      times: 'always',
      fault: { kind: 'status', status: 403, json: { code: 'user_forbidden', message: 'No more.' } },
    });

    const step = await runStep(
      { service, 'report-id': report.identifier, 'upload-artifact': 'true' },
      { env: artifacts.env },
    );

    expect(step.exitCode).toBe(1);
    expect(step.reports.map(({ state }) => state)).toEqual(['ready', 'ready', 'failed']);
    expect(step.reports[2]?.message).toContain('part 3 of 4');
    for (const { reportId, runId } of step.reports)
      expect([reportId, runId]).toEqual([report.identifier, report.runIdentifiers[0]]);
    const paths = step.reports.slice(0, 2).map(({ path }) => path);
    expect(await filesIn(workspace)).toEqual(paths);
    for (const ready of step.reports.slice(0, 2)) unzippedOne(await contentOf(workspace, ready));
    expect(Object.keys(unzipSync(artifacts.artifacts[0]?.bytes ?? Buffer.alloc(0)))).toHaveLength(2);
  });

  test('has the parts that came before one that fails unpacked, too', async ({
    simulator,
    workspace,
    runStep,
  }) => {
    const report = simulator.digicert.addReport({ displayName: 'Big', runs: [{ splitCount: 3 }] });
    simulator.faults.script({
      route: 'digicert.report.download',
      after: 2,
      times: 'always',
      fault: { kind: 'status', status: 403, json: { code: 'user_forbidden', message: 'No more.' } },
    });

    const step = await runStep({ service, 'report-id': report.identifier, extract: 'true' });

    expect(step.reports.map(({ state, mediaType }) => [state, mediaType])).toEqual([
      ['ready', mediaTypes.csv],
      ['ready', mediaTypes.csv],
      ['failed', undefined],
    ]);
    for (const { runId } of step.reports) expect(runId).toBe(report.runIdentifiers[0]);
    expect(await filesIn(workspace)).toEqual(step.reports.slice(0, 2).map(({ path }) => path));
  });
});

describe('too many requests', { concurrent: true }, () => {
  function tooMany(retryAfter: string): Fault {
    return {
      kind: 'status',
      status: 429,
      headers: { 'retry-after': retryAfter },
      json: { code: 'request_limit_exceeded', message: 'Slow down.' },
    };
  }

  test('are waited for as the service asks', async ({ simulator, runStep }) => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    simulator.faults.script({ route: 'digicert.report.history', fault: tooMany('1') });
    simulator.faults.script({ route: 'digicert.report.download', fault: tooMany('1') });
    const step = await runStep({ service, 'report-id': identifier });
    expect(step.exitCode).toBe(0);
    expect(step.reports[0]?.state).toBe('ready');
    const statuses = simulator.journal
      .list({ route: 'digicert.report.download' })
      .map(({ status }) => status);
    expect(statuses).toEqual([429, 200]);
  });

  test('end the step when the service asks for more time than it has', async ({ simulator, runStep }) => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    simulator.faults.script({ route: 'digicert.report.download', fault: tooMany('3600') });
    const step = await runStep({ service, 'report-id': identifier, timeout: '60s' });
    expect(step.reports[0]?.state).toBe('failed');
    expect(step.reports[0]?.message).toMatch(/100 in 5 seconds.*Slow down.*Try again in a few minutes/);
    expect(simulator.journal.list({ route: 'digicert.report.download' })).toHaveLength(1);
  });
});

test.concurrent('the service is asked at api.digicert.com unless told otherwise', async ({ runStep }) => {
  await using proxy = await startDeadEndProxy();
  const step = await runStep(
    { service, 'base-url': '', 'report-id': '1' },
    { env: { HTTPS_PROXY: proxy.url, NO_PROXY: '' }, timeUpWhen: () => proxy.destinations.size > 0 },
  );
  expect(step.exitCode).toBe(1);
  expect(proxy.destinations).toEqual(new Set(['api.digicert.com:443']));
});
