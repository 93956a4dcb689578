import { objectText } from '../json-text.ts';
import { postCallback } from './callback-request.ts';
import type { CallbackOutcome } from './callback-request.ts';
import type { Scan } from './scan.ts';
import { callbackHeaders } from './submission-log.ts';
import type { CheckedSubmission } from './submission.ts';
import { withoutQuery } from './submission.ts';

/** One callback that was sent, or could not be. */
export interface SentCallback {
  readonly scanId: string;
  /** Without its query, which may be a secret. */
  readonly url: string;
  /** 1 for the first callback of a scan. */
  readonly attempt: number;
  /** When it was sent: milliseconds since 1970 on the simulator's clock. */
  readonly time: number;
  /** The names in `callback_headers`; the values are nowhere kept. */
  readonly headerNames: readonly string[];
  /** The JSON that was sent, as text: every digit of an id is kept. */
  readonly body: string;
  /** The status that was answered; left out while, or when, none was. */
  readonly status?: number;
  /** Why there was no answer. */
  readonly error?: string;
}

/** A callback to come. */
interface Due {
  readonly at: number;
  readonly scan: Scan;
  readonly submission: CheckedSubmission;
  readonly url: string;
}

interface LogEntry extends Omit<SentCallback, 'status' | 'error'> {
  outcome?: CallbackOutcome;
}

/** The longest delay that a timer of Node takes. */
const longestTimerMs = 2 ** 31 - 1;

/** Sends the callbacks when they are due on the simulator's clock. */
export class Callbacks {
  readonly #now: () => number;
  readonly #mayCall: (url: string) => boolean;
  #due: Due[] = [];
  #log: LogEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #stop = new AbortController();

  /** @param mayCall whether the receiver may be called at all */
  constructor(now: () => number, mayCall: (url: string) => boolean) {
    this.#now = now;
    this.#mayCall = mayCall;
  }

  /** Sends the callback of a scan when it is due, if its submission asks for one. */
  schedule(scan: Scan, submission: CheckedSubmission): void {
    const url = submission.fields.get('callback_url');
    const at = scan.callbackAt;
    if (url === undefined || !Number.isFinite(at)) return;
    this.#due.push({ at, scan, submission, url });
    this.rearm();
  }

  /** Sends what is due now, and sets the timer for what comes next: to be called whenever the clock was moved. */
  rearm(): void {
    clearTimeout(this.#timer);
    const now = this.#now();
    const due = this.#due.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.#due = this.#due.filter(({ at }) => at > now);
    for (const callback of due) void this.#send(callback, this.#stop.signal);
    if (this.#due.length === 0) return;
    const next = Math.min(...this.#due.map(({ at }) => at));
    const delay = Math.min(Math.ceil(next - now), longestTimerMs);
    this.#timer = setTimeout(() => {
      this.rearm();
    }, delay);
  }

  /** What was sent so far, oldest first, as it stands now. */
  list(): SentCallback[] {
    return this.#log.map(({ outcome, ...callback }) => ({ ...callback, ...outcome }));
  }

  /** Forgets what was sent, and what is still to be sent; ends what is being sent. */
  clear(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    clearTimeout(this.#timer);
    this.#due = [];
    this.#log = [];
  }

  async #send({ scan, submission, url }: Due, signal: AbortSignal): Promise<void> {
    const headers = callbackHeaders(submission.fields);
    const body = bodyOf(scan, submission);
    const { callbackTimes = 1 } = scan.options;
    for (let attempt = 1; attempt <= callbackTimes && !signal.aborted; attempt += 1) {
      const entry: LogEntry = {
        scanId: scan.id.text,
        url: withoutQuery(url),
        attempt,
        time: this.#now(),
        headerNames: Object.keys(headers),
        body,
      };
      this.#log.push(entry);
      entry.outcome = this.#mayCall(url)
        ? await postCallback(url, headers, body, signal)
        : { error: 'not sent: the receiver is another machine, and not among the callbackHosts' };
    }
  }
}

/** What a receiver is told (doc: the keys, and that the id is a string; inferred: `path` for what came as data). */
function bodyOf(scan: Scan, { name, file, fields }: CheckedSubmission): string {
  return objectText({
    scan_id: JSON.stringify(scan.id.text),
    name: JSON.stringify(name),
    type: '"File"',
    path: JSON.stringify(fields.get('path') ?? file?.fileName ?? null),
    verdict: JSON.stringify(scan.verdict),
    evidence: JSON.stringify(scan.evidenceFor(scan.verdict)),
    params: fields.get('callback_params') ?? 'null',
  });
}
