import { digicert, digicertBaseUrl } from '@security-reports/core';
import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { authenticate } from './shared/authenticate.ts';
import { testRules } from './shared/test-rules.ts';

export class DigicertApi implements ICredentialType {
  name = 'digicertApi';

  displayName = 'DigiCert CertCentral API';

  icon = {
    light: 'file:../nodes/DigicertReports/digicert.svg',
    dark: 'file:../nodes/DigicertReports/digicert.dark.svg',
  } as const;

  documentationUrl = 'https://dev.digicert.com/certcentral-apis/report-library-api.html';

  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: digicertBaseUrl,
      required: true,
      description: 'Where the service is; https only, except on this machine itself',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description:
        'A key of a user with the role Administrator. One that is restricted to "View Only" can list and download, but start no run.',
    },
    {
      displayName: 'Ignore SSL Issues (Insecure)',
      name: 'ignoreSslIssues',
      type: 'boolean',
      default: false,
      description:
        'Whether to accept any certificate. Any server that answers then gets the key. When the test says SELF_SIGNED_CERT_IN_CHAIN, a proxy of your network opens the traffic: start n8n with its CA in NODE_EXTRA_CA_CERTS instead.',
    },
  ];

  authenticate: IAuthenticate = (credentials, request) =>
    Promise.resolve(
      authenticate(credentials, request, {
        service: digicert,
        baseUrl: credentials['baseUrl'],
        header: 'x-dc-devkey',
        secret: credentials['apiKey'],
      }),
    );

  /** One row of the history proves the key, the role, and that the Report Library is enabled (inferred). */
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{($credentials.baseUrl ?? "").trim().replace(/(\\/reports\\/v1)?\\/*$/, "")}}',
      url: '/reports/v1/report/history',
      qs: { offset: 0, limit: 1 },
    },
    rules: testRules(
      'Check the key. It belongs to a user with the role Administrator, and the Report Library must be enabled for the account.',
      `Set the base URL to ${digicertBaseUrl}.`,
    ),
  };
}
