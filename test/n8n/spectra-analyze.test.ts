import { type Simulator, startSimulator } from '../../packages/simulator/src/index.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { selfSignedCertificate } from '../action/support/certificate.ts';
import { credentialData } from './support/credential-data.ts';
import { N8nClient, type StoredCredential } from './support/n8n-client.ts';
import { until } from './support/until.ts';
import { baseNode, chain, givenItems, manualTrigger, ourNode } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);
const type = 'spectraAnalyzeApi';
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

function spectraAnalyze(resource: string, operation: string, more: object = {}, settings: object = {}) {
  const parameters = { resource, operation, hash: '={{ $json.hash }}', ...more };
  return ourNode('Spectra Analyze', 'spectraAnalyze', credential, parameters, settings);
}

describe('the operations', () => {
  test('Generate gives the PDF of each item, in order, and links it to its item', async () => {
    const hashes = [3, 1, 2].map(
      (creationSeconds) => simulator.spectraAnalyze.addSample({ creationSeconds }).sha256,
    );
    const look = baseNode('Look', 'set', 3.4, {
      assignments: {
        assignments: [{ id: 'a', name: 'given', value: "={{ $('Given').item.json.hash }}", type: 'string' }],
      },
      includeOtherFields: true,
      options: {},
    });
    const execution = await client.execute(
      chain(
        'Generate',
        manualTrigger,
        givenItems(...hashes.map((hash) => ({ hash }))),
        spectraAnalyze('pdfReport', 'generate'),
        look,
      ),
    );
    expect(execution.status).toBe('success');
    expect(execution.items('Look').map(({ json }) => json)).toEqual(
      hashes.map(
        (hash) =>
          expect.objectContaining({
            subject: hash,
            given: hash,
            state: 'ready',
            fileName: `${hash}.pdf`,
          }) as unknown,
      ),
    );
    for (const item of execution.items('Spectra Analyze')) {
      const pdf = await client.binary(item);
      expect(pdf.byteLength).toBe(item.json['size']);
      expect(pdf.toString('latin1')).toMatch(/^%PDF-[^]*%%EOF\s*$/);
    }
  });

  test('Create, Get Status and Download work one after the other', async () => {
    const { sha1 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const steps = ['create', 'getStatus', 'download'].map((operation) => ({
      ...spectraAnalyze('pdfReport', operation, { hash: sha1 }),
      name: operation,
    }));
    const execution = await client.execute(chain('Steps', manualTrigger, ...steps));
    expect(execution.status).toBe('success');
    expect(steps.map(({ name }) => execution.items(name)[0]?.json['state'])).toEqual([
      'submitted',
      'ready',
      'ready',
    ]);
    expect((await client.binary(execution.items('download')[0])).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('Get Classification gives the verdict', async () => {
    const { md5 } = simulator.spectraAnalyze.addSample({ classification: 'malicious' });
    const execution = await client.execute(
      chain('Classification', manualTrigger, spectraAnalyze('sample', 'getClassification', { hash: md5 })),
    );
    expect(execution.items('Spectra Analyze')[0]?.json).toMatchObject({ subject: md5, verdict: 'malicious' });
  });
});

describe('a failure', () => {
  test('says what happened and what to do, without the token', async () => {
    const execution = await client.execute(
      chain('Missing', manualTrigger, spectraAnalyze('pdfReport', 'generate', { hash: '0'.repeat(64) })),
    );
    expect(execution.status).toBe('error');
    expect(execution.error?.message).toContain('the sample is not on the appliance');
    expect(execution.error?.description).toContain('Submit the sample to the appliance first');
    expect(execution.text).not.toContain(simulator.spectraAnalyze.token);
  });

  test('goes to the error output, where there is one, while the other items go on', async () => {
    const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
    const execution = await client.execute(
      chain(
        'Error output',
        manualTrigger,
        givenItems({ hash: '0'.repeat(64) }, { hash: sha256 }),
        spectraAnalyze('pdfReport', 'generate', {}, { onError: 'continueErrorOutput' }),
      ),
    );
    expect(execution.status).toBe('success');
    expect(execution.items('Spectra Analyze', 0).map(({ json }) => json['subject'])).toEqual([sha256]);
    const [failed] = execution.items('Spectra Analyze', 1);
    expect(failed?.json).toMatchObject({ details: { state: 'missing', subject: '0'.repeat(64) } });
  });

  test('is data, where the node continues', async () => {
    const execution = await client.execute(
      chain(
        'Continue',
        manualTrigger,
        spectraAnalyze('pdfReport', 'generate', { hash: 'none' }, { onError: 'continueRegularOutput' }),
      ),
    );
    expect(execution.status).toBe('success');
    expect(execution.items('Spectra Analyze')[0]?.json['error']).toContain('it is not a hash');
  });
});

test('a canceled execution asks the appliance no more', async () => {
  const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 600 });
  const workflow = chain('Cancel', manualTrigger, spectraAnalyze('pdfReport', 'generate', { hash: sha256 }));
  const executionId = await client.start(await client.createWorkflow(workflow));
  const requests = (): number => simulator.journal.list().length;
  await until('second look at the status', () => Promise.resolve(requests() > 2 ? true : undefined));
  await client.stopExecution(executionId);
  await client.untilStatus(executionId, ['canceled']);
  const asked = requests();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(requests()).toBe(asked);
});

describe('the test of the credential', () => {
  test('sends no token over plain http to another machine', async () => {
    const result = await client.testCredential(type, {
      baseUrl: 'http://appliance.example.com',
      token: 'token',
    });
    expect(result.status).toBe('Error');
    expect(result.message).toMatch(/would send the token in clear|https/);
  });

  test('trusts the CA that it is given', async () => {
    const tls = await selfSignedCertificate();
    await using secure = await startSimulator({ tls });
    const credentials = { ...credentialData(secure)[type], caBundle: tls.cert };
    expect(await client.testCredential(type, credentials)).toMatchObject({ status: 'OK' });
  });
});

test('a report comes from an appliance with a self-signed certificate', async () => {
  const tls = await selfSignedCertificate();
  await using secure = await startSimulator({ tls });
  const { sha256 } = secure.spectraAnalyze.addSample({ creationSeconds: 0 });
  const trusted = await client.createCredential(type, {
    ...credentialData(secure)[type],
    caBundle: tls.cert,
  });
  const parameters = { resource: 'pdfReport', operation: 'generate', hash: sha256 };
  const execution = await client.execute(
    chain('Private CA', manualTrigger, ourNode('Spectra Analyze', 'spectraAnalyze', trusted, parameters)),
  );
  expect(execution.status).toBe('success');
});
