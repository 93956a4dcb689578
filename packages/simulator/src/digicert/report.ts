import type { HostileZip } from '../samples/hostile-zip.ts';

/** The kinds of report (doc). */
export const reportTypes = [
  'orders',
  'domains',
  'balance-history',
  'audit-logs',
  'organizations',
  'fqdn',
  'users',
] as const;

/** One of {@link reportTypes}. */
export type ReportType = (typeof reportTypes)[number];

/** How often a report runs (doc). */
export const schedules = ['ON_DEMAND', 'WEEKLY', 'MONTHLY'] as const;

/** One of {@link schedules}. */
export type Schedule = (typeof schedules)[number];

/** What a run can be (doc). */
export const runStatuses = ['SCHEDULED', 'GENERATING', 'READY', 'FAILED'] as const;

/** One of {@link runStatuses}. */
export type RunStatus = (typeof runStatuses)[number];

/** What a download can be asked for (doc). */
export const reportFormats = ['CSV', 'JSON', 'EXCEL', 'ZIP'] as const;

/** One of {@link reportFormats}. */
export type ReportFormat = (typeof reportFormats)[number];

/** How a run goes, and what can be downloaded of it. All times are in seconds of the simulator's clock. */
export interface NewRunOptions {
  /** How long it is SCHEDULED. */
  readonly scheduledSeconds?: number;
  /** How long it is GENERATING after that. */
  readonly generationSeconds?: number;
  /** What it is then, and stays; READY unless given. SCHEDULED and GENERATING are for a run that never gets further. */
  readonly status?: RunStatus;

  /** How many rows each file has; 25 unless given. */
  readonly rows?: number;
  /**
   * Each file has as many rows as make it at least so large (a workbook: its sheet), whatever `rows` says. A file of
   * more than 2 MB arrives as a ZIP. A large one is made while it is sent.
   */
  readonly bytes?: number;
  /** Into how many parts it is split, each of which is a ZIP; 0, the default, for a report that is not split. */
  readonly splitCount?: number;
  /** The report has no data: the download is a 200 without content. */
  readonly noContent?: boolean;
  /**
   * What is in a ZIP is compressed unless this says `stored`. Compressed content of more than 4 MB is sent without a
   * Content-Length, stored content of any size with one.
   */
  readonly compression?: 'deflated' | 'stored';
  /** Whatever is asked for, a hostile archive arrives. */
  readonly zip?: HostileZip;
  /**
   * The Content-Disposition: true, the default, names the file as the vendor's page says; false sends none; a text is
   * sent as it is.
   */
  readonly contentDisposition?: boolean | string;
  /** The Content-Type; that of the file unless given. */
  readonly contentType?: string;
}

/** A run that is there already, or has just begun. */
export interface RunOptions extends NewRunOptions {
  /** Made from the seed unless given; it need not be a UUID. */
  readonly runIdentifier?: string;
  /** How long ago it was asked for; 0 unless given. It is READY at once unless its times or its status say otherwise. */
  readonly startedSecondsAgo?: number;
  /** Whether somebody started it by hand; false unless given. */
  readonly manuallyTriggered?: boolean;
}

/** A report in the library. */
export interface ReportOptions {
  /** `report-1` for the first report, and so on, unless given. */
  readonly displayName?: string;
  /** Made from the seed unless given; it need not be a UUID. */
  readonly identifier?: string;
  /** orders unless given. */
  readonly type?: ReportType;
  /** ON_DEMAND unless given. */
  readonly schedule?: Schedule;
  /** What was chosen when the report was created; CSV only unless given. */
  readonly formats?: readonly ReportFormat[];
  /** The runs so far; none unless given. */
  readonly runs?: readonly RunOptions[];
  /**
   * The history has a row for the report itself beside those of its runs: SCHEDULED, without a run (doc). Without runs it
   * has one anyway. False unless given.
   */
  readonly listedBesideRuns?: boolean;
  /** Its schedule was deleted: its runs stay (doc), but it is no longer found itself, nor can it be run; false unless given. */
  readonly scheduleDeleted?: boolean;
  /**
   * How the runs go that the API starts. Unless it says otherwise they are SCHEDULED for a second, and GENERATING for
   * two.
   */
  readonly newRun?: NewRunOptions;
}
