export type { Digicert, DigicertOptions } from './digicert/account.ts';
export type { ErrorShape } from './digicert/refusal.ts';
export type { ListedReport } from './digicert/report-library.ts';
export type {
  NewRunOptions,
  ReportFormat,
  ReportOptions,
  ReportType,
  RunOptions,
  RunStatus,
  Schedule,
} from './digicert/report.ts';
export type { DigicertSettings } from './digicert/settings.ts';
export type { Fault, FaultScript, JsonValue } from './faults.ts';
export type { CredentialState, JournalEntry, JournalFilter } from './journal.ts';
export type { SentCallback } from './perception-point/callbacks.ts';
export type { IdStyle } from './perception-point/scan-id.ts';
export { malwareMarker, verdictCodes } from './perception-point/scan-options.ts';
export type { IdKey, ScanOptions } from './perception-point/scan-options.ts';
export type { ScanScript } from './perception-point/scan-scripts.ts';
export type { PerceptionPointSettings } from './perception-point/settings.ts';
export type { Submission } from './perception-point/submission-log.ts';
export type { SubmissionSource } from './perception-point/submission.ts';
export type { ExistingScan, PerceptionPoint, PerceptionPointOptions } from './perception-point/x-ray.ts';
export { routeNames } from './route-names.ts';
export type { RouteName } from './route-names.ts';
export { hostileZips } from './samples/hostile-zip.ts';
export type { HostileZip } from './samples/hostile-zip.ts';
export { startSimulator } from './server.ts';
export type { Simulator, SimulatorOptions } from './server.ts';
export type { HashType, SampleHashes } from './spectra-analyze/hash.ts';
export type { Classification, SampleOptions } from './spectra-analyze/sample.ts';
