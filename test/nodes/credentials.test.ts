import { spectraAnalyze } from '@security-reports/core';
import { startSimulator } from '@security-reports/simulator';
import {
  type ICredentialDataDecryptedObject,
  type IHttpRequestOptions,
  type INode,
  type INodeTypes,
  type NodeParameterValueType,
  Workflow,
} from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { authenticate } from '../../credentials/shared/authenticate.ts';
import { DigicertApi } from '../../credentials/DigicertApi.credentials.ts';
import { PerceptionPointApi } from '../../credentials/PerceptionPointApi.credentials.ts';
import { SpectraAnalyzeApi } from '../../credentials/SpectraAnalyzeApi.credentials.ts';
import {
  privateAuthority,
  selfSignedCertificate,
  signedCertificate,
} from '../../packages/core/test/support/certificates.ts';
import { leaksIn } from '../../packages/core/test/support/leaks.ts';
import { startServer } from '../../packages/core/test/support/servers.ts';
import { failureOf, readBytes } from '../../packages/core/test/support/transport.ts';
import { requestFunctions } from './support/request-functions.ts';

const token = 'Canary0123456789abcdef';

/** A request to `url` with the credential of `baseUrl`. */
function authenticated(
  baseUrl: string,
  request: IHttpRequestOptions & { uri?: string },
  header = 'authorization',
) {
  return () =>
    authenticate({}, request, { service: spectraAnalyze, baseUrl, header, scheme: 'Token', secret: token });
}

