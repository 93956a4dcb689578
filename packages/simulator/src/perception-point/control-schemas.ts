import { exactly } from '../control-schemas.ts';
import { idStyles } from './scan-id.ts';
import { listOrders } from './scan-list.ts';
import type { ScanOptions } from './scan-options.ts';
import { idKeys } from './scan-options.ts';
import type { ScanScript } from './scan-scripts.ts';
import type { PerceptionPointSettings } from './settings.ts';
import type { ExistingScan } from './x-ray.ts';

/** An existing scan as the control API takes it: JSON has no bytes, so content is text, or base64 under another key. */
export interface ExistingScanJson extends Omit<ExistingScan, 'content'> {
  readonly content?: string;
  readonly contentBase64?: string;
}

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const piece = { type: 'integer', minimum: 1 };
const seconds = { type: 'number', minimum: 0 };
const secondsOrNever = { anyOf: [seconds, { const: 'never' }] };

const scanProperties: Readonly<Record<keyof ScanOptions, object>> = {
  scanSeconds: secondsOrNever,
  verdict: text,
  id: { anyOf: [text, { type: 'integer' }] },
  sampleSha256: text,
  rowFields: { type: 'object' },
  evidence: { type: 'array' },
  listLagSeconds: seconds,
  finishedAtLagSeconds: seconds,
  listedAs: { enum: idKeys },
  parts: { type: 'array', items: exactly({ verdict: text }, { scanSeconds: secondsOrNever }) },
  rootSummary: { type: 'boolean' },
  callbackTimes: count,
  callbackDelaySeconds: seconds,
};

const scriptProperties: Readonly<Record<Exclude<keyof ScanScript, 'scan'>, object>> = {
  name: text,
  sha256: { type: 'string', pattern: '^[0-9a-fA-F]{64}$' },
  times: { anyOf: [piece, { const: 'always' }] },
  after: count,
};

/** The JSON schema of a scan script. */
export const scanScriptSchema = exactly({ scan: exactly({}, scanProperties) }, scriptProperties);

const existingProperties: Readonly<Record<keyof ExistingScanJson, object>> = {
  ...scanProperties,
  content: text,
  contentBase64: text,
  origin: text,
  createdSecondsAgo: seconds,
};

/** The JSON schema of {@link ExistingScanJson}. */
export const existingScanSchema = exactly({}, existingProperties);

const settingsProperties: Readonly<Record<keyof PerceptionPointSettings, object>> = {
  licensed: { type: 'boolean' },
  idStyle: { enum: idStyles },
  scanSeconds: secondsOrNever,
  pageSize: piece,
  nextIsAlwaysSet: { type: 'boolean' },
  cursorCarriesFilters: { type: 'boolean' },
  listOrder: { enum: listOrders },
  listsRunning: { type: 'boolean' },
  offersLookUp: { type: 'boolean' },
  offersRunningList: { type: 'boolean' },
  nextOrigin: { type: ['string', 'null'] },
  mostBytes: count,
  callbackHosts: { type: 'array', items: text },
};

/** The JSON schema of settings to change. */
export const settingsSchema = exactly({}, settingsProperties);

/** The scan that the JSON describes. */
export function toExistingScan({ contentBase64, ...scan }: ExistingScanJson): ExistingScan {
  return contentBase64 === undefined ? scan : { ...scan, content: Buffer.from(contentBase64, 'base64') };
}
