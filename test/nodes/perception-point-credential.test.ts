import { perceptionPointRegions } from '@security-reports/core';
import { type Simulator, startSimulator } from '@security-reports/simulator';
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PerceptionPointApi } from '../../credentials/PerceptionPointApi.credentials.ts';
import { perceptionPointBaseUrl } from '../../credentials/shared/perception-point-base-url.ts';
import { credentialsFor } from './support/perception-point.ts';
import { httpHelpers } from './support/http-helpers.ts';

const credentialType = new PerceptionPointApi();

/** Computes what n8n would; the syntax around the JavaScript is tested in a real one. */
function evaluate(expression: unknown, $credentials: ICredentialDataDecryptedObject): unknown {
  const code = /^=\{\{(.*)\}\}$/s.exec(String(expression))?.[1];
  if (code === undefined) return expression;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return (new Function('$credentials', `return ${code}`) as (data: unknown) => unknown)($credentials);
}

/** The request of the credential's own test, as n8n would make it. */
function testRequest(data: ICredentialDataDecryptedObject): IHttpRequestOptions {
  const { baseURL, url = '', qs } = credentialType.test.request;
  return {
    url,
    baseURL: evaluate(baseURL, data) as string,
    qs: Object.fromEntries(
      Object.entries(qs ?? {}).map(([name, value]) => [name, String(evaluate(value, data))]),
    ),
  };
}

describe('the base URL', () => {
  it.each(Object.entries(perceptionPointRegions))('of the region %s is %s', (region, url) => {
    expect(perceptionPointBaseUrl({ region, baseUrl: 'https://ignored.example.com' })).toBe(url);
    expect(testRequest({ region, baseUrl: '' }).baseURL).toBe(url);
  });

  it('of a custom region is its own', () => {
    const data = { region: 'custom', baseUrl: ' https://xray.example.com/ ' };
    expect(perceptionPointBaseUrl(data).trim()).toBe('https://xray.example.com/');
    expect(testRequest(data).baseURL).toBe('https://xray.example.com');
  });
});

const authenticate = async (data: ICredentialDataDecryptedObject, request: IHttpRequestOptions) => {
  if (typeof credentialType.authenticate !== 'function') throw new TypeError('there is no authenticate()');
  return await credentialType.authenticate(data, request);
};

describe('authenticate', () => {
  const data = { region: 'eu', token: 'token-of-account' };

  it('adds the token to a request to the region', async () => {
    const request = { url: `${perceptionPointRegions.eu}/api/v1/scans/list/` };
    await expect(authenticate(data, request)).resolves.toMatchObject({
      headers: { authorization: 'Token token-of-account' },
      disableFollowRedirect: true,
    });
  });

  it('accepts any certificate only when told so', async () => {
    const request = { url: `${perceptionPointRegions.eu}/` };
    expect(await authenticate(data, request)).not.toHaveProperty('skipSslCertificateValidation');
    expect(await authenticate({ ...data, ignoreSslIssues: true }, request)).toMatchObject({
      skipSslCertificateValidation: true,
    });
  });

  it.each([`${perceptionPointRegions.us}/api/v1/scans/list/`, 'https://attacker.example.com/'])(
    'refuses a request to %s',
    async (url) => {
      await expect(authenticate(data, { url })).rejects.toThrow(/the credential is for https:\/\/api\.eu/);
    },
  );

  it('refuses a base URL that would send the token in clear', async () => {
    const insecure = { region: 'custom', baseUrl: 'http://xray.example.com', token: 'token-of-account' };
    const request = { url: 'http://xray.example.com/' };
    await expect(authenticate(insecure, request)).rejects.toThrow(/https/);
  });
});

describe('the test of the credential', () => {
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator();
  });

  afterEach(async () => {
    await simulator.close();
  });

  const test = (data: ICredentialDataDecryptedObject): Promise<unknown> => {
    const node = {
      id: '',
      name: '',
      type: '',
      typeVersion: 1,
      position: [0, 0] as [number, number],
      parameters: {},
    };
    const helpers = httpHelpers(node, { type: credentialType, data });
    const context = {} as ThisParameterType<typeof helpers.httpRequestWithAuthentication>;
    return helpers.httpRequestWithAuthentication.call(context, credentialType.name, testRequest(data));
  };

  it('lists the scans of the last minute that came by the API', async () => {
    const mine = simulator.perceptionPoint.addScan({ createdSecondsAgo: 30 });
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 3600 });
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 30, origin: 'email' });
    await expect(test(credentialsFor(simulator))).resolves.toMatchObject({ results: [{ id: Number(mine) }] });
  });

  it('fails with a wrong token', async () => {
    await expect(test({ ...credentialsFor(simulator), token: 'wrong' })).rejects.toMatchObject({
      httpCode: '401',
    });
  });

  it('fails with a licence that lacks the API', async () => {
    simulator.perceptionPoint.configure({ licensed: false });
    await expect(test(credentialsFor(simulator))).rejects.toMatchObject({ httpCode: '403' });
  });
});
