import { type Simulator, startSimulator } from '@security-reports/simulator';
import { readFile } from 'node:fs/promises';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DigicertApi } from '../../credentials/DigicertApi.credentials.ts';
import { DigicertReportsTrigger } from '../../nodes/DigicertReports/DigicertReportsTrigger.node.ts';
import { BinaryStore } from './support/binary-store.ts';
import { hourLaterWhen } from './support/hour-later.ts';
import { PollingNode, type PollingNodeOptions } from './support/polling-node.ts';

let simulator: Simulator;
let binaryStore: BinaryStore;

beforeEach(async () => {
  simulator = await startSimulator({ digicert: { rateLimit: false } });
  binaryStore = await BinaryStore.create();
});

afterEach(async () => {
  await simulator.close();
  await binaryStore.remove();
});

function trigger(parameters: INodeParameters = {}, more: Partial<PollingNodeOptions> = {}): PollingNode {
  return new PollingNode({
    node: new DigicertReportsTrigger(),
    credentialType: new DigicertApi(),
    credentials: { baseUrl: simulator.url, apiKey: simulator.digicert.apiKey },
    binaryStore,
    parameters,
    ...more,
  });
}

/** One that has looked at what is there already. */
async function activated(
  parameters: INodeParameters = {},
  more: Partial<PollingNodeOptions> = {},
): Promise<PollingNode> {
  const node = trigger(parameters, more);
  await node.poll();
  return node;
}

const withFile: INodeParameters = { downloadFile: true };

function addRun(reportId: string, runIdentifier: string, more: object = {}): void {
  simulator.digicert.addRun(reportId, { runIdentifier, ...more });
}

function runIds(items: readonly INodeExecutionData[]): readonly unknown[] {
  return items.map(({ json }) => json['runId']);
}

function contentOf(item: INodeExecutionData | undefined): Promise<string> {
  return readFile(binaryStore.pathOf(item?.binary?.['data']?.id ?? ''), 'latin1');
}

describe('a field that an expression leaves empty', () => {
  it('fails the poll, and no run is lost by it', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile);
    addRun(identifier, 'new');
    const emptied = node.restart({ parameters: { ...withFile, outputBinaryField: ' ' } });
    await expect(emptied.poll()).rejects.toMatchObject({
      message: expect.stringContaining('Put Output File in Field is empty') as unknown,
    });
    const mended = emptied.restart({ parameters: withFile });
    expect(runIds(await mended.poll())).toEqual(['new']);
  });
});

describe('which runs it emits', () => {
  it('says nothing of runs that were ready before it was activated', async () => {
    simulator.digicert.addReport({ runs: [{}, {}] });
    const node = trigger();
    expect(await node.poll()).toEqual([]);
    expect(await node.poll()).toEqual([]);
  });

  it('emits each new run once, oldest first, in the words of the contract', async () => {
    const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', schedule: 'WEEKLY' });
    const node = await activated();
    addRun(identifier, 'newer');
    addRun(identifier, 'older', { startedSecondsAgo: 60 });
    const items = await node.poll();
    expect(runIds(items)).toEqual(['older', 'newer']);
    expect(items[0]?.json).toMatchObject({
      service: 'digicert',
      subject: 'Orders',
      state: 'ready',
      reportId: identifier,
      status: 'READY',
      schedule: 'WEEKLY',
    });
    expect(await node.poll()).toEqual([]);
  });

  it('emits a run when it becomes ready, and a failed one never', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated();
    addRun(identifier, 'slow', { generationSeconds: 60 });
    addRun(identifier, 'failed', { status: 'FAILED' });
    expect(await node.poll()).toEqual([]);
    simulator.advance(61);
    expect(runIds(await node.poll())).toEqual(['slow']);
  });

  it('emits runs that become ready in another order than they started in', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated();
    addRun(identifier, 'slow', { startedSecondsAgo: 10, generationSeconds: 60 });
    addRun(identifier, 'quick');
    expect(runIds(await node.poll())).toEqual(['quick']);
    simulator.advance(61);
    expect(runIds(await node.poll())).toEqual(['slow']);
  });

  it('finds a new run beyond the first page of the history', async () => {
    const runs = Array.from({ length: 120 }, () => ({ startedSecondsAgo: 1 }));
    const { identifier } = simulator.digicert.addReport({ runs });
    const node = await activated();
    addRun(identifier, 'late', { startedSecondsAgo: 1000 });
    expect(runIds(await node.poll())).toEqual(['late']);
  });
});

