import type { ServiceName } from '../report-entry.ts';

interface InputDescription {
  /** The services that have it; all of them unless given. */
  readonly services?: readonly ServiceName[];
  /**
   * As in action.yml. The runner takes that only for an input that is not mentioned; here it also counts for one that
   * is given as empty.
   */
  readonly default?: string;
  /** Whether it is `true` or `false`, where its default does not show that. */
  readonly isSwitch?: true;
}

const spectraAnalyze = ['spectra-analyze'] as const;
const perceptionPoint = ['perception-point'] as const;
const digicert = ['digicert'] as const;
const files = ['spectra-analyze', 'perception-point'] as const;

/** Every input of the Action, in the order of action.yml. */
export const inputTable = {
  service: {},
  token: {},
  'base-url': {},
  region: { services: perceptionPoint, default: 'us' },
  hashes: { services: spectraAnalyze },
  'hashes-file': { services: spectraAnalyze },
  files: { services: files },
  'files-from': { services: files },
  classification: { services: spectraAnalyze, isSwitch: true },
  'download-links': { services: perceptionPoint },
  'download-links-file': { services: perceptionPoint },
  'storage-paths': { services: perceptionPoint },
  storage: { services: perceptionPoint },
  'file-password': { services: perceptionPoint },
  'callback-url': { services: perceptionPoint },
  'callback-params': { services: perceptionPoint },
  'callback-headers': { services: perceptionPoint },
  wait: { services: perceptionPoint, default: 'true' },
  'scan-ids': { services: perceptionPoint },
  'scan-ids-file': { services: perceptionPoint },
  'report-id': { services: digicert },
  'report-name': { services: digicert },
  'report-run-id': { services: digicert, default: 'latest' },
  run: { services: digicert, default: 'false' },
  'report-format': { services: digicert, default: 'CSV' },
  extract: { services: digicert, default: 'false' },
  'output-directory': { default: 'security-reports' },
  timeout: {},
  'poll-interval': {},
  concurrency: { default: '8' },
  'max-report-size': { services: ['spectra-analyze', 'digicert'], default: '2GB' },
  'fail-on': { default: 'malicious,suspicious,restricted,unknown,missing,failed,timeout' },
  'upload-artifact': { default: 'true' },
  'artifact-name': {},
  archive: { default: 'true' },
  'retention-days': {},
  'compression-level': { default: '6' },
  overwrite: { default: 'false' },
  'ca-certificate': {},
  'insecure-skip-tls-verify': { default: 'false' },
} as const satisfies Readonly<Record<string, InputDescription>>;

export type InputName = keyof typeof inputTable;

export function inputDescription(name: InputName): InputDescription {
  return inputTable[name];
}

/** Whether an input is `true` or `false`. */
export function isSwitch(name: string): boolean {
  const description = inputDescription(name as InputName);
  return description.isSwitch === true || /^(?:true|false)$/.test(description.default ?? '');
}

export const inputNames = Object.keys(inputTable) as readonly InputName[];
