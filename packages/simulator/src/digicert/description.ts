import type { Digicert } from './account.ts';
import { readyMadeReports } from './ready-made-reports.ts';

/** What the command prints about DigiCert CertCentral: the key, the reports, and calls as on the vendor's pages. */
export function describeDigicert(url: string, digicert: Digicert): string {
  const { apiKey } = digicert;
  const reports = digicert.listReports();
  const first = reports[0];
  const base = `${url}/reports/v1`;
  const headers = `-H 'Content-Type: application/json' -H 'X-DC-DEVKEY: ${apiKey}'`;
  const lines = reports.map(({ identifier, displayName, runIdentifiers }) => {
    const shows = readyMadeReports.find(({ report }) => report.displayName === displayName)?.shows ?? '';
    return `  ${identifier}  ${displayName}: ${shows}${runIdentifiers.map((run) => `\n    run ${run}`).join('')}`;
  });
  const download = `/report/${first?.identifier ?? ''}/${first?.runIdentifiers[0] ?? ''}/download?report_format=CSV`;
  return `DigiCert CertCentral Report Library
Base URL: ${base}
API key: ${apiKey}
Reports (also at ${url}/_simulator/digicert/reports):
${lines.join('\n')}

Try:
  curl -X GET '${base}/report/history' ${headers}
  curl -X GET '${base}${download}' ${headers} --output orders.csv`;
}