describe('when things go wrong', () => {
  it('emits after a restart what became ready meanwhile, and nothing again', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const before = await activated();
    addRun(identifier, 'first');
    await before.poll();
    addRun(identifier, 'meanwhile');
    const after = before.restart();
    expect(runIds(await after.poll())).toEqual(['meanwhile']);
    expect(await after.restart().poll()).toEqual([]);
  });

  it('loses and repeats nothing when a poll fails', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const node = await activated();
    addRun(identifier, 'new');
    simulator.digicert.configure({ featureEnabled: false });
    await expect(node.poll()).rejects.toMatchObject({
      message: expect.stringContaining('Report Library') as unknown,
      httpCode: '403',
    });
    simulator.digicert.configure({ featureEnabled: true });
    expect(runIds(await node.poll())).toEqual(['new']);
    expect(await node.poll()).toEqual([]);
  });

  it('learns what is there at the first poll that succeeds', async () => {
    simulator.digicert.addReport({ runs: [{}] });
    const node = trigger();
    simulator.digicert.configure({ keyRole: 'without-permission' });
    await expect(node.poll()).rejects.toThrow();
    simulator.digicert.configure({ keyRole: 'administrator' });
    expect(await node.poll()).toEqual([]);
  });

  it('emits a run once although two polls overlap', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile);
    addRun(identifier, 'new');
    simulator.faults.script({
      route: 'digicert.report.download',
      fault: { kind: 'delay', ms: 300 },
    });
    const both = await Promise.all([node.poll(), node.poll()]);
    expect(runIds(both.flat())).toEqual(['new']);
  });

  it('does not repeat a run that the history leaves out once', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const node = await activated();
    addRun(identifier, 'new');
    await node.poll();
    simulator.faults.script({
      route: 'digicert.report.history',
      fault: { kind: 'wrong-json', json: { page: { total: 0 }, report_history: [] } },
    });
    expect(await node.poll()).toEqual([]);
    expect(await node.poll()).toEqual([]);
  });

  it('says nothing of the past of another account', async () => {
    simulator.digicert.addReport({ runs: [{}] });
    const node = await activated();
    const other = await startSimulator({ seed: 2 });
    try {
      const { identifier } = other.digicert.addReport({ runs: [{}, {}] });
      const credentials = { baseUrl: other.url, apiKey: other.digicert.apiKey };
      const switched = node.restart({ credentials, credentialId: '2' });
      expect(await switched.poll()).toEqual([]);
      other.digicert.addRun(identifier, { runIdentifier: 'new' });
      expect(runIds(await switched.poll())).toEqual(['new']);
    } finally {
      await other.close();
    }
  });

  it('goes on where it was with another credential for the same account', async () => {
    const { identifier } = simulator.digicert.addReport({ runs: [{}] });
    const node = await activated();
    addRun(identifier, 'meanwhile');
    expect(runIds(await node.restart({ credentialId: '2' }).poll())).toEqual(['meanwhile']);
  });
});

describe('filters', () => {
  const addTwo = () => {
    const orders = simulator.digicert.addReport({ displayName: 'Orders', schedule: 'MONTHLY' });
    const domains = simulator.digicert.addReport({ displayName: 'Domains', type: 'domains' });
    return { orders, domains };
  };

  it.each([
    ['a report by id', () => ({ mode: 'id', value: simulator.digicert.listReports()[0]?.identifier })],
    ['a report by name', () => ({ mode: 'name', value: 'Orders' })],
  ])('emits only runs of %s', async (_by, locator) => {
    const { orders, domains } = addTwo();
    const node = await activated({ reportIdentifier: { __rl: true, ...locator() } as never });
    addRun(orders.identifier, 'of orders');
    addRun(domains.identifier, 'of domains');
    expect(runIds(await node.poll())).toEqual(['of orders']);
  });

  it.each([
    ['a type', { reportType: ['orders'] }],
    ['a schedule', { schedule: ['MONTHLY', 'WEEKLY'] }],
  ])('emits only runs of %s', async (_by, filters) => {
    const { orders, domains } = addTwo();
    const node = await activated({ filters });
    addRun(orders.identifier, 'of orders');
    addRun(domains.identifier, 'of domains');
    expect(runIds(await node.poll())).toEqual(['of orders']);
  });

  it('says nothing of runs that it passed over beside news when a filter is taken away', async () => {
    const { orders, domains } = addTwo();
    const node = await activated({ filters: { reportType: ['domains'] } });
    addRun(orders.identifier, 'passed over');
    addRun(domains.identifier, 'of domains');
    expect(runIds(await node.poll())).toEqual(['of domains']);
    expect(await node.restart({ parameters: {} }).poll()).toEqual([]);
  });

  it('says nothing of the past when a filter is taken away', async () => {
    const { orders } = addTwo();
    addRun(orders.identifier, 'past');
    const node = await activated({ filters: { reportType: ['domains'] } });
    expect(await node.restart({ parameters: {} }).poll()).toEqual([]);
  });
});

