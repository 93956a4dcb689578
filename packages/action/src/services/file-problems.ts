import type { ServiceRequest } from '../inputs/inputs.ts';
import type { ReportEntry } from '../report-entry.ts';
import { serviceNamed } from '../publish/service-named.ts';

/** Entries for what the input `files` asks for and the workspace does not have. */
export function problemEntries(request: ServiceRequest): readonly ReportEntry[] {
  const { service } = request;
  if (!('fileProblems' in request)) return [];
  return request.fileProblems.map(({ subject, state, message }) => ({
    service,
    subject,
    state,
    message: `${serviceNamed(service)}, find file ${message}`,
  }));
}
