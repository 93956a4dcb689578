export type { Fault, FaultScript, JsonValue } from './faults.ts';
export type { CredentialState, JournalEntry, JournalFilter } from './journal.ts';
export { routeNames } from './route-names.ts';
export type { RouteName } from './route-names.ts';
export { startSimulator } from './server.ts';
export type { Simulator, SimulatorOptions } from './server.ts';
export type { HashType, SampleHashes } from './spectra-analyze/hash.ts';
export type { Classification, SampleOptions } from './spectra-analyze/sample.ts';
