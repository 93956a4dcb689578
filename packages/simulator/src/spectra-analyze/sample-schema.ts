import { exactly } from '../control-schemas.ts';
import type { SampleOptions } from './sample.ts';
import { classifications } from './sample.ts';

/** A sample as the control API takes it: JSON has no bytes, so content is text, or base64 under another key. */
export interface SampleJson extends Omit<SampleOptions, 'content'> {
  readonly content?: string;
  readonly contentBase64?: string;
}

const text = { type: 'string' };
const flag = { type: 'boolean' };
const seconds = { type: 'number', minimum: 0 };
const statusNumber = { type: 'integer' };

const properties: Readonly<Record<keyof SampleJson, object>> = {
  content: text,
  contentBase64: text,
  name: text,
  creationSeconds: seconds,
  expirySeconds: seconds,
  statusLagSeconds: seconds,
  creatingStatus: statusNumber,
  creatingMessage: text,
  creationFails: flag,
  failedStatus: statusNumber,
  statusKey: { enum: ['status_message', 'message'] },
  expiresOnce: flag,
  pdfBytes: { type: 'integer', minimum: 0 },
  contentDisposition: text,
  classification: { enum: classifications },
  classifiedHashes: exactly({}, { md5: text, sha1: text, sha256: text }),
  riskscore: { type: 'number', minimum: 0, maximum: 10 },
  classification_result: { type: ['string', 'null'] },
};

/** The JSON schema of {@link SampleJson}. */
export const sampleSchema = exactly({}, properties);

/** The sample that the JSON describes. */
export function toSampleOptions({ contentBase64, ...options }: SampleJson): SampleOptions {
  return contentBase64 === undefined
    ? options
    : { ...options, content: Buffer.from(contentBase64, 'base64') };
}
