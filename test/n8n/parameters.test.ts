import { type Simulator, startSimulator } from '../../packages/simulator/src/index.ts';
import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { N8nClient, type StoredCredential } from './support/n8n-client.ts';
import { credentialsFor } from './support/playbooks.ts';
import { chain, givenItems, manualTrigger, ourNode, textFile } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);
let simulator: Simulator;
let credentials: readonly StoredCredential[];

beforeAll(async () => {
  simulator = await startSimulator({ perceptionPoint: { scanSeconds: 0 } });
  credentials = await credentialsFor(client, simulator);
});

beforeEach(() => {
  simulator.reset();
});

afterAll(async () => {
  await simulator.close();
});

function execute(type: string, parameters: INodeParameters) {
  const credential = credentials.find((one) => type.startsWith(one.type.replace(/Api$/, '')));
  if (credential === undefined) throw new Error(`there is no credential for ${type}`);
  const item = givenItems({ content: 'harmless' });
  const node = ourNode('Node', type, credential, parameters);
  return client.execute(chain('Parameters', manualTrigger, item, textFile(), node));
}

const nothing = '={{ $json.nope }}';
const hash = '0'.repeat(40);
const pdf = { resource: 'pdfReport', operation: 'generate', hash };
const scan = { resource: 'file', operation: 'scan' };
const locator = (mode: string, value: string) => ({ __rl: true, mode, value });
const report = {
  resource: 'report',
  operation: 'download',
  reportIdentifier: locator('id', 'rep-1'),
  reportRunIdentifier: locator('id', 'run-1'),
};

describe('an expression that gives nothing', { concurrent: true }, () => {
  test.each<[string, string, INodeParameters]>([
    ['Hash', 'spectraAnalyze', { ...pdf, hash: nothing }],
    ['Put Output File in Field', 'spectraAnalyze', { ...pdf, outputBinaryField: nothing }],
    ['Download Link', 'perceptionPoint', { ...scan, inputSource: 'downloadLink', downloadLink: nothing }],
    ['Storage Path', 'perceptionPoint', { ...scan, inputSource: 'storagePath', storagePath: nothing }],
    ['Input Binary Field', 'perceptionPoint', { ...scan, binaryPropertyName: nothing }],
    ['Put Output File in Field', 'perceptionPoint', { ...scan, outputBinaryField: nothing }],
    ['Scan ID', 'perceptionPoint', { resource: 'scan', operation: 'get', scanId: nothing }],
    ['Report', 'digicertReports', { ...report, reportIdentifier: locator('id', nothing) }],
    ['Run', 'digicertReports', { ...report, reportRunIdentifier: locator('id', nothing) }],
    ['Format', 'digicertReports', { ...report, reportFormat: nothing }],
  ])('in the field %s of %s is refused before anything is sent', async (field, type, parameters) => {
    const execution = await execute(type, parameters);
    expect(execution.error?.message).toContain(`${field} is empty.`);
    expect(execution.error?.description).toContain('Where it is an expression');
  });

  test('in what need not be given leaves it out', async () => {
    const options = { timeout: nothing, pollInterval: nothing, fileName: nothing, filePassword: nothing };
    const execution = await execute('perceptionPoint', {
      ...scan,
      inputSource: 'storagePath',
      storagePath: 'bucket/a.exe',
      storage: nothing,
      options,
    });
    expect(execution.error).toBeUndefined();
    expect(execution.items('Node')).toMatchObject([{ json: { verdict: 'clean', subject: 'bucket/a.exe' } }]);
  });
});

test('a number is read as text where a field wants text', async () => {
  const execution = await execute('perceptionPoint', { ...scan, outputBinaryField: '={{ 3 + 4 }}' });
  expect(execution.items('Node')).toMatchObject([{ json: { verdict: 'clean' }, binary: { 7: {} } }]);
});

test('a report given as plain text is known by its id', async () => {
  const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
  const execution = await execute('digicertReports', {
    resource: 'report',
    operation: 'downloadLatest',
    reportIdentifier: identifier,
  });
  expect(execution.items('Node')).toMatchObject([{ json: { state: 'ready', reportId: identifier } }]);
});
