import type { Fault } from './faults.ts';
import { routeNames } from './route-names.ts';

type Properties = Readonly<Record<string, object>>;

const count = { type: 'integer', minimum: 0 };
const piece = { type: 'integer', minimum: 1 };
const statusCode = { type: 'integer', minimum: 200, maximum: 599 };
const text = { type: 'string' };
const anything = {};

/** An object that has these keys and no others. */
export function exactly(required: Properties, optional: Properties = {}): object {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const faults: Readonly<Record<Fault['kind'], [required: Properties, optional?: Properties]>> = {
  delay: [{ ms: count }],
  status: [
    { status: statusCode },
    {
      headers: { type: 'object', additionalProperties: text },
      text,
      json: anything,
      mediaType: text,
    },
  ],
  reset: [{}, { handled: { type: 'boolean' } }],
  'reset-mid-request': [{ bytes: count }],
  'reset-mid-body': [{ bytes: count }],
  truncate: [{ bytes: count }],
  short: [{ bytes: count }],
  hang: [{}],
  stall: [{ bytes: count }],
  'login-page': [{}],
  redirect: [{ status: { enum: [301, 302, 303, 307, 308] }, location: text }],
  'garbage-json': [{}],
  'wrong-json': [{ json: anything }],
  'huge-body': [{ bytes: { anyOf: [count, { const: 'endless' }] } }, { status: statusCode }],
  'echo-credential': [{ status: statusCode }],
  drip: [{ bytes: piece, pauseMs: count }],
  interim: [{ statuses: { type: 'array', items: { enum: [100, 102, 103] }, minItems: 1 } }],
  encoded: [{ encoding: { enum: ['gzip', 'deflate', 'raw-deflate', 'br'] } }, { bytes: count }],
  partial: [{ bytes: count }],
  negotiate: [{ offers: { type: 'array', items: text, minItems: 1 } }],
};

/** The JSON schema of a fault script. */
export const faultScriptSchema = exactly(
  {
    route: { enum: routeNames },
    fault: {
      type: 'object',
      required: ['kind'],
      discriminator: { propertyName: 'kind' },
      oneOf: Object.entries(faults).map(([kind, [required, optional]]) =>
        exactly({ kind: { const: kind }, ...required }, optional),
      ),
    },
  },
  { subject: text, times: { anyOf: [piece, { const: 'always' }] }, after: count },
);

/** The JSON schema of a move of the clock. */
export const advanceSchema = exactly({ seconds: { type: 'number', minimum: 0 } });

/** The JSON schema of the query that selects requests. */
export const journalFilterSchema = exactly({}, { route: { enum: routeNames }, subject: text });
