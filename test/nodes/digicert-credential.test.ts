import { type Simulator, startSimulator } from '@security-reports/simulator';
import type { IAuthenticate, ICredentialDataDecryptedObject } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DigicertApi } from '../../credentials/DigicertApi.credentials.ts';
import { digicertCredentials } from './support/digicert.ts';
import { requestFunctions } from './support/request-functions.ts';

const credentialType = new DigicertApi();
const authenticate = credentialType.authenticate as Extract<IAuthenticate, (...values: never[]) => unknown>;
const origin = 'https://api.digicert.com';

/** The base URL of the credential's own test, as n8n would compute it; the syntax around it is tested in a real one. */
function testedBaseUrl($credentials: ICredentialDataDecryptedObject): string {
  const code = /^=\{\{(.*)\}\}$/s.exec(credentialType.test.request.baseURL ?? '')?.[1];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return (new Function('$credentials', `return ${code}`) as (data: unknown) => string)($credentials);
}

describe('authenticate', () => {
  const data = { baseUrl: `${origin}/reports/v1`, apiKey: 'key-of-account' };
  const request = { url: `${origin}/reports/v1/report/history` };

  it('adds the key, and follows no redirect with it', async () => {
    await expect(authenticate(data, request)).resolves.toMatchObject({
      headers: { 'x-dc-devkey': 'key-of-account' },
      disableFollowRedirect: true,
    });
  });

  it('accepts any certificate only when told so', async () => {
    const name = 'skipSslCertificateValidation';
    expect(await authenticate(data, request)).not.toHaveProperty(name);
    expect(await authenticate({ ...data, ignoreSslIssues: true }, request)).toHaveProperty(name, true);
  });

  it('refuses a request to another host', async () => {
    await expect(async () => {
      await authenticate(data, { url: 'https://attacker.example.com/' });
    }).rejects.toThrow(/the credential is for https:\/\/api\.digicert\.com/);
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
    const { url, qs } = credentialType.test.request;
    const functions = requestFunctions({ type: credentialType, data });
    return functions.helpers.httpRequestWithAuthentication.call(functions, credentialType.name, {
      url: url ?? '',
      baseURL: testedBaseUrl(data),
      ...(qs !== undefined && { qs }),
    }) as Promise<unknown>;
  };

  it.each(['', '/', '/reports/v1', '/reports/v1/', ' '])(
    'asks for one row of the history, with "%s" behind the base URL',
    async (behind) => {
      simulator.digicert.addReport({ runs: [{}, {}] });
      const data = digicertCredentials(simulator);
      await expect(test({ ...data, baseUrl: `${simulator.url}${behind}` })).resolves.toMatchObject({
        page: { total: 2, limit: 1, offset: 0 },
      });
      expect(simulator.journal.list()).toMatchObject([
        { path: expect.stringMatching(/^\/reports\/v1\/report\/history\?/) as string, credential: 'right' },
      ]);
    },
  );

  it('fails with a wrong key', async () => {
    await expect(test({ ...digicertCredentials(simulator), apiKey: 'wrong' })).rejects.toMatchObject({
      httpCode: '401',
    });
  });

  it('fails where the Report Library is not enabled', async () => {
    simulator.digicert.configure({ featureEnabled: false });
    await expect(test(digicertCredentials(simulator))).rejects.toMatchObject({ httpCode: '403' });
  });
});
