import { type Simulator, startSimulator } from '@security-reports/simulator';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BinaryStore } from './support/binary-store.ts';
import { digicertCredentials, locator, runDigicertReports } from './support/digicert.ts';
import { hourLaterWhen } from './support/hour-later.ts';
import type { NodeRun } from './support/run-node.ts';

let simulator: Simulator;
let binaryStore: BinaryStore;

beforeEach(async () => {
  simulator = await startSimulator();
  binaryStore = await BinaryStore.create();
});

afterEach(async () => {
  await simulator.close();
  await binaryStore.remove();
});

const run = (parameters: INodeParameters, more: Partial<NodeRun> = {}) =>
  runDigicertReports(simulator, binaryStore, parameters, more);

/** The items of a node that is set to continue. */
const itemsOnFailure = async (parameters: INodeParameters) =>
  (await run(parameters, { continueOnFail: true })).items;

function latest(reportId: string, more: INodeParameters = {}): INodeParameters {
  return { operation: 'downloadLatest', reportIdentifier: locator('id', reportId), ...more };
}

function fileOf(item: INodeExecutionData | undefined, field = 'data'): Promise<Buffer> {
  return readFile(binaryStore.pathOf(item?.binary?.[field]?.id ?? ''));
}

function startedRuns(): number {
  return simulator.journal.list({ route: 'digicert.report.run' }).length;
}

describe('Get Many', () => {
  it('gives an item for each run, in the words of the contract, newest first', async () => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Orders',
      type: 'orders',
      schedule: 'WEEKLY',
      formats: ['CSV', 'JSON'],
      runs: [
        { runIdentifier: 'old', startedSecondsAgo: 7200, generationSeconds: 60 },
        { runIdentifier: 'new', startedSecondsAgo: 3600, status: 'FAILED' },
      ],
    });
    const { items } = await run({ operation: 'getHistory' });
    expect(items).toMatchObject([{ json: { runId: 'new', state: 'failed' } }, { json: { runId: 'old' } }]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/) as string;
    expect(items[1]).toEqual({
      json: {
        service: 'digicert',
        subject: 'Orders',
        state: 'ready',
        reportId: identifier,
        runId: 'old',
        displayName: 'Orders',
        status: 'READY',
        formats: ['CSV', 'JSON'],
        type: 'orders',
        schedule: 'WEEKLY',
        splitCount: 0,
        createdAt: time,
        startedAt: time,
        endedAt: time,
      },
      pairedItem: { item: 0 },
    });
  });

  it('takes what is scheduled or being generated for submitted', async () => {
    simulator.digicert.addReport({ runs: [{ status: 'GENERATING' }, { status: 'SCHEDULED' }] });
    simulator.digicert.addReport({ displayName: 'Never run' });
    const { items } = await run({ operation: 'getHistory' });
    expect(items.map(({ json }) => json['state'])).toEqual(['submitted', 'submitted', 'submitted']);
    expect(items.find(({ json }) => json['subject'] === 'Never run')?.json).not.toHaveProperty('runId');
  });

  it('stops at the limit, unless all are wanted', async () => {
    simulator.digicert.addReport({ runs: Array.from({ length: 120 }, () => ({})) });
    expect((await run({ operation: 'getHistory' })).items).toHaveLength(50);
    expect((await run({ operation: 'getHistory', limit: 3 })).items).toHaveLength(3);
    expect((await run({ operation: 'getHistory', returnAll: true })).items).toHaveLength(120);
  });

  it.each([
    [{ displayName: 'Orders' }, ['orders-ready', 'orders-failed']],
    [{ status: ['FAILED'] }, ['orders-failed']],
    [{ reportType: ['domains', 'users'] }, ['domains-ready']],
    [{ schedule: ['MONTHLY'] }, ['domains-ready']],
    [{ search: 'dom' }, ['domains-ready']],
    [{ reportType: [], search: '' }, ['orders-ready', 'orders-failed', 'domains-ready']],
  ])('keeps to the filters %j', async (filters, runIds) => {
    simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [
        { runIdentifier: 'orders-ready', startedSecondsAgo: 10 },
        { runIdentifier: 'orders-failed', startedSecondsAgo: 20, status: 'FAILED' },
      ],
    });
    simulator.digicert.addReport({
      displayName: 'All domains',
      type: 'domains',
      schedule: 'MONTHLY',
      runs: [{ runIdentifier: 'domains-ready', startedSecondsAgo: 30 }],
    });
    const { items } = await run({ operation: 'getHistory', filters });
    expect(items.map(({ json }) => json['runId'])).toEqual(runIds);
  });

  it('adds the row as the service gave it only when asked to', async () => {
    simulator.digicert.addReport({ runs: [{ runIdentifier: 'run-1' }] });
    const { items } = await run({ operation: 'getHistory', options: { includeRaw: true } });
    expect(items[0]?.json['raw']).toMatchObject({ report_run_identifier: 'run-1', split_report_count: 0 });
    expect((await run({ operation: 'getHistory' })).items[0]?.json).not.toHaveProperty('raw');
  });

  it('gives nothing for an empty history', async () => {
    expect((await run({ operation: 'getHistory' })).items).toEqual([]);
  });
});

