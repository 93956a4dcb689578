import { malwareMarker, type Simulator, startSimulator } from '@security-reports/simulator';
import { readFile } from 'node:fs/promises';
import type { IDataObject, INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SpectraAnalyzeApi } from '../../credentials/SpectraAnalyzeApi.credentials.ts';
import { DigicertReports } from '../../nodes/DigicertReports/DigicertReports.node.ts';
import { PerceptionPoint } from '../../nodes/PerceptionPoint/PerceptionPoint.node.ts';
import { SpectraAnalyze } from '../../nodes/SpectraAnalyze/SpectraAnalyze.node.ts';
import { BinaryStore } from './support/binary-store.ts';
import { locator, runDigicertReports } from './support/digicert.ts';
import { itemWithFile, runPerceptionPoint } from './support/perception-point.ts';
import { runNode } from './support/run-node.ts';

let simulator: Simulator;
let binaryStore: BinaryStore;

beforeAll(async () => {
  simulator = await startSimulator({ perceptionPoint: { scanSeconds: 0 } });
  binaryStore = await BinaryStore.create();
});

afterAll(async () => {
  await simulator.close();
  await binaryStore.remove();
});

/** As n8n finds it: by the version of the node, the resource and the operation. */
async function schemaOf(folder: string, resource: string, operation: string) {
  const path = `../../nodes/${folder}/__schema__/v1.0.0/${resource}/${operation}.json`;
  const schema = JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')) as {
    readonly type: string;
    readonly properties: Readonly<Record<string, { readonly type: string }>>;
  };
  expect(schema.type).toBe('object');
  return schema.properties;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** What an output has that the schema does not say, or says otherwise. */
function surprisesIn(json: IDataObject, properties: Awaited<ReturnType<typeof schemaOf>>): string[] {
  return Object.entries(json)
    .filter(([key, value]) => properties[key]?.type.replace('number', 'integer') !== typeOf(value))
    .map(([key]) => key);
}

function runSpectraAnalyze(parameters: INodeParameters) {
  return runNode({
    node: new SpectraAnalyze(),
    credentialType: new SpectraAnalyzeApi(),
    credentials: { baseUrl: simulator.url, token: simulator.spectraAnalyze.token },
    binaryStore,
    parameters,
  });
}

/** By folder, resource and operation, what runs it. */
const runs: readonly (readonly [string, string, string, () => Promise<readonly { json: IDataObject }[]>])[] =
  [
    ...(['generate', 'create', 'getStatus', 'download'] as const).map(
      (operation) =>
        [
          'SpectraAnalyze',
          'pdfReport',
          operation,
          async () => {
            const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
            const about = { resource: 'pdfReport', hash: sha256 };
            if (operation !== 'create') await runSpectraAnalyze({ ...about, operation: 'create' });
            return (await runSpectraAnalyze({ ...about, operation })).items;
          },
        ] as const,
    ),
    [
      'SpectraAnalyze',
      'sample',
      'getClassification',
      async () => {
        const { sha256 } = simulator.spectraAnalyze.addSample({ classification: 'malicious' });
        const about = { resource: 'sample', operation: 'getClassification', hash: sha256 };
        return (await runSpectraAnalyze(about)).items;
      },
    ],
    ...(['scan', 'submit'] as const).map(
      (operation) =>
        [
          'PerceptionPoint',
          'file',
          operation,
          async () => {
            const items = [await itemWithFile(binaryStore, 'setup.exe', malwareMarker)];
            const parameters = { resource: 'file', operation };
            return (await runPerceptionPoint(simulator, binaryStore, parameters, { items })).items;
          },
        ] as const,
    ),
    [
      'PerceptionPoint',
      'scan',
      'get',
      async () => {
        const scanId = simulator.perceptionPoint.addScan({ verdict: 'MAL' });
        const parameters = { resource: 'scan', operation: 'get', scanId };
        return (await runPerceptionPoint(simulator, binaryStore, parameters)).items;
      },
    ],
    ...(['downloadLatest', 'download', 'getHistory', 'run'] as const).map(
      (operation) =>
        [
          'DigicertReports',
          'report',
          operation,
          async () => {
            const { identifier } = simulator.digicert.addReport({
              displayName: 'Orders',
              schedule: 'MONTHLY',
              runs: [{}],
            });
            const reportIdentifier = locator('id', identifier);
            const latest = { operation: 'downloadLatest', reportIdentifier };
            const [newest] = (await runDigicertReports(simulator, binaryStore, latest)).items;
            const run = { reportRunIdentifier: locator('id', newest?.json['runId'] as string) };
            const parameters = { operation, reportIdentifier, ...(operation === 'download' && run) };
            return (await runDigicertReports(simulator, binaryStore, parameters)).items;
          },
        ] as const,
    ),
  ];

test.each(runs)(
  'the schema of %s, %s > %s says what the operation gives',
  async (folder, resource, operation, run) => {
    const properties = await schemaOf(folder, resource, operation);
    const items = await run();
    expect(items).not.toEqual([]);
    for (const { json } of items) expect(surprisesIn(json, properties)).toEqual([]);
  },
);

describe.each([
  ['SpectraAnalyze', new SpectraAnalyze()],
  ['PerceptionPoint', new PerceptionPoint()],
  ['DigicertReports', new DigicertReports()],
] as const)('%s', (folder, { description }) => {
  test('has a schema for each operation, with what every output says', async () => {
    const choosers = description.properties.filter(({ name }: INodeProperties) => name === 'operation');
    for (const { displayOptions, options = [] } of choosers) {
      const [resource] = displayOptions?.show?.['resource'] ?? [];
      for (const { value } of options as readonly INodePropertyOptions[]) {
        const properties = await schemaOf(folder, resource as string, String(value));
        expect(Object.keys(properties)).toEqual(expect.arrayContaining(['service', 'subject', 'state']));
      }
    }
  });
});
