import { spectraAnalyze } from '@security-reports/core';
import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { authenticate } from './shared/authenticate.ts';
import { testRules } from './shared/test-rules.ts';

export class SpectraAnalyzeApi implements ICredentialType {
  name = 'spectraAnalyzeApi';

  displayName = 'ReversingLabs Spectra Analyze API';

  icon = {
    light: 'file:../nodes/SpectraAnalyze/spectra-analyze.svg',
    dark: 'file:../nodes/SpectraAnalyze/spectra-analyze.dark.svg',
  } as const;

  documentationUrl = 'https://docs.reversinglabs.com/SpectraAnalyze/';

  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'https://appliance.example.com',
      description: 'Where the appliance is; https only, except on this machine itself',
    },
    {
      displayName: 'API Token',
      name: 'token',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'An API token of the appliance: its page Administration > Tokens makes one',
    },
    {
      displayName: 'CA Certificates',
      name: 'caBundle',
      type: 'string',
      typeOptions: { rows: 4 },
      default: '',
      placeholder: '-----BEGIN CERTIFICATE-----',
      description:
        'The certificate of a private CA, or of the appliance itself, as PEM text; n8n trusts it in place of the public ones. Fill it in when the test says DEPTH_ZERO_SELF_SIGNED_CERT, SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_VERIFY_LEAF_SIGNATURE or UNABLE_TO_GET_ISSUER_CERT_LOCALLY.',
    },
    {
      displayName: 'Ignore SSL Issues (Insecure)',
      name: 'ignoreSslIssues',
      type: 'boolean',
      default: false,
      description:
        'Whether to accept any certificate. Any server that answers then gets the token; give the CA certificates instead where you can.',
    },
  ];

  authenticate: IAuthenticate = (credentials, request) =>
    Promise.resolve(
      authenticate(credentials, request, {
        service: spectraAnalyze,
        baseUrl: credentials['baseUrl'],
        header: 'authorization',
        scheme: 'Token',
        secret: credentials['token'],
      }),
    );

  /** Asks for the status of a sample that nobody has; any success proves host and token (vendor code). */
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{($credentials.baseUrl ?? "").trim().replace(/\\/+$/, "")}}',
      url: '/api/samples/status/',
      qs: { status: 'processed' },
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: { hash_values: '0'.repeat(40) },
    },
    rules: testRules(
      'Create a new API token on the page Administration > Tokens of the appliance, and paste it whole.',
      'Check the base URL: it is the address at which you open the appliance in the browser.',
    ),
  };
}
