/** The names under which faults are scripted and requests are listed, one for each call of a service. */
export const routeNames = [
  'spectra-analyze.pdf.create',
  'spectra-analyze.pdf.status',
  'spectra-analyze.pdf.download',
  'spectra-analyze.samples.status',
  'spectra-analyze.samples.classification',
  'perception-point.files.submit',
  'perception-point.scans.list',
  'perception-point.scans.get',
  'perception-point.scans.running',
  'perception-point.health',
  'digicert.report.history',
  'digicert.report.details',
  'digicert.report.run',
  'digicert.report.download',
] as const;

/** One of {@link routeNames}. */
export type RouteName = (typeof routeNames)[number];
