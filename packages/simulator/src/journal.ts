import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDelivered } from './deliver.ts';
import type { Fault } from './faults.ts';
import type { RouteName } from './route-names.ts';

/** Whether a request carried the service's credential. The value itself is nowhere kept. */
export type CredentialState = 'right' | 'wrong' | 'none';

/** One request that came in. A key without a value is left out. */
export interface JournalEntry {
  /** 1 for the first request since the start or the last reset. */
  readonly sequence: number;
  /** When it came in: milliseconds since 1970 on the simulator's clock. */
  readonly time: number;
  /** Left out when no route of a service fits the path. */
  readonly route?: RouteName;
  readonly method: string;
  /** The path with its query, as sent. */
  readonly path: string;
  /**
   * What the request is about, as sent: for Spectra Analyze, its hash or hashes; for a submission to Perception Point,
   * once it was taken, the name, the scan id and the SHA-256; for DigiCert, the identifiers of the report and of the run.
   */
  readonly subjects: readonly string[];
  readonly credential: CredentialState;
  /** The status that was sent; left out while, or when, none was. */
  readonly status?: number;
  /** The fault that hit the request. */
  readonly fault?: Fault['kind'];
  /** Whether the client went away before it had the whole answer. */
  readonly aborted: boolean;
  readonly userAgent?: string;
}

/** Which entries to list; what is left out does not matter. */
export interface JournalFilter {
  readonly route?: RouteName;
  /** In any letter case. */
  readonly subject?: string;
}

const endedBySimulator: ReadonlySet<Fault['kind']> = new Set([
  'reset',
  'reset-mid-request',
  'reset-mid-body',
  'truncate',
]);

/** A request that is still going on, as far as the journal is concerned. */
export class JournalRecord {
  route: RouteName | undefined;
  subjects: readonly string[] = [];
  credential: CredentialState;
  fault: Fault['kind'] | undefined;
  readonly #sequence: number;
  readonly #time: number;
  readonly #method: string;
  readonly #path: string;
  readonly #userAgent: string | undefined;
  #aborted = false;
  #status: () => number | undefined;

  constructor(
    sequence: number,
    time: number,
    request: IncomingMessage,
    response: ServerResponse,
    credential: CredentialState,
  ) {
    this.credential = credential;
    this.#sequence = sequence;
    this.#time = time;
    this.#method = request.method ?? '';
    this.#path = request.url ?? '';
    this.#userAgent = request.headers['user-agent'];
    // Read from the response while it lives: a client may look at the journal before the response is closed.
    this.#status = () => (response.headersSent ? response.statusCode : undefined);
    response.once('close', () => {
      const status = this.#status();
      this.#status = () => status;
      this.#aborted =
        !isDelivered(response) && (this.fault === undefined || !endedBySimulator.has(this.fault));
    });
  }

  /** The entry as things stand now. */
  entry(): JournalEntry {
    const status = this.#status();
    return {
      sequence: this.#sequence,
      time: this.#time,
      ...(this.route !== undefined && { route: this.route }),
      method: this.#method,
      path: this.#path,
      subjects: this.subjects,
      credential: this.credential,
      ...(status !== undefined && { status }),
      ...(this.fault !== undefined && { fault: this.fault }),
      aborted: this.#aborted,
      ...(this.#userAgent !== undefined && { userAgent: this.#userAgent }),
    };
  }
}

/** Every request that came in for a service, in the order of arrival. */
export class Journal {
  #records: JournalRecord[] = [];

  /** Begins the record of a request that has just arrived. */
  begin(
    time: number,
    request: IncomingMessage,
    response: ServerResponse,
    credential: CredentialState,
  ): JournalRecord {
    const record = new JournalRecord(this.#records.length + 1, time, request, response, credential);
    this.#records.push(record);
    return record;
  }

  /** The requests so far, oldest first, as they stand now. */
  list(filter: JournalFilter = {}): JournalEntry[] {
    const subject = filter.subject?.toLowerCase();
    return this.#records
      .map((record) => record.entry())
      .filter((entry) => filter.route === undefined || entry.route === filter.route)
      .filter(
        (entry) =>
          subject === undefined || entry.subjects.some((candidate) => candidate.toLowerCase() === subject),
      );
  }

  /** Forgets all requests. */
  clear(): void {
    this.#records = [];
  }
}
