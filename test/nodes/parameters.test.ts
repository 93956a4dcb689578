import { startSimulator, type Simulator } from '@security-reports/simulator';
import {
  type ICredentialType,
  type IDataObject,
  type INodeParameters,
  type INodeProperties,
  type INodeType,
  NodeHelpers,
} from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DigicertApi } from '../../credentials/DigicertApi.credentials.ts';
import { PerceptionPointApi } from '../../credentials/PerceptionPointApi.credentials.ts';
import { SpectraAnalyzeApi } from '../../credentials/SpectraAnalyzeApi.credentials.ts';
import { DigicertReports } from '../../nodes/DigicertReports/DigicertReports.node.ts';
import { PerceptionPoint } from '../../nodes/PerceptionPoint/PerceptionPoint.node.ts';
import { SpectraAnalyze } from '../../nodes/SpectraAnalyze/SpectraAnalyze.node.ts';
import { BinaryStore } from './support/binary-store.ts';
import { digicertCredentials } from './support/digicert.ts';
import { credentialsFor, itemWithFile } from './support/perception-point.ts';
import { runNode } from './support/run-node.ts';

let simulator: Simulator;
let binaryStore: BinaryStore;

beforeAll(async () => {
  simulator = await startSimulator({ perceptionPoint: { scanSeconds: 0 } });
  binaryStore = await BinaryStore.create();
});

beforeEach(() => {
  simulator.reset();
});

afterAll(async () => {
  await simulator.close();
  await binaryStore.remove();
});

interface Kind {
  readonly node: INodeType;
  readonly credentialType: ICredentialType;
  /** By their names, operations with what a user fills in. */
  readonly operations: Readonly<Record<string, INodeParameters>>;
}

const hash = '0123456789'.repeat(4);
const pdfReport = { resource: 'pdfReport', hash };
const file = { resource: 'file' };
const report = { resource: 'report', reportIdentifier: { __rl: true, mode: 'id', value: 'rep-1' } };

const kinds: readonly Kind[] = [
  {
    node: new SpectraAnalyze(),
    credentialType: new SpectraAnalyzeApi(),
    operations: {
      'PDF Report > Generate': { ...pdfReport, operation: 'generate' },
      'PDF Report > Create': { ...pdfReport, operation: 'create' },
      'PDF Report > Download': { ...pdfReport, operation: 'download' },
      'PDF Report > Get Status': { ...pdfReport, operation: 'getStatus' },
      'Sample > Get Classification': { resource: 'sample', operation: 'getClassification', hash },
    },
  },
  {
    node: new PerceptionPoint(),
    credentialType: new PerceptionPointApi(),
    operations: {
      'File > Scan': { ...file, operation: 'scan' },
      'File > Scan of a link': {
        ...file,
        operation: 'scan',
        inputSource: 'downloadLink',
        downloadLink: 'https://files.example.com/a.exe',
      },
      'File > Scan of a path': { ...file, operation: 'scan', inputSource: 'storagePath', storagePath: 'a' },
      'File > Scan With Callback': { ...file, operation: 'scanWithCallback', options: {} },
      'File > Submit': { ...file, operation: 'submit' },
      'Scan > Get': { resource: 'scan', operation: 'get', scanId: '123456', wait: false },
    },
  },
  {
    node: new DigicertReports(),
    credentialType: new DigicertApi(),
    operations: {
      'Report > Download Latest': { ...report, operation: 'downloadLatest' },
      'Report > Download': {
        ...report,
        operation: 'download',
        reportRunIdentifier: { __rl: true, mode: 'id', value: 'run-1' },
      },
      'Report > Get Many': { resource: 'report', operation: 'getHistory' },
      'Report > Run': { ...report, operation: 'run', download: true },
    },
  },
];

/** What an expression gives that names a field which is not there, and what others give for nothing. */
const nothings = [undefined, null, '', ' '];

function shownFields({ node }: Kind, parameters: INodeParameters): readonly INodeProperties[] {
  const { description } = node;
  const own = {
    id: '',
    name: '',
    type: '',
    typeVersion: 1,
    position: [0, 0] as [number, number],
    parameters,
  };
  const all =
    NodeHelpers.getNodeParameters(description.properties, parameters, true, false, own, description) ?? {};
  return description.properties.filter(
    (property) =>
      property.noDataExpression !== true &&
      property.type !== 'notice' &&
      NodeHelpers.displayParameter(all, property, own, description),
  );
}