describe('a credential', () => {
  test.each(['authorization', 'x-dc-devkey'])('is added as %s beside the other headers', (header) => {
    const request = { url: 'https://a.test/api', headers: { accept: 'text/csv' } };
    expect(authenticated('https://a.test', request, header)()).toEqual({
      url: 'https://a.test/api',
      headers: { accept: 'text/csv', [header]: `Token ${token}` },
      disableFollowRedirect: true,
    });
    expect(request.headers).toEqual({ accept: 'text/csv' });
  });

  test.each([
    ['https://a.test', { url: 'https://a.test/api?b=c' }],
    [' https://a.test/ ', { url: 'https://a.test:443/api' }],
    ['https://a.test/appliance', { url: 'https://a.test/appliance/api' }],
    ['https://a.test', { url: '/api', baseURL: 'https://a.test' }],
    ['http://127.0.0.1:8080', { url: 'http://127.0.0.1:8080/api' }],
    ['http://localhost', { url: 'http://localhost/api' }],
    ['http://[::1]:8080', { url: 'http://[::1]:8080/api' }],
  ])('for %s goes to %j', (baseUrl, request) => {
    expect(authenticated(baseUrl, request)().headers).toEqual({ authorization: `Token ${token}` });
  });

  test.each([
    ['another host', 'https://a.test', { url: 'https://b.test/api' }, 'https://b.test'],
    [
      'a host that begins like it',
      'https://a.test',
      { url: 'https://a.test.evil.test/' },
      'https://a.test.evil.test',
    ],
    ['a user at another host', 'https://a.test', { url: 'https://a.test@b.test/' }, 'https://b.test'],
    ['another port', 'https://a.test', { url: 'https://a.test:8443/' }, 'https://a.test:8443'],
    ['another scheme', 'https://a.test', { url: 'http://a.test/' }, 'http://a.test'],
    [
      'another base',
      'https://a.test',
      { url: 'https://b.test/', baseURL: 'https://a.test' },
      'https://b.test',
    ],
    ['nowhere', 'https://a.test', { url: '/api' }, 'something that is not a URL'],
  ])('does not go to %s', async (_where, baseUrl, request, target) => {
    const failure = await failureOf(Promise.resolve().then(authenticated(baseUrl, request)));
    expect(failure).toMatchObject({
      name: 'InvalidInputError',
      what: `the request goes to ${target}, but the credential is for ${baseUrl}`,
    });
    expect(leaksIn(failure, token)).toEqual([]);
  });

  test.each(['http://a.test', 'ftp://a.test', 'a.test', '', 'https://user:word@a.test'])(
    'goes nowhere when its base URL is %j',
    async (baseUrl) => {
      const failure = await failureOf(
        Promise.resolve().then(authenticated(baseUrl, { url: 'http://a.test/' })),
      );
      expect(failure).toMatchObject({ name: 'InvalidInputError' });
      expect(leaksIn(failure, token)).toEqual([]);
    },
  );

  test('is sent without the blanks that came along when it was pasted', () => {
    const use = { service: spectraAnalyze, baseUrl: 'https://a.test', header: 'authorization' };
    const request = { url: 'https://a.test/' };
    const headers = (more: { scheme?: string; secret: string }) =>
      authenticate({}, request, { ...use, ...more }).headers;
    expect(headers({ scheme: 'Token', secret: ' abc\n' })).toEqual({ authorization: 'Token abc' });
    expect(headers({ secret: '\tabc ' })).toEqual({ authorization: 'abc' });
  });

  test.each(['Token abc', ' token  abc ', 'Authorization: Token abc', 'X-DC-DEVKEY: abc'])(
    'is known also where %j was pasted',
    (secret) => {
      const use = { service: spectraAnalyze, baseUrl: 'https://a.test', header: 'authorization' };
      const { headers } = authenticate({}, { url: 'https://a.test/' }, { ...use, scheme: 'Token', secret });
      expect(headers).toEqual({ authorization: 'Token abc' });
    },
  );

  test('that has nothing in its fields is refused in words', async () => {
    const use = { service: spectraAnalyze, baseUrl: undefined, header: 'authorization', secret: undefined };
    const request = { url: 'https://a.test/' };
    expect(await failureOf(Promise.resolve().then(() => authenticate({}, request, use)))).toMatchObject({
      name: 'InvalidInputError',
    });
  });

  test('serves the HTTP Request node, which names host, redirects and trust in its own words', async () => {
    const request = { url: '', uri: 'https://a.test/api', followRedirect: true };
    expect(authenticated('https://a.test', request)()).toMatchObject({
      headers: { authorization: `Token ${token}` },
      followRedirect: false,
      followAllRedirects: false,
    });
    const use = {
      service: spectraAnalyze,
      baseUrl: 'https://a.test',
      header: 'authorization',
      secret: token,
    };
    expect(authenticate({ ignoreSslIssues: true }, request, use)).toMatchObject({
      rejectUnauthorized: false,
    });
    const elsewhere = { ...request, uri: 'https://b.test/api' };
    const failure = await failureOf(Promise.resolve().then(authenticated('https://a.test', elsewhere)));
    expect(failure).toMatchObject({ what: expect.stringContaining('goes to https://b.test') as unknown });
  });

  test('brings along whom to trust', () => {
    const use = {
      service: spectraAnalyze,
      baseUrl: 'https://a.test',
      header: 'authorization',
      secret: token,
    };
    const request = { url: 'https://a.test/' };
    expect(authenticate({ ignoreSslIssues: true }, request, use)).toMatchObject({
      skipSslCertificateValidation: true,
    });
    expect(authenticate({ caBundle: ' PEM ' }, request, use)).toMatchObject({ agentOptions: { ca: 'PEM' } });
    expect(authenticate({ ignoreSslIssues: false, caBundle: ' ' }, request, use)).not.toHaveProperty(
      'agentOptions',
    );
  });
});

const credentialType = new SpectraAnalyzeApi();
const node: INode = { id: '', name: 'Node', type: 'node', typeVersion: 1, position: [0, 0], parameters: {} };

/** Evaluates what is an expression, as n8n does before it makes the request. */
function evaluate(value: NodeParameterValueType, $credentials: ICredentialDataDecryptedObject): unknown {
  const nodeTypes = {
    getByNameAndVersion: () => ({ description: { properties: [] } }),
  } as unknown as INodeTypes;
  const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
  return workflow.expression.getParameterValue(value, null, 0, 0, 'Node', [], 'internal', { $credentials });
}

/** The test of the credential, as n8n makes it. */
function testCredential(data: ICredentialDataDecryptedObject): Promise<unknown> {
  const { request } = credentialType.test;
  const options = evaluate(request as NodeParameterValueType, data) as IHttpRequestOptions;
  const functions = requestFunctions({ type: credentialType, data });
  return functions.helpers.httpRequestWithAuthentication.call(functions, credentialType.name, options);
}

