import { seededBytes } from '../samples/random.ts';
import { Callbacks } from './callbacks.ts';
import type { SentCallback } from './callbacks.ts';
import { summarize } from './content-digest.ts';
import type { ScanId } from './scan-id.ts';
import { givenId, ScanIds } from './scan-id.ts';
import { ScanList } from './scan-list.ts';
import type { ScanOptions } from './scan-options.ts';
import { rowsOf } from './scan-row.ts';
import type { ScanScript } from './scan-scripts.ts';
import { ScanScripts } from './scan-scripts.ts';
import { Scan } from './scan.ts';
import type { PerceptionPointSettings } from './settings.ts';
import { usualSettings } from './settings.ts';
import type { Submission } from './submission-log.ts';
import { SubmissionLog } from './submission-log.ts';
import type { CheckedSubmission } from './submission.ts';

/** A scan that was there before anybody asked. */
export interface ExistingScan extends ScanOptions {
  /** What was scanned; text becomes UTF-8. Left out, the content is made from the seed. */
  readonly content?: string | Uint8Array;
  /** The channel it came by; `api` unless given. */
  readonly origin?: string;
  /** How long ago it was submitted; 60 unless given. */
  readonly createdSecondsAgo?: number;
}

/** How Perception Point X-Ray is started. */
export interface PerceptionPointOptions extends Partial<PerceptionPointSettings> {
  /** The only API token that is taken; made from the seed unless given. */
  readonly token?: string;
  /** What is in the list at the start, and after a reset. */
  readonly scans?: readonly ExistingScan[];
  /** How scans go, from the start and after a reset. */
  readonly scripts?: readonly ScanScript[];
}

/** Perception Point X-Ray, as those see it who steer it. */
export interface PerceptionPoint {
  /** The only API token that is taken. */
  readonly token: string;
  /** Every callback so far, oldest first, as it stands now. */
  readonly callbacks: readonly SentCallback[];
  /** Says how scans to come go. */
  scriptScan(script: ScanScript): void;
  /**
   * Adds a scan to the list, as if it had been submitted some time ago.
   *
   * @returns its id
   */
  addScan(scan?: ExistingScan): string;
  /** Every submission that was taken, oldest first. */
  listSubmissions(): Submission[];
  /** Whether a submission had a field with exactly this value: for what {@link listSubmissions} does not show. */
  carried(scanId: string, field: string, value: string): boolean;
  /** Changes the settings that are given, for requests to come. */
  configure(settings: Partial<PerceptionPointSettings>): void;
}

/** The state of the simulated Perception Point X-Ray. */
export class XRay implements PerceptionPoint {
  readonly token: string;
  readonly #initial: {
    readonly scans: readonly ExistingScan[];
    readonly scripts: readonly ScanScript[];
    readonly settings: Partial<PerceptionPointSettings>;
  };
  readonly #seed: number;
  readonly #now: () => number;
  readonly #ids: ScanIds;
  readonly #list = new ScanList();
  readonly #scripts = new ScanScripts();
  readonly #submissions = new SubmissionLog();
  readonly #callbacks: Callbacks;
  #settings: PerceptionPointSettings;
  #added = 0;

  constructor(options: PerceptionPointOptions, environment: { seed: number; now: () => number }) {
    const { seed, now } = environment;
    const { token, scans = [], scripts = [], ...settings } = options;
    this.token = token ?? seededBytes(`${seed} perception-point token`, 20).toString('hex');
    this.#initial = { scans, scripts, settings };
    this.#seed = seed;
    this.#now = now;
    this.#ids = new ScanIds(seed);
    this.#callbacks = new Callbacks(now, (url) => this.#mayCall(url));
    this.#settings = usualSettings;
    this.#begin();
  }

  get settings(): PerceptionPointSettings {
    return this.#settings;
  }

  get list(): ScanList {
    return this.#list;
  }

  get callbacks(): SentCallback[] {
    return this.#callbacks.list();
  }

  configure(settings: Partial<PerceptionPointSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  scriptScan(script: ScanScript): void {
    this.#scripts.add(script);
  }

  listSubmissions(): Submission[] {
    return this.#submissions.list();
  }

  carried(scanId: string, field: string, value: string): boolean {
    return this.#submissions.carried(scanId, field, value);
  }

  addScan({ content, origin = 'api', createdSecondsAgo = 60, ...options }: ExistingScan = {}): string {
    const createdAt = this.#now() - createdSecondsAgo * 1000;
    return this.#enlist(
      new Scan({
        id: this.#idFor(options, createdAt),
        createdAt,
        origin,
        content: summarize(content ?? this.#madeContent()),
        options,
      }),
    ).id.text;
  }

  /** Takes a submission: its scan begins now. */
  submit(submission: CheckedSubmission): ScanId {
    const { name, file } = submission;
    const now = this.#now();
    const scripted = this.#scripts.take({ name, ...(file !== undefined && { sha256: file.sha256 }) });
    const scan = this.#enlist(
      new Scan({
        id: this.#idFor(scripted, now),
        createdAt: now,
        origin: 'api',
        content: file ?? summarize(this.#madeContent()),
        options: { scanSeconds: this.#settings.scanSeconds, ...scripted },
      }),
    );
    this.#submissions.add(scan.id.text, now, submission);
    this.#callbacks.schedule(scan, submission);
    return scan.id;
  }

  /** To be called whenever the clock was moved. */
  clockMoved(): void {
    this.#callbacks.rearm();
  }

  /** Everything as it was at the start. */
  reset(): void {
    this.close();
    this.#list.clear();
    this.#scripts.clear();
    this.#submissions.clear();
    this.#ids.clear();
    this.#added = 0;
    this.#begin();
  }

  /** Sends no more callbacks. */
  close(): void {
    this.#callbacks.clear();
  }

  #begin(): void {
    const { scans, scripts, settings } = this.#initial;
    this.#settings = { ...usualSettings, ...settings };
    for (const scan of scans) this.addScan(scan);
    for (const script of scripts) this.scriptScan(script);
  }

  #enlist(scan: Scan): Scan {
    this.#added += 1;
    this.#list.add(rowsOf(scan, this.#ids, this.#settings.idStyle));
    return scan;
  }

  #idFor({ id }: ScanOptions, now: number): ScanId {
    return id === undefined ? this.#ids.next(this.#settings.idStyle, now) : givenId(id);
  }

  /** For what the simulator does not have: files in storages, or behind links. */
  #madeContent(): string {
    return `Content of scan ${this.#added + 1}, made from the seed ${this.#seed}.\n`;
  }

  #mayCall(url: string): boolean {
    const host = URL.parse(url)?.hostname;
    // What is no URL goes nowhere anyway.
    return host === undefined || isThisMachine(host) || this.#settings.callbackHosts.includes(host);
  }
}

function isThisMachine(host: string): boolean {
  return /^(?:.+\.)?localhost$/.test(host) || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]';
}
