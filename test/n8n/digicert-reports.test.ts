import { type Simulator, startSimulator } from '../../packages/simulator/src/index.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { credentialData } from './support/credential-data.ts';
import { N8nClient, type StoredCredential } from './support/n8n-client.ts';
import { chain, manualTrigger, ourNode } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);
const type = 'digicertApi';
let simulator: Simulator;
let credential: StoredCredential;

beforeAll(async () => {
  simulator = await startSimulator();
  credential = await client.createCredential(type, credentialData(simulator)[type]);
});

beforeEach(() => {
  simulator.reset();
});

afterAll(async () => {
  await simulator.close();
});

function digicertReports(operation: string, more: object = {}) {
  return ourNode('DigiCert', 'digicertReports', credential, { resource: 'report', operation, ...more });
}

function byId(value: string): object {
  return { __rl: true, mode: 'id', value };
}

describe('the operations', () => {
  test('Get Many lists the runs', async () => {
    const report = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}, { status: 'FAILED' }] });
    simulator.digicert.addReport({ displayName: 'Domains', type: 'domains', runs: [{}] });
    const execution = await client.execute(
      chain(
        'Get Many',
        manualTrigger,
        digicertReports('getHistory', { filters: { reportType: ['orders'] } }),
      ),
    );
    expect(execution.items('DigiCert').map(({ json }) => [json['reportId'], json['state']])).toEqual(
      expect.arrayContaining([
        [report.identifier, 'ready'],
        [report.identifier, 'failed'],
      ]),
    );
    expect(execution.items('DigiCert')).toHaveLength(2);
  });

  test('Download and Download Latest give the file', async () => {
    const report = simulator.digicert.addReport({
      displayName: 'Orders',
      runs: [{ startedSecondsAgo: 100 }, { startedSecondsAgo: 10 }],
    });
    const [older = '', newer] = report.runIdentifiers;
    const download = {
      ...digicertReports('download', {
        reportIdentifier: byId(report.identifier),
        reportRunIdentifier: byId(older),
      }),
      name: 'Download',
    };
    const latest = digicertReports('downloadLatest', {
      reportIdentifier: { __rl: true, mode: 'name', value: 'Orders' },
    });
    const execution = await client.execute(chain('Download', manualTrigger, download, latest));
    expect(execution.items('Download')[0]?.json).toMatchObject({
      runId: older,
      state: 'ready',
      mediaType: 'text/csv',
    });
    expect(execution.items('DigiCert')[0]?.json['runId']).toBe(newer);
    const [item] = execution.items('DigiCert');
    expect((await client.binary(item)).byteLength).toBe(item?.json['size']);
  });

  test('Run starts a run, and waits for it where it shall', async () => {
    const report = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
    const identifier = { reportIdentifier: byId(report.identifier) };
    const execution = await client.execute(
      chain(
        'Run',
        manualTrigger,
        { ...digicertReports('run', identifier), name: 'Only start' },
        digicertReports('run', { ...identifier, download: true }),
      ),
    );
    expect(execution.items('Only start')[0]?.json).toMatchObject({
      state: 'submitted',
      reportId: report.identifier,
    });
    const [item] = execution.items('DigiCert');
    expect(item?.json['state']).toBe('ready');
    expect(report.runIdentifiers).not.toContain(item?.json['runId']);
  });
});

test('the lists offer the reports by name, and the runs of the chosen one', async () => {
  const orders = simulator.digicert.addReport({ displayName: 'My orders', runs: [{}, {}] });
  simulator.digicert.addReport({ displayName: 'Domains', runs: [{}] });
  const node = digicertReports('download', { reportIdentifier: byId(orders.identifier) });
  const reports = await client.listSearch(node, 'reportIdentifier', 'searchReports', 'my ord');
  expect(reports).toMatchObject([
    { value: orders.identifier, name: expect.stringContaining('My orders') as unknown },
  ]);
  const runs = await client.listSearch(node, 'reportRunIdentifier', 'searchRuns');
  expect(runs.map(({ value }) => value).toSorted()).toEqual(orders.runIdentifiers.toSorted());
});

test('the test of the credential takes the base URL with and without /reports/v1', async () => {
  const { apiKey } = simulator.digicert;
  for (const baseUrl of [simulator.url, `${simulator.url}/reports/v1`, `${simulator.url}/reports/v1/`]) {
    expect(await client.testCredential(type, { baseUrl, apiKey })).toMatchObject({ status: 'OK' });
  }
});
