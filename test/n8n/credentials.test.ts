import { type Simulator, startSimulator } from '../../packages/simulator/src/index.ts';
import type { INode } from 'n8n-workflow';
import { describe, expect, inject, test } from 'vitest';
import { selfSignedCertificate } from '../action/support/certificate.ts';
import { credentialData } from './support/credential-data.ts';
import { startLocalServer } from './support/local-server.ts';
import { N8nClient } from './support/n8n-client.ts';
import { baseNode, chain, manualTrigger } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);

interface Kind {
  readonly type: keyof ReturnType<typeof credentialData>;
  /** The field that holds the token or key. */
  readonly secret: string;
  /** A call of the service that needs the credential. */
  readonly path: string;
}

const kinds: readonly Kind[] = [
  {
    type: 'spectraAnalyzeApi',
    secret: 'token',
    path: `/api/samples/v3/${'0'.repeat(40)}/classification/`,
  },
  {
    type: 'perceptionPointApi',
    secret: 'token',
    path: '/api/v1/scans/list/?start=1&end=2&origin=api',
  },
  {
    type: 'digicertApi',
    secret: 'apiKey',
    path: '/reports/v1/report/history?offset=0&limit=1',
  },
];

/** What n8n's HTTP Request node gets with a credential. */
async function requestWith(type: string, fields: Record<string, unknown>, target: string) {
  const credential = await client.createCredential(type, fields);
  const node: INode = {
    ...baseNode('Request', 'httpRequest', 4.4, {
      url: target,
      authentication: 'predefinedCredentialType',
      nodeCredentialType: type,
      options: { response: { response: { fullResponse: true, neverError: true } } },
    }),
    credentials: { [type]: credential },
  };
  return client.execute(chain('Request', manualTrigger, node));
}

describe.each(kinds)('the credential $type', ({ type, secret, path }) => {
  const data = (simulator: Simulator): Record<string, string> => credentialData(simulator)[type];
  const testOf = async (fields: Record<string, unknown>) =>
    (await client.testCredential(type, fields)).status;

  test('has a test that knows a good secret from a wrong one, blanks around it aside', async () => {
    await using simulator = await startSimulator();
    const good = data(simulator);
    expect(await testOf(good)).toBe('OK');
    expect(await testOf({ ...good, baseUrl: ` ${simulator.url}/ `, [secret]: `${good[secret]}\n` })).toBe(
      'OK',
    );
    expect(await testOf({ ...good, [secret]: `Token ${good[secret]}` })).toBe('OK');
    expect(await testOf({ ...good, [secret]: 'wrong' })).toBe('Error');
  });

  test('has a test that says what to do about a wrong secret, and about a wrong base URL', async () => {
    await using simulator = await startSimulator();
    const messageOf = async (fields: object) =>
      (await client.testCredential(type, { ...data(simulator), ...fields })).message;
    expect(await messageOf({ [secret]: 'wrong' })).toMatch(
      /^The service refuses the credential \(HTTP 40[13]\)\. (?:Check|Create) /,
    );
    expect(await messageOf({ baseUrl: `${simulator.url}/elsewhere` })).toMatch(
      /^There is no such service at the base URL \(HTTP 404\)\. (?:Check|Set) /,
    );
  });

  test('has a test that accepts a self-signed certificate only when it is told to', async () => {
    await using simulator = await startSimulator({ tls: await selfSignedCertificate() });
    // The fields and the guide say what to do about this code: n8n leaves no other words to a credential.
    expect(await client.testCredential(type, data(simulator))).toEqual({
      status: 'Error',
      message: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(await testOf({ ...data(simulator), ignoreSslIssues: true })).toBe('OK');
  });

  const request = (fields: Record<string, unknown>, target: string) => requestWith(type, fields, target);

  test('opens its own service to the HTTP Request node, and no other', async () => {
    await using simulator = await startSimulator({ tls: await selfSignedCertificate() });
    const fields = { ...data(simulator), ignoreSslIssues: true };
    const execution = await request(fields, `${simulator.url}${path}`);
    expect(execution.error?.message).toBeUndefined();
    expect(simulator.journal.list()).toMatchObject([{ credential: 'right' }]);

    const seen: unknown[] = [];
    await using other = await startLocalServer((incoming, outgoing) => {
      seen.push(incoming.headers);
      outgoing.end('{}');
    });
    const refused = await request(fields, `${other.url}${path}`);
    expect(refused.status).toBe('error');
    expect(`${refused.error?.message} ${refused.error?.description}`).toContain('the credential is for');
    expect(seen).toEqual([]);
    expect(refused.text).not.toContain(fields[secret as keyof typeof fields]);
  });

  test('is not carried along a redirect by the HTTP Request node', async () => {
    const seen: unknown[] = [];
    await using other = await startLocalServer((incoming, outgoing) => {
      seen.push(incoming.headers);
      outgoing.end('{}');
    });
    await using service = await startLocalServer((_incoming, outgoing) => {
      outgoing.writeHead(302, { location: other.url }).end();
    });
    const fields = { region: 'custom', baseUrl: service.url, [secret]: 'a-token' };
    const execution = await request(fields, `${service.url}${path}`);
    expect(execution.items('Request')[0]?.json['statusCode']).toBe(302);
    expect(seen).toEqual([]);
  });
});

test('the credential spectraAnalyzeApi brings its CA to the HTTP Request node', async () => {
  const { cert: caBundle, key } = await selfSignedCertificate();
  await using simulator = await startSimulator({ tls: { cert: caBundle, key } });
  const { spectraAnalyzeApi } = credentialData(simulator);
  const target = `${simulator.url}/api/samples/v3/${'0'.repeat(40)}/classification/`;
  const request = (more: object) =>
    requestWith('spectraAnalyzeApi', { ...spectraAnalyzeApi, ...more }, target);
  expect((await request({})).status).toBe('error');
  expect((await request({ caBundle })).status).toBe('success');
});