describe.each([new DigicertApi(), new PerceptionPointApi(), new SpectraAnalyzeApi()])(
  'the test of the credential $displayName',
  ({ test: { rules = [] } }) => {
    test.each([301, 302, 303, 307, 308, 401, 403, 404, 407, 429, 500, 502, 503, 504])(
      'says what a status %i means and what to do, once',
      (status) => {
        const messages = rules.flatMap(({ properties }) =>
          'value' in properties && properties.value === status && 'message' in properties
            ? [properties.message]
            : [],
        );
        expect(messages).toEqual([
          expect.stringMatching(new RegExp(`\\(HTTP ${status}\\).*\\. [A-Z].*\\.$`)),
        ]);
      },
    );
  },
);

describe('the test of the Spectra Analyze credential', () => {
  test('asks the appliance about a sample that nobody has, with the token', async () => {
    await using simulator = await startSimulator();
    const data = { baseUrl: simulator.url, token: simulator.spectraAnalyze.token };
    expect(await testCredential(data)).toEqual({ hash_type: 'sha1', results: [] });
    expect(simulator.journal.list()).toMatchObject([
      {
        route: 'spectra-analyze.samples.status',
        method: 'POST',
        path: '/api/samples/status/?status=processed',
        subjects: ['0'.repeat(40)],
        credential: 'right',
        status: 200,
      },
    ]);
  });

  test('takes a token that was pasted with its header, as the nodes do', async () => {
    await using simulator = await startSimulator();
    const { token: right } = simulator.spectraAnalyze;
    const data = { baseUrl: simulator.url, token: `Authorization: Token ${right}` };
    await testCredential(data);
    expect(simulator.journal.list()).toMatchObject([{ credential: 'right', status: 200 }]);
  });

  test('fails with a wrong token', async () => {
    await using simulator = await startSimulator();
    expect(await failureOf(testCredential({ baseUrl: simulator.url, token: 'wrong' }))).toMatchObject({
      name: 'NodeApiError',
      httpCode: '403',
    });
    expect(simulator.journal.list()).toMatchObject([{ credential: 'wrong', status: 403 }]);
  });

  test.each(['', '/', '//', '/ ', '/appliance', '/appliance/'])(
    'takes a base URL that ends in %j, as the nodes do',
    async (ending) => {
      const paths: (string | undefined)[] = [];
      const server = await startServer((request, response) => {
        paths.push(request.url);
        void readBytes(request).then(() => response.end('{}'));
      });
      await testCredential({ baseUrl: ` ${server.url}${ending}`, token });
      const below = ending.includes('appliance') ? '/appliance' : '';
      expect(paths).toEqual([`${below}/api/samples/status/?status=processed`]);
    },
  );

  test('fails when the appliance redirects, and the token goes no further', async () => {
    await using simulator = await startSimulator();
    let visits = 0;
    const stranger = await startServer((_request, response) => {
      visits += 1;
      response.end('{}');
    });
    const route = 'spectra-analyze.samples.status';
    simulator.faults.script({ route, fault: { kind: 'redirect', status: 307, location: stranger.url } });
    const data = { baseUrl: simulator.url, token: simulator.spectraAnalyze.token };
    expect(await failureOf(testCredential(data))).toMatchObject({ httpCode: '307' });
    expect(visits).toBe(0);
  });

  test('accepts a certificate that signs itself only when SSL issues are ignored', async () => {
    await using simulator = await startSimulator({ tls: await selfSignedCertificate() });
    const data = { baseUrl: simulator.url, token: simulator.spectraAnalyze.token };
    expect(await failureOf(testCredential(data))).toMatchObject({
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(await testCredential({ ...data, ignoreSslIssues: true })).toHaveProperty('results');
  });

  test('accepts a certificate of a private authority that is given', async () => {
    const authority = await privateAuthority();
    await using simulator = await startSimulator({ tls: await signedCertificate(authority) });
    const data = { baseUrl: simulator.url, token: simulator.spectraAnalyze.token };
    const caBundle = authority.cert.replace(/\s*\n/g, ' ');
    expect(await testCredential({ ...data, caBundle })).toHaveProperty('results');
  });

  test('goes nowhere with a base URL that would send the token in clear', async () => {
    const failure = await failureOf(testCredential({ baseUrl: 'http://appliance.test', token }));
    expect(failure).toMatchObject({ message: expect.stringContaining('Use https.') as string });
    expect(leaksIn(failure, token)).toEqual([]);
  });
});