async function run(kind: Kind, parameters: INodeParameters, expressions: Readonly<Record<string, unknown>>) {
  const { items } = await runNode({
    node: kind.node,
    credentialType: kind.credentialType,
    credentials: {
      spectraAnalyze: { baseUrl: simulator.url, token: simulator.spectraAnalyze.token },
      perceptionPoint: credentialsFor(simulator),
      digicertReports: digicertCredentials(simulator),
    }[kind.node.description.name] as IDataObject as never,
    binaryStore,
    parameters: { options: { timeout: 1 }, ...parameters },
    items: [await itemWithFile(binaryStore, 'setup.exe', 'harmless')],
    continueOnFail: true,
    expressions,
  });
  return items;
}

describe.each(kinds)('an expression that gives nothing in $node.description.displayName', (kind) => {
  describe.each(Object.entries(kind.operations))('%s', (_name, parameters) => {
    const fields = shownFields(kind, parameters);
    const isCollection = ({ type }: INodeProperties): boolean => type === 'collection';
    const required = fields.filter((field) => field.required === true || field.type === 'options');

    test.each(required.map((field) => [field.displayName, field]))(
      'in the field %s is refused before anything is sent',
      async (displayName, field) => {
        for (const nothing of nothings) {
          const located = { __rl: true, mode: 'id', value: nothing };
          const given = field.type === 'resourceLocator' ? [nothing, located] : [nothing];
          for (const value of given) {
            const items = await run(kind, parameters, { [field.name]: value });
            expect(items).toMatchObject([
              { json: { error: expect.stringContaining(`: ${displayName} is empty.`) as string } },
            ]);
          }
        }
        expect(simulator.journal.list()).toEqual([]);
      },
    );

    // The steps of a callback scan need a real n8n.
    const isRunHere = parameters['operation'] !== 'scanWithCallback';
    const optional = [
      ...fields.filter((field) => !isCollection(field) && !required.includes(field)).map(({ name }) => name),
      ...fields
        .filter(isCollection)
        .flatMap(({ name, options = [] }) => options.map((option) => `${name}.${option.name}`)),
    ];

    test.each(isRunHere ? optional : [])('in %s means that it is not given', async (path) => {
      const nothing = JSON.stringify(await run(kind, parameters, { [path]: undefined }));
      expect(nothing).not.toMatch(/undefined|cannot|is empty|not a function/i);
    });
  });
});

describe('a number', () => {
  test('in the field of an id or a name is read as text', async () => {
    const scanId = simulator.perceptionPoint.addScan({ verdict: 'MAL' });
    const [, kind] = kinds;
    if (kind === undefined) throw new Error('there is no Perception Point');
    const get = { resource: 'scan', operation: 'get' };
    const items = await run(kind, get, { scanId: Number(scanId), outputBinaryField: 7 });
    expect(items).toMatchObject([{ json: { verdict: 'malicious' }, binary: { 7: {} } }]);
  });

  test('as a file password opens the file', async () => {
    const [, kind] = kinds;
    if (kind === undefined) throw new Error('there is no Perception Point');
    const submit = { resource: 'file', operation: 'submit' };
    const [item] = await run(kind, submit, { 'options.filePassword': 1234 });
    const scanId = item?.json['scanId'] as string;
    expect(simulator.perceptionPoint.carried(scanId, 'file_password', '1234')).toBe(true);
  });

  test.each([
    ['options.timeout', 'soon', 'Timeout (Seconds) cannot be "soon"'],
    ['options.timeout', 0, 'Timeout (Seconds) cannot be "0"'],
    ['options.pollInterval', -1, 'Poll Interval (Seconds) cannot be "-1"'],
  ])('in %s that makes no sense (%j) is refused', async (path, value, what) => {
    const [kind] = kinds;
    if (kind === undefined) throw new Error('there is no Spectra Analyze');
    const items = await run(kind, { ...pdfReport, operation: 'generate' }, { [path]: value });
    expect(items).toMatchObject([{ json: { error: expect.stringContaining(what) as string } }]);
    expect(simulator.journal.list()).toEqual([]);
  });
});

describe('a report of DigiCert', () => {
  test.each([
    ['plain text', 'rep-1'],
    ['a locator without a mode', { value: 'rep-1' }],
    ['a locator by ID', { __rl: true, mode: 'id', value: 'rep-1' }],
  ])('is known by its id as %s', async (_what, reportIdentifier) => {
    const kind = kinds[2];
    if (kind === undefined) throw new Error('there is no DigiCert');
    const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
    const given = JSON.parse(JSON.stringify(reportIdentifier).replace('rep-1', identifier)) as unknown;
    const latest = { resource: 'report', operation: 'downloadLatest' };
    const items = await run(kind, latest, { reportIdentifier: given });
    expect(items).toMatchObject([{ json: { state: 'ready', reportId: identifier } }]);
  });
});
