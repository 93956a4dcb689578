import { seededBytes } from '../samples/random.ts';
import { RateLimit } from './rate-limit.ts';
import type { ListedReport } from './report-library.ts';
import { ReportLibrary } from './report-library.ts';
import type { ReportOptions, RunOptions } from './report.ts';
import type { DigicertSettings } from './settings.ts';
import { usualSettings } from './settings.ts';

/** How DigiCert CertCentral is started. */
export interface DigicertOptions extends Partial<DigicertSettings> {
  /** The only API key that is taken; made from the seed unless given. */
  readonly apiKey?: string;
  /** What is in the library at the start, and after a reset. */
  readonly reports?: readonly ReportOptions[];
}

/** DigiCert CertCentral, as those see it who steer it. */
export interface Digicert {
  /** The only API key that is taken. */
  readonly apiKey: string;
  /**
   * Adds a report, or replaces the one with the same identifier and forgets its runs.
   *
   * @throws TypeError when a `contentDisposition` or a `contentType` cannot stand in a header
   */
  addReport(report?: ReportOptions): ListedReport;
  /**
   * Adds a run to a report, or replaces the one with the same identifier.
   *
   * @throws RangeError when there is no such report
   * @throws TypeError when `contentDisposition` or `contentType` cannot stand in a header
   */
  addRun(reportIdentifier: string, run?: RunOptions): { readonly runIdentifier: string };
  /** Every report, oldest first. */
  listReports(): ListedReport[];
  /** Changes the settings that are given, for requests to come. */
  configure(settings: Partial<DigicertSettings>): void;
}

/** The state of the simulated CertCentral account. */
export class Account implements Digicert {
  readonly apiKey: string;
  readonly seed: number;
  readonly library: ReportLibrary;
  readonly rateLimit = new RateLimit();
  readonly #initial: {
    readonly reports: readonly ReportOptions[];
    readonly settings: Partial<DigicertSettings>;
  };
  #settings: DigicertSettings = usualSettings;

  constructor(options: DigicertOptions, { seed, now }: { seed: number; now: () => number }) {
    const { apiKey, reports = [], ...settings } = options;
    this.apiKey = apiKey ?? seededBytes(`${seed} digicert api key`, 32).toString('hex').toUpperCase();
    this.seed = seed;
    this.library = new ReportLibrary({ seed, now });
    this.#initial = { reports, settings };
    this.reset();
  }

  get settings(): DigicertSettings {
    return this.#settings;
  }

  addReport(report?: ReportOptions): ListedReport {
    return this.library.addReport(report);
  }

  addRun(reportIdentifier: string, run?: RunOptions): { readonly runIdentifier: string } {
    return this.library.addRun(reportIdentifier, run);
  }

  listReports(): ListedReport[] {
    return this.library.listReports();
  }

  configure(settings: Partial<DigicertSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** Everything as it was at the start. */
  reset(): void {
    this.#settings = { ...usualSettings, ...this.#initial.settings };
    this.rateLimit.clear();
    this.library.clear();
    for (const report of this.#initial.reports) this.library.addReport(report);
  }
}
