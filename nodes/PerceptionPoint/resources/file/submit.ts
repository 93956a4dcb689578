import { InvalidInputError, perceptionPoint, type Submission } from '@security-reports/core';
import type { INodeProperties } from 'n8n-workflow';
import { concurrency, optionsOf, timeout, waitOptionsOf } from '../../../shared/descriptions.ts';
import type { ItemContext, Operation } from '../../../shared/operation.ts';
import type { Parameters } from '../../../shared/parameters.ts';
import { reportJson } from '../../../shared/report-json.ts';
import { callbackSecretHeader } from '../../callback-scan/callback-secret.ts';
import type { PerceptionPointSession } from '../../session.ts';
import { triggerSecret } from '../../trigger/trigger-secret.ts';
import { describeSubmission, fileName, filePassword, sourceFields, submissionOf } from './submission.ts';

const callbackUrl: INodeProperties = {
  displayName: 'Callback URL',
  name: 'callbackUrl',
  type: 'string',
  default: '',
  placeholder: 'e.g. https://n8n.example.com/webhook/…',
  description:
    'Whom the service shall tell about the verdict. For a Perception Point Trigger: its production URL, and the option "Callback Starts a Perception Point Trigger" beside it.',
};

/** A choice, since the secret must not go to whoever else is called. */
const callbackToTrigger: INodeProperties = {
  displayName: 'Callback Starts a Perception Point Trigger',
  name: 'callbackToTrigger',
  type: 'boolean',
  default: true,
  description:
    'Whether the callback URL is that of a Perception Point Trigger: the callback secret of the credential then goes along, and without it the trigger starts nothing',
};

const callbackHeaders: INodeProperties = {
  displayName: 'Callback Headers',
  name: 'callbackHeaders',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  default: {},
  placeholder: 'Add header',
  description: 'Headers that the callback shall have; another receiver can know it by a secret one',
  options: [
    {
      displayName: 'Header',
      name: 'header',
      values: [
        { displayName: 'Name', name: 'name', type: 'string', default: '', required: true },
        { displayName: 'Value', name: 'value', type: 'string', typeOptions: { password: true }, default: '' },
      ],
    },
  ],
};

const callbackParams: INodeProperties = {
  displayName: 'Callback Parameters',
  name: 'callbackParams',
  type: 'json',
  default: '{}',
  description: 'A JSON object that comes back with the callback',
};

export const submit: Operation<PerceptionPointSession> = {
  name: 'Submit',
  value: 'submit',
  action: 'Submit a file',
  description: 'Submit a file without waiting for the verdict',
  fields: [
    ...sourceFields,
    optionsOf(
      timeout,
      concurrency,
      fileName,
      filePassword,
      callbackUrl,
      callbackToTrigger,
      callbackHeaders,
      callbackParams,
    ),
  ],
  run: async (context) => {
    const described = describeSubmission(context);
    const submission = { ...callbackOf(context), ...(await submissionOf(described, context)) };
    const { client } = context.session;
    const { scanId, size, sha256 } = await client.submitFile(submission, waitOptionsOf(context));
    const about = { service: perceptionPoint.id, subject: described.subject, state: 'submitted' } as const;
    return [{ json: reportJson({ ...about, scanId, submittedSize: size, submittedSha256: sha256 }) }];
  },
};

function callbackOf(
  context: ItemContext<PerceptionPointSession>,
): Pick<Submission, 'callbackUrl' | 'callbackHeaders' | 'callbackParams'> {
  const options = context.parameters.within('options');
  const url = options.text(callbackUrl);
  const headers = {
    ...readHeaders(options.raw(callbackHeaders)),
    ...(isForTrigger(options) && { [callbackSecretHeader]: triggerSecret(context.session.credentials) }),
  };
  const hasHeaders = Object.keys(headers).length > 0;
  const params = readParams(options.raw(callbackParams));
  if (url !== undefined) {
    return { callbackUrl: url, callbackParams: params, ...(hasHeaders && { callbackHeaders: headers }) };
  }
  if (hasHeaders || params !== undefined) {
    throw refuse(
      'the callback URL',
      'it is empty, but the other options of the callback are not',
      'Give the URL that the service shall call, or remove those options.',
    );
  }
  return {};
}

/** Without the option, the switch is off; its default is for a user who adds it. */
function isForTrigger(options: Parameters): boolean {
  return options.flag({ ...callbackToTrigger, default: false });
}

/** An expression can give anything in place of a name or a value. */
function readHeaders(value: unknown): Readonly<Record<string, string>> {
  const { header = [] } = (value ?? {}) as {
    readonly header?: readonly { readonly name?: unknown; readonly value?: unknown }[];
  };
  const text = (part: unknown): string =>
    typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean' ? String(part) : '';
  return Object.fromEntries(
    header.map(({ name, value: content }) => {
      if (text(name).trim() !== '') return [text(name), text(content)];
      throw refuse('the callback headers', 'the name of one is empty', 'Give it a name, or remove it.');
    }),
  );
}

function readParams(value: unknown = {}): Readonly<Record<string, unknown>> | undefined {
  const parsed = typeof value === 'string' ? parseGently(value.trim() || '{}') : value;
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw refuse('the callback parameters', 'they are not a JSON object', 'Give them like {"ticket": 123}.');
  }
  return Object.keys(parsed).length === 0 ? undefined : (parsed as Readonly<Record<string, unknown>>);
}

function parseGently(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function refuse(subject: string, what: string, remedy: string): InvalidInputError {
  return new InvalidInputError({ service: perceptionPoint, operation: 'submit file', subject, what, remedy });
}
