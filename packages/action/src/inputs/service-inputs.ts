import type { ServiceName } from '../report-entry.ts';
import type { InputReader } from './input-reader.ts';

interface ServiceInput {
  /** The services that know it. */
  readonly services: readonly ServiceName[];
  /** As in action.yml: an input with this value counts as not given. */
  readonly default: string;
}

/** The inputs that not every service knows. */
export const serviceInputs: Readonly<Record<string, ServiceInput>> = {
  region: { services: ['perception-point'], default: 'us' },
  hashes: { services: ['spectra-analyze'], default: '' },
  files: { services: ['spectra-analyze', 'perception-point'], default: '' },
  classification: { services: ['spectra-analyze'], default: 'false' },
  'download-links': { services: ['perception-point'], default: '' },
  'storage-paths': { services: ['perception-point'], default: '' },
  storage: { services: ['perception-point'], default: '' },
  'file-password': { services: ['perception-point'], default: '' },
  'callback-url': { services: ['perception-point'], default: '' },
  'callback-params': { services: ['perception-point'], default: '' },
  'callback-headers': { services: ['perception-point'], default: '' },
  wait: { services: ['perception-point'], default: 'true' },
  'scan-ids': { services: ['perception-point'], default: '' },
  'report-id': { services: ['digicert'], default: '' },
  'report-name': { services: ['digicert'], default: '' },
  'report-run-id': { services: ['digicert'], default: 'latest' },
  run: { services: ['digicert'], default: 'false' },
  'report-format': { services: ['digicert'], default: 'CSV' },
  extract: { services: ['digicert'], default: 'false' },
};

/** Notes every input that was given and does not belong to the service. */
export function refuseForeignInputs(reader: InputReader, service: ServiceName): void {
  for (const [name, input] of Object.entries(serviceInputs)) {
    const isGiven = reader.read(name, (text) => text !== input.default, false);
    if (isGiven && !input.services.includes(service)) {
      reader.refuse(name, `it belongs to ${input.services.join(' and ')}, not to ${service}. Leave it out.`);
    }
  }
}
