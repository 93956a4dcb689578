import { perceptionPoint, perceptionPointRegions } from '@security-reports/core';
import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { authenticate } from './shared/authenticate.ts';
import { perceptionPointBaseUrl } from './shared/perception-point-base-url.ts';
import { testRules } from './shared/test-rules.ts';

export class PerceptionPointApi implements ICredentialType {
  name = 'perceptionPointApi';

  displayName = 'Fortinet Perception Point API';

  icon = {
    light: 'file:../nodes/PerceptionPoint/perception-point.svg',
    dark: 'file:../nodes/PerceptionPoint/perception-point.dark.svg',
  } as const;

  documentationUrl = 'https://docs.perception-point.io/fortinet/Content/PP/API.htm';

  properties: INodeProperties[] = [
    {
      displayName: 'Region',
      name: 'region',
      type: 'options',
      options: [
        { name: 'Australia', value: 'aus' },
        { name: 'Custom', value: 'custom' },
        { name: 'European Union', value: 'eu' },
        { name: 'United States', value: 'us' },
      ],
      default: 'us',
      description: 'Where your Perception Point account is',
    },
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'https://api.perception-point.io',
      description: 'Where the service is; https only, except on this machine itself',
      displayOptions: { show: { region: ['custom'] } },
    },
    {
      displayName: 'API Token',
      name: 'token',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'The API token of your account; the API must be part of your licence',
    },
    {
      displayName: 'Callback Secret',
      name: 'callbackSecret',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description:
        'Any long random text. A Perception Point Trigger starts its workflow only for callbacks that carry it, and File > Submit sends it along where the callback is for a trigger. Nothing else needs it.',
    },
    {
      displayName: 'Ignore SSL Issues (Insecure)',
      name: 'ignoreSslIssues',
      type: 'boolean',
      default: false,
      description:
        'Whether to accept any certificate. Any server that answers then gets the token. When the test says SELF_SIGNED_CERT_IN_CHAIN, a proxy of your network opens the traffic: start n8n with its CA in NODE_EXTRA_CA_CERTS instead.',
    },
  ];

  authenticate: IAuthenticate = (credentials, request) =>
    Promise.resolve(
      authenticate(credentials, request, {
        service: perceptionPoint,
        baseUrl: perceptionPointBaseUrl(credentials),
        header: 'authorization',
        scheme: 'Token',
        secret: credentials['token'],
      }),
    );

  /** Lists the scans of the last minute: a good token whose licence lacks the API is refused, too (inferred). */
  test: ICredentialTestRequest = {
    request: {
      baseURL: `={{(${JSON.stringify(perceptionPointRegions)}[$credentials.region] ?? $credentials.baseUrl ?? "").trim().replace(/\\/+$/, "")}}`,
      url: '/api/v1/scans/list/',
      qs: {
        start: '={{Math.floor(Date.now() / 1000) - 60}}',
        end: '={{Math.ceil(Date.now() / 1000)}}',
        origin: 'api',
      },
    },
    rules: testRules(
      'Check the token and the region. If both are right, ask your Customer Success Manager whether the licence includes the API.',
      'Check the region, or the base URL of your own.',
    ),
  };
}