describe('Download', () => {
  it.each(['list', 'id', 'name'] as const)(
    'gives the file of one run of a report that is known by %s',
    async (mode) => {
      const { identifier } = simulator.digicert.addReport({
        displayName: 'Orders',
        runs: [{ runIdentifier: 'wanted', startedSecondsAgo: 60 }, { runIdentifier: 'newer' }],
      });
      const { items } = await run({
        operation: 'download',
        reportIdentifier: locator(mode, mode === 'name' ? 'Orders' : identifier),
        reportRunIdentifier: locator('id', ' wanted '),
        outputBinaryField: 'report',
      });
      const file = await fileOf(items[0], 'report');
      expect(items).toMatchObject([
        {
          json: {
            service: 'digicert',
            subject: mode === 'name' ? 'Orders' : identifier,
            state: 'ready',
            fileName: expect.stringMatching(/^Orders-.*\.csv$/) as string,
            mediaType: 'text/csv',
            size: file.byteLength,
            sha256: createHash('sha256').update(file).digest('hex'),
            reportId: identifier,
            runId: 'wanted',
          },
          pairedItem: { item: 0 },
        },
      ]);
      expect(items[0]?.json).not.toHaveProperty('message');
      expect(file.toString()).toContain('wanted');
    },
  );

  it('tells of a run that there is not', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const items = await itemsOnFailure({
      operation: 'download',
      reportIdentifier: locator('id', identifier),
      reportRunIdentifier: locator('id', 'no-such-run'),
    });
    expect(items).toMatchObject([
      { json: { error: expect.stringContaining('no-such-run') as string, details: { state: 'missing' } } },
    ]);
  });
});

