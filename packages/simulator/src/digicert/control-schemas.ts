import { exactly } from '../control-schemas.ts';
import { hostileZips } from '../samples/hostile-zip.ts';
import { errorShapes } from './refusal.ts';
import type { NewRunOptions, ReportOptions, RunOptions } from './report.ts';
import { reportFormats, reportTypes, runStatuses, schedules } from './report.ts';
import type { DigicertSettings } from './settings.ts';

const text = { type: 'string' };
const identifier = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const seconds = { type: 'number', minimum: 0 };
const count = { type: 'integer', minimum: 0 };

const newRun: Readonly<Record<keyof NewRunOptions, object>> = {
  scheduledSeconds: seconds,
  generationSeconds: seconds,
  status: { enum: runStatuses },
  rows: count,
  bytes: count,
  splitCount: count,
  noContent: flag,
  compression: { enum: ['deflated', 'stored'] },
  zip: { enum: hostileZips },
  contentDisposition: { anyOf: [flag, text] },
  contentType: text,
};

const run: Readonly<Record<keyof RunOptions, object>> = {
  ...newRun,
  runIdentifier: identifier,
  startedSecondsAgo: seconds,
  manuallyTriggered: flag,
};

/** The JSON schema of {@link RunOptions}. */
export const runSchema = exactly({}, run);

const report: Readonly<Record<keyof ReportOptions, object>> = {
  displayName: text,
  identifier,
  type: { enum: reportTypes },
  schedule: { enum: schedules },
  formats: { type: 'array', items: { enum: reportFormats } },
  runs: { type: 'array', items: runSchema },
  listedBesideRuns: flag,
  scheduleDeleted: flag,
  newRun: exactly({}, newRun),
};

/** The JSON schema of {@link ReportOptions}. */
export const reportSchema = exactly({}, report);

const settings: Readonly<Record<keyof DigicertSettings, object>> = {
  keyRole: { enum: ['administrator', 'without-permission'] },
  featureEnabled: flag,
  errorShape: { enum: errorShapes },
  keyRefusal: { enum: ['user_authentication_error', 'access_denied'] },
  rateLimit: flag,
  retryAfter: { enum: ['none', 'seconds', 'date'] },
  zipForEveryReport: flag,
  emptyHistory: { enum: ['list', 'no-content'] },
};

/** The JSON schema of {@link DigicertSettings}, each left out at will. */
export const settingsSchema = exactly({}, settings);
