import { malwareMarker, type Simulator, startSimulator } from '../../packages/simulator/src/index.ts';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { credentialData } from './support/credential-data.ts';
import { N8nClient, type StoredCredential } from './support/n8n-client.ts';
import { chain, givenItems, manualTrigger, ourNode, textFile } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);
const type = 'perceptionPointApi';
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

function perceptionPoint(resource: string, operation: string, more: object = {}) {
  return ourNode('Perception Point', 'perceptionPoint', credential, { resource, operation, ...more });
}

describe('the operations', () => {
  test('Scan gives the verdict on each file, with the answer of the service as a file', async () => {
    const contents = ['harmless', `not ${malwareMarker} harmless`];
    const execution = await client.execute(
      chain(
        'Scan',
        manualTrigger,
        givenItems(...contents.map((content) => ({ content }))),
        textFile(),
        perceptionPoint('file', 'scan'),
      ),
    );
    expect(execution.status).toBe('success');
    const items = execution.items('Perception Point');
    expect(items.map(({ json }) => json['verdict'])).toEqual(['clean', 'malicious']);
    expect(items.map(({ json }) => json['submittedSha256'])).toEqual(
      contents.map((content) => createHash('sha256').update(content).digest('hex')),
    );
    const document = JSON.parse((await client.binary(items[1])).toString()) as object;
    expect(document).toMatchObject({
      verbose_verdict: 'MAL',
      submitted_sha256: items[1]?.json['submittedSha256'],
    });
    expect(items[1]?.binary?.['data']?.fileName).toBe(
      `sample.txt-${items[1]?.json['scanId'] as string}.json`,
    );
  });

  test('Submit and Get work one after the other', async () => {
    const submit = { ...perceptionPoint('file', 'submit'), name: 'Submit' };
    const get = perceptionPoint('scan', 'get', { scanId: '={{ $json.scanId }}' });
    const execution = await client.execute(
      chain('Submit', manualTrigger, givenItems({ content: 'harmless' }), textFile(), submit, get),
    );
    expect(execution.items('Submit')[0]?.json).toMatchObject({ state: 'submitted', subject: 'sample.txt' });
    expect(execution.items('Perception Point')[0]?.json).toMatchObject({ state: 'ready', verdict: 'clean' });
  });

  test('a link is scanned without ever being shown with its signature', async () => {
    const source = {
      inputSource: 'downloadLink',
      downloadLink: 'https://files.example.com/a.exe?signature=s3cr3t',
    };
    const execution = await client.execute(
      chain('Link', manualTrigger, perceptionPoint('file', 'scan', source)),
    );
    expect(execution.items('Perception Point')[0]?.json['subject']).toBe('https://files.example.com/a.exe');
  });
});

test('a scan that takes too long fails with the id by which Get takes it up', async () => {
  simulator.perceptionPoint.configure({ scanSeconds: 'never' });
  const scan = perceptionPoint('file', 'scan', { options: { timeout: 3 } });
  const execution = await client.execute(
    chain('Timeout', manualTrigger, givenItems({ content: 'slow' }), textFile(), {
      ...scan,
      onError: 'continueRegularOutput',
    }),
  );
  const [submission] = simulator.perceptionPoint.listSubmissions();
  const { error, details } = execution.items('Perception Point')[0]?.json ?? {};
  expect(error).toContain('the last state: being scanned');
  expect(details).toMatchObject({ state: 'timeout', scanId: submission?.scanId });
});

test('the test of the credential knows a licence without the API', async () => {
  const { perceptionPoint: service } = simulator;
  const data = credentialData(simulator)[type];
  expect(await client.testCredential(type, data)).toMatchObject({ status: 'OK' });
  service.configure({ licensed: false });
  expect(await client.testCredential(type, data)).toMatchObject({ status: 'Error' });
});
