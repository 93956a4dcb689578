export type { Clock } from './clock.ts';
export type { Limits } from './deadline.ts';
export {
  DigicertClient,
  digicertBaseUrl,
  type DigicertOptions,
  type DownloadedReport,
  type ReportDownload,
  type ReportHistoryFilter,
} from './digicert/client.ts';
export { type ReportFormat, reportFormats, type ReportPart } from './digicert/report-file.ts';
export type { ReportRun } from './digicert/report-history.ts';
export { findReportId, isOfReport, type ReportReference } from './digicert/report-lookup.ts';
export {
  type FetchedReportRun,
  fetchReportRun,
  type FetchReportRunOptions,
  type ReportRunRequest,
} from './digicert/report-run.ts';
export { isReady, type ReadyRun } from './digicert/run-choice.ts';
export { digicert } from './digicert/service.ts';
export {
  AccessError,
  ConnectionError,
  type FailureState,
  failureState,
  InvalidInputError,
  InvalidReportError,
  NotFoundError,
  type Problem,
  SecurityReportsError,
  ServiceError,
  TimeoutError,
  UncertainSubmissionError,
} from './errors.ts';
export { isLoopback, parseBaseUrl } from './http/base-url.ts';
export type { Progress } from './progress.ts';
export {
  defaultMaxReportBytes,
  type Deliver,
  type DeliveredReport,
  Report,
  type ReportDigest,
} from './report.ts';
export type { ReportKind } from './report-kind.ts';
export type { Service } from './service.ts';
export {
  type Classification,
  type DownloadedPdfReport,
  SpectraAnalyzeClient,
  type SpectraAnalyzeOptions,
} from './spectra-analyze/client.ts';
export { type HashType, parseHash, type SampleHash } from './spectra-analyze/hash.ts';
export { fetchPdfReport, type FetchPdfReportOptions } from './spectra-analyze/pdf-report.ts';
export type { PdfReportState, PdfReportStatus } from './spectra-analyze/pdf-report-status.ts';
export { spectraAnalyze } from './spectra-analyze/service.ts';
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
export { explainTransportFailure } from './transport-failure.ts';
export { cleanVendorText } from './vendor-text.ts';
export { type Verdict, worstVerdict } from './verdict.ts';
export { parseCallback, type ScanCallback, verifyCallback } from './perception-point/callback.ts';
export {
  PerceptionPointClient,
  type PerceptionPointOptions,
  perceptionPointRegions,
  type ScanPeriod,
  type SoughtScan,
  type SubmittedFile,
} from './perception-point/client.ts';
export type { FileToScan } from './perception-point/digested-file.ts';
export type { Scan, ScanRow } from './perception-point/scan.ts';
export { scanFile, type ScanFileOptions, type ScanResult, scanResult } from './perception-point/scan-file.ts';
export { notListed } from './perception-point/scan-search.ts';
export { patienceWithUnlistedMs, ScanWatch, type WaitForScanOptions } from './perception-point/scan-watch.ts';
export { searchPeriod } from './perception-point/search-period.ts';
export { perceptionPoint } from './perception-point/service.ts';
export {
  mostBytesToScan,
  type ScanSource,
  secretsOfSubmission,
  type Submission,
} from './perception-point/submission.ts';