describe('Download Latest', () => {
  it.each([
    ['CSV', 'text/csv', 'csv'],
    ['JSON', 'application/json', 'json'],
    ['EXCEL', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
    ['ZIP', 'application/zip', 'zip'],
  ])('gives %s as %s', async (reportFormat, mediaType, extension) => {
    const { identifier } = simulator.digicert.addReport({ formats: ['CSV', 'JSON', 'EXCEL'], runs: [{}] });
    const { items } = await run(latest(identifier, { reportFormat }));
    expect(items).toMatchObject([
      {
        json: { mediaType, fileName: expect.stringMatching(new RegExp(`\\.${extension}$`)) as string },
        binary: { data: { mimeType: mediaType } },
      },
    ]);
  });

  it('takes the newest run that is ready, and says that a newer one failed', async () => {
    const { identifier } = simulator.digicert.addReport({
      runs: [
        { runIdentifier: 'old', startedSecondsAgo: 300 },
        { runIdentifier: 'good', startedSecondsAgo: 200 },
        { runIdentifier: 'bad', startedSecondsAgo: 100, status: 'FAILED' },
      ],
    });
    const { items, log } = await run(latest(identifier));
    expect(items).toMatchObject([{ json: { runId: 'good', message: 'a newer one failed: run bad' } }]);
    expect(log).toContain(`${identifier}: a newer one failed: run bad`);
  });

  it('waits for a run that is being generated, and tells how far it is', async () => {
    const { identifier } = simulator.digicert.addReport({
      runs: [{ startedSecondsAgo: 300 }, { runIdentifier: 'coming', generationSeconds: 1 }],
    });
    const { items, log } = await run(latest(identifier));
    expect(items).toMatchObject([{ json: { runId: 'coming', state: 'ready' } }]);
    expect(log).toContain('DigiCert Reports, item 0: being generated (run coming)');
  });

  it('says why a ZIP came in place of a CSV', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{ bytes: 2_100_000 }] });
    const { items, log } = await run(latest(identifier));
    const note = expect.stringContaining('a ZIP came in place of CSV') as string;
    expect(items).toMatchObject([{ json: { mediaType: 'application/zip', message: note } }]);
    expect(log).toContainEqual(note);
  });

  it('gives an item for each part of a split report', async () => {
    const { identifier } = simulator.digicert.addReport({
      displayName: 'Big',
      runs: [{ runIdentifier: 'run-1', splitCount: 3 }],
    });
    const { items } = await run(latest(identifier), { items: [{ json: {} }] });
    const part = (number: number) => ({
      json: {
        fileName: expect.stringContaining(`-part-${number}-of-3.zip`) as string,
        reportId: identifier,
        runId: 'run-1',
      },
      binary: { data: { mimeType: 'application/zip' } },
      pairedItem: { item: 0 },
    });
    expect(items).toMatchObject([part(1), part(2), part(3)]);
  });

  it('delivers the parts that came before one failed, and then the error', async () => {
    const { identifier } = simulator.digicert.addReport({
      runs: [{ runIdentifier: 'run-1', splitCount: 3 }],
    });
    simulator.faults.script({
      route: 'digicert.report.download',
      after: 2,
      fault: { kind: 'status', status: 403 },
    });
    const items = await itemsOnFailure(latest(identifier));
    expect(items).toMatchObject([
      {
        json: {
          state: 'ready',
          fileName: expect.stringContaining('part-1-of-3') as string,
          reportId: identifier,
        },
      },
      { json: { state: 'ready', fileName: expect.stringContaining('part-2-of-3') as string } },
      { json: { error: expect.stringContaining('part 3 of 3') as string, details: { state: 'failed' } } },
    ]);
    expect((await fileOf(items[1])).subarray(0, 2).toString()).toBe('PK');
  });

  it('delivers a part once that came only at the second try', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{ splitCount: 2 }] });
    const route = 'digicert.report.download';
    simulator.faults.script({ route, fault: { kind: 'truncate', bytes: 100 } });
    simulator.faults.script({ route, after: 1, fault: { kind: 'status', status: 403 } });
    const items = await itemsOnFailure(latest(identifier));
    expect(items).toMatchObject([{ json: { state: 'ready' } }, { json: { details: { state: 'failed' } } }]);
  });

  it('says that a run has no data', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{ noContent: true }] });
    const items = await itemsOnFailure(latest(identifier));
    expect(items).toMatchObject([
      { json: { error: expect.stringContaining('no data') as string, details: { state: 'missing' } } },
    ]);
    expect(items[0]).not.toHaveProperty('binary');
  });

  it('says that the run failed, and what to do', async () => {
    const { identifier } = simulator.digicert.addReport({
      runs: [{ runIdentifier: 'run-1', status: 'FAILED' }],
    });
    await expect(run(latest(identifier))).rejects.toMatchObject({
      name: 'NodeApiError',
      message: expect.stringContaining('the run failed (run run-1)') as string,
      description: expect.stringContaining('Start a new run') as string,
      context: { itemIndex: 0 },
    });
  });

  it('names the format that the report comes in', async () => {
    const { identifier } = simulator.digicert.addReport({ formats: ['JSON'], runs: [{}] });
    await expect(run(latest(identifier))).rejects.toMatchObject({
      message: expect.stringContaining('does not come as CSV, only as JSON') as string,
    });
  });

  it('lists the reports that share a name instead of guessing', async () => {
    const runs = (startedSecondsAgo: number) => [{ startedSecondsAgo }];
    simulator.digicert.addReport({ displayName: 'Orders', identifier: 'id-1', runs: runs(60) });
    simulator.digicert.addReport({ displayName: 'Orders', identifier: 'id-2', runs: runs(120) });
    await expect(
      run({ operation: 'downloadLatest', reportIdentifier: locator('name', 'Orders') }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('id-1, id-2') as string,
      description: expect.stringContaining('id of one of them') as string,
    });
  });

  it('tells a wrong key by its status, without showing it', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const credentials = { ...digicertCredentials(simulator), apiKey: 'wrong-key-of-account' };
    const failure = await run(latest(identifier), { credentials }).then(String, (error: unknown) => error);
    expect(failure).toMatchObject({
      httpCode: '401',
      message: expect.stringContaining('does not know the API key') as string,
    });
    expect(JSON.stringify(failure)).not.toContain('wrong-key-of-account');
  });

  it('says at a time-out the last state, the run, and how to take it up again', async () => {
    const { identifier } = simulator.digicert.addReport({
      runs: [{ runIdentifier: 'run-1', status: 'GENERATING' }],
    });
    // A second request shows that the node got the answer to the first one.
    hourLaterWhen(() => simulator.journal.list({ route: 'digicert.report.history' }).length > 1);
    const items = await itemsOnFailure(latest(identifier, { options: { timeout: 600 } }));
    expect(items).toMatchObject([
      {
        json: {
          error: expect.stringContaining('the last state: being generated (run run-1)') as string,
          message: expect.stringMatching(/fetch it later.*Report > Download Latest/) as string,
          details: { state: 'timeout', lastState: 'being generated (run run-1)', runId: 'run-1' },
        },
      },
    ]);
  });

  it('takes the base URL as the documentation shows it', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const credentials = { ...digicertCredentials(simulator), baseUrl: `${simulator.url}/reports/v1/ ` };
    expect((await run(latest(identifier), { credentials })).items).toMatchObject([
      { json: { state: 'ready' } },
    ]);
  });

  it.each(['', 'X-DC-DEVKEY: '])('takes a key that was pasted with blanks and "%s"', async (header) => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const apiKey = ` ${header}${simulator.digicert.apiKey}\n`;
    const credentials = { ...digicertCredentials(simulator), apiKey };
    expect((await run(latest(identifier), { credentials })).items).toMatchObject([
      { json: { state: 'ready' } },
    ]);
  });

  it('ends when the execution is canceled', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{ status: 'GENERATING' }] });
    const canceled = new AbortController();
    const running = run(latest(identifier), { cancelSignal: canceled.signal });
    canceled.abort(new Error('canceled by the user'));
    await expect(running).rejects.toThrow('canceled by the user');
  });
});

