import { digicert, perceptionPoint, type Service, spectraAnalyze } from '@security-reports/core';
import type { ServiceName } from '../report-entry.ts';

const services: Readonly<Record<ServiceName, Service>> = {
  'spectra-analyze': spectraAnalyze,
  'perception-point': perceptionPoint,
  digicert,
};

/** The service as its vendor writes it. */
export function serviceNamed(service: ServiceName): string {
  return services[service].name;
}