describe('with files', () => {
  it('downloads in the format that the report was created with', async () => {
    const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', formats: ['JSON', 'CSV'] });
    const node = await activated(withFile);
    addRun(identifier, 'new');
    const [item] = await node.poll();
    expect(item?.json).toMatchObject({ state: 'ready', runId: 'new', mediaType: 'application/json' });
    expect(item?.json['fileName']).toMatch(/^Orders-.*\.json$/);
    expect(JSON.parse(await contentOf(item))).toBeInstanceOf(Object);
  });

  it('says why a ZIP came in place of another format', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile);
    addRun(identifier, 'large', { bytes: 2_100_000 });
    const [item] = await node.poll();
    expect(item?.json).toMatchObject({
      mediaType: 'application/zip',
      message: expect.stringContaining('a ZIP came in place of CSV') as unknown,
    });
  });

  it('gives an item for each part of a split report', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated({ ...withFile, outputBinaryField: 'part' });
    addRun(identifier, 'split', { splitCount: 3 });
    const items = await node.poll();
    expect(runIds(items)).toEqual(['split', 'split', 'split']);
    expect(items.every(({ binary }) => binary?.['part'] !== undefined)).toBe(true);
  });

  it('emits the others when the download of one fails, and that one at a later poll', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile);
    addRun(identifier, 'broken', { startedSecondsAgo: 10 });
    addRun(identifier, 'good');
    simulator.faults.script({
      route: 'digicert.report.download',
      subject: 'broken',
      fault: { kind: 'status', status: 404 },
    });
    expect(runIds(await node.poll())).toEqual(['good']);
    expect(node.log).toEqual([expect.stringContaining('run broken, try 1 of 5')]);
    expect(runIds(await node.restart().poll())).toEqual(['broken']);
  });

  it('emits a run without its file after five polls at which it could not be had', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile);
    addRun(identifier, 'broken');
    simulator.faults.script({
      route: 'digicert.report.download',
      times: 'always',
      fault: { kind: 'status', status: 403 },
    });
    for (let poll = 1; poll < 5; poll += 1) expect(await node.poll()).toEqual([]);
    const [item] = await node.poll();
    expect(item?.json).toMatchObject({ runId: 'broken', state: 'failed' });
    expect(item?.json['message']).toContain('HTTP 403');
    expect(item?.binary).toBeUndefined();
    expect(await node.poll()).toEqual([]);
  });

  it('emits at once a run that has no data', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile);
    addRun(identifier, 'empty', { noContent: true });
    const [item] = await node.poll();
    expect(item?.json).toMatchObject({ runId: 'empty', state: 'missing' });
    expect(await node.poll()).toEqual([]);
  });

  it('emits at once a run that does not come in the chosen format, and says which there is', async () => {
    const { identifier } = simulator.digicert.addReport({ formats: ['EXCEL'] });
    const node = await activated({ ...withFile, reportFormat: 'JSON' });
    addRun(identifier, 'new');
    const [item] = await node.poll();
    expect(item?.json).toMatchObject({ state: 'failed' });
    expect(item?.json['message']).toContain('Ask for EXCEL');
  });

  it('delivers the parts that came when a run is given up', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile);
    addRun(identifier, 'split', { splitCount: 2 });
    simulator.faults.script({
      route: 'digicert.report.download',
      after: 1,
      fault: { kind: 'status', status: 200 },
    });
    const items = await node.poll();
    expect(items.map(({ json }) => json['state'])).toEqual(['ready', 'missing']);
    expect(items[0]?.binary?.['data']).toBeDefined();
  });

  it('begins no download in the second half of the time that a poll has', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated(withFile, { pollBudgetMs: 7_000_000 });
    addRun(identifier, 'one', { startedSecondsAgo: 10 });
    addRun(identifier, 'two');
    const backToNow = hourLaterWhen(
      () => simulator.journal.list({ route: 'digicert.report.download' }).length > 0,
    );
    expect(runIds(await node.poll())).toEqual(['one']);
    backToNow();
    expect(runIds(await node.poll())).toEqual(['two']);
  });
});

describe('Fetch Test Event', () => {
  it('shows the newest run, and leaves it to the trigger', async () => {
    const { identifier } = simulator.digicert.addReport();
    const node = await activated();
    addRun(identifier, 'older', { startedSecondsAgo: 60 });
    addRun(identifier, 'newest');
    expect(runIds(await node.fetchTestEvent())).toEqual(['newest']);
    expect(runIds(await node.fetchTestEvent())).toEqual(['newest']);
    expect(runIds(await node.poll())).toEqual(['older', 'newest']);
  });

  it('does not count as the first look of the trigger', async () => {
    simulator.digicert.addReport({ runs: [{}] });
    const node = trigger();
    await node.fetchTestEvent();
    expect(await node.poll()).toEqual([]);
  });

  it('brings the file where files are wanted', async () => {
    simulator.digicert.addReport({ runs: [{}] });
    const [item] = await trigger(withFile).fetchTestEvent();
    expect(await contentOf(item)).toContain(',');
  });

  it('says that there is no run to show', async () => {
    simulator.digicert.addReport();
    await expect(trigger().fetchTestEvent()).rejects.toThrow('No run of a report that passes the filters');
  });
});
