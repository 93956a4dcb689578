export { saveReport } from './save-report.ts';
export { systemClock } from './system-clock.ts';
export {
  type ClosableTransport,
  createUndiciTransport,
  type UndiciTransportOptions,
} from './undici-transport.ts';