describe('Run', () => {
  const startRun = (value: string, more: INodeParameters = {}, mode: 'id' | 'name' = 'id') => ({
    operation: 'run',
    reportIdentifier: locator(mode, value),
    ...more,
  });

  it.each(['id', 'name'] as const)('starts a run of a report that is known by %s', async (mode) => {
    const { identifier } = simulator.digicert.addReport({ displayName: 'Orders, all', runs: [{}] });
    const value = mode === 'id' ? identifier : 'Orders, all';
    const { items } = await run(startRun(value, {}, mode));
    expect(items).toMatchObject([
      { json: { service: 'digicert', subject: value, state: 'submitted', reportId: identifier } },
    ]);
    expect(simulator.digicert.listReports()[0]?.runIdentifiers).toHaveLength(2);
  });

  it('waits for the new run and downloads it, although an older one is ready', async () => {
    const { identifier } = simulator.digicert.addReport({
      runs: [{ runIdentifier: 'old' }],
      newRun: { scheduledSeconds: 0, generationSeconds: 1 },
    });
    const { items } = await run(startRun(identifier, { download: true }));
    const newRun = simulator.digicert.listReports()[0]?.runIdentifiers[1];
    expect(items).toMatchObject([{ json: { state: 'ready', runId: newRun }, binary: { data: {} } }]);
    expect(startedRuns()).toBe(1);
  });

  it('starts nothing when several reports have the name', async () => {
    simulator.digicert.addReport({ displayName: 'Orders', identifier: 'id-1' });
    simulator.digicert.addReport({ displayName: 'Orders', identifier: 'id-2' });
    await expect(run(startRun('Orders', {}, 'name'))).rejects.toThrow('id-1, id-2');
    expect(startedRuns()).toBe(0);
  });

  it('says that there is no report of the name', async () => {
    simulator.digicert.addReport({ displayName: 'Orders' });
    await expect(run(startRun('orders', {}, 'name'))).rejects.toMatchObject({
      description: expect.stringContaining('letter for letter') as string,
    });
  });

  it('does not start a second run when nobody can tell whether the first was started', async () => {
    const { identifier } = simulator.digicert.addReport();
    simulator.faults.script({ route: 'digicert.report.run', fault: { kind: 'reset', handled: true } });
    await expect(run(startRun(identifier))).rejects.toMatchObject({
      description: expect.stringContaining('Do not start another one') as string,
    });
    expect(startedRuns()).toBe(1);
  });
});

it.each(['download', 'downloadLatest', 'run'])(
  '%s asks nobody when no report is given',
  async (operation) => {
    const running = run({
      operation,
      reportIdentifier: locator('id', ' '),
      reportRunIdentifier: locator('id', 'run'),
    });
    await expect(running).rejects.toMatchObject({
      message: expect.stringContaining('Report is empty') as unknown,
      description: expect.stringContaining('Choose one from the list') as unknown,
    });
    expect(simulator.journal.list()).toEqual([]);
  },
);

describe('several items', () => {
  it('become several outputs in their order, each with what became of it', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const { items } = await run(latest(identifier), {
      items: [{ json: {} }, { json: {} }],
      parameters: (itemIndex) => ({
        resource: 'report',
        ...latest(itemIndex === 0 ? 'no-such-report' : identifier),
      }),
      continueOnFail: true,
    });
    expect(items).toMatchObject([
      { json: { details: { subject: 'no-such-report', state: 'missing' } }, pairedItem: { item: 0 } },
      { json: { subject: identifier, state: 'ready' }, pairedItem: { item: 1 } },
    ]);
  });
});
