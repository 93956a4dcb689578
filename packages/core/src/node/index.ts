export { type ExtractedFile, ExtractionError, extractZip, type ExtractZipOptions } from './extract-zip.ts';
export { removeLeftovers } from './partial-file.ts';
export { type DiskProblem, diskProblemOf, SaveError } from './save-error.ts';
export { saveReport } from './save-report.ts';
export { systemClock } from './system-clock.ts';
export {
  type ClosableTransport,
  createUndiciTransport,
  type UndiciTransportOptions,
} from './undici-transport.ts';
