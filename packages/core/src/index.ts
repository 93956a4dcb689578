export type { Clock } from './clock.ts';
export type { Limits } from './deadline.ts';
export {
  AccessError,
  ConnectionError,
  InvalidInputError,
  InvalidReportError,
  NotFoundError,
  type Problem,
  SecurityReportsError,
  ServiceError,
  TimeoutError,
} from './errors.ts';
export { safeFileName } from './file-name.ts';
export { parseBaseUrl } from './http/base-url.ts';
export type { Progress } from './progress.ts';
export { type Deliver, Report, type ReportDigest } from './report.ts';
export type { Service } from './service.ts';
export {
  type Classification,
  type CreatedPdfReport,
  type DownloadedPdfReport,
  type PdfReportState,
  type PdfReportStatus,
  spectraAnalyze,
  SpectraAnalyzeClient,
  type SpectraAnalyzeOptions,
} from './spectra-analyze/client.ts';
export { type HashType, parseHash, type SampleHash } from './spectra-analyze/hash.ts';
export { fetchPdfReport, type FetchPdfReportOptions } from './spectra-analyze/pdf-report.ts';
export {
  defaultTransportTimeouts,
  type FilePart,
  type HttpRequest,
  type HttpResponse,
  type RequestBody,
  type Transport,
  TransportError,
  type TransportFailure,
  type TransportTimeouts,
} from './transport.ts';
export { cleanVendorText } from './vendor-text.ts';
export { type Verdict, worstVerdict } from './verdict.ts';
