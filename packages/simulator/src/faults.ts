import type { RouteName } from './route-names.ts';

/** Anything that JSON can hold. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What can go wrong with one request. A fault acts before the service looks at the credential. Those that shape the
 * service's own answer let the service do its work first (a creation is started, say); the others keep the request
 * from it, and do not wait for the end of an upload.
 */
export type Fault =
  /** Waits, then answers as usual. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Another answer: give `text` or `json`, or neither for an empty body; `mediaType` replaces the usual one. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly text?: string;
      readonly json?: JsonValue;
      readonly mediaType?: string;
    }
  /** Resets the connection before a byte of the answer; `handled` lets the service do its work before. */
  | { readonly kind: 'reset'; readonly handled?: boolean }
  /**
   * Resets the connection while the request is received, after so many bytes of its body, or at its end if it has
   * fewer. A body that the frame parses, such as a form, is received whole before any fault.
   */
  | { readonly kind: 'reset-mid-request'; readonly bytes: number }
  /** Resets the connection after the headers and so many bytes of the body. */
  | { readonly kind: 'reset-mid-body'; readonly bytes: number }
  /** Announces the full Content-Length, sends so many bytes of the body and closes the connection in good order. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** A well-formed answer whose body, and Content-Length, end after so many bytes. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Sends the headers and so many bytes of the body, and then nothing more. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /** Status 200 with an HTML form. */
  | { readonly kind: 'login-page' }
  /** `location` may be relative or on another origin. */
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 303 | 307 | 308; readonly location: string }
  /** Status 200, application/json, and a body that does not parse. */
  | { readonly kind: 'garbage-json' }
  /** Status 200 and JSON of a shape that the caller does not expect. */
  | { readonly kind: 'wrong-json'; readonly json: JsonValue }
  /** A JSON object of this size (at least 13 bytes), or without an end. The status is 200 unless given. */
  | { readonly kind: 'huge-body'; readonly bytes: number | 'endless'; readonly status?: number }
  /** An error whose body repeats the credential header, as careless servers do. */
  | { readonly kind: 'echo-credential'; readonly status: number }
  /** The usual answer in pieces of so many bytes with a pause after each. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly pauseMs: number }
  /** Interim answers, in this order, before the usual one. Nobody asked for them. */
  | { readonly kind: 'interim'; readonly statuses: readonly InterimStatus[] }
  /**
   * The usual answer, encoded whatever the request accepts; `raw-deflate` is announced as `deflate`, too. With `bytes`,
   * the encoded body, and Content-Length, end after so many.
   */
  | { readonly kind: 'encoded'; readonly encoding: Encoding; readonly bytes?: number }
  /** Status 206 with the first bytes of the usual body, and the range that they are. */
  | { readonly kind: 'partial'; readonly bytes: number }
  /** Status 406, unless the request accepts one of these media types: then the usual answer. */
  | { readonly kind: 'negotiate'; readonly offers: readonly string[] };

/** 100 Continue, 102 Processing, 103 Early Hints. */
export type InterimStatus = 100 | 102 | 103;

/** How a body can be encoded on its way. */
export type Encoding = 'gzip' | 'deflate' | 'raw-deflate' | 'br';

/** When a fault happens. */
export interface FaultScript {
  readonly route: RouteName;
  /**
   * Only for requests about this subject (for Spectra Analyze: a hash as it stands in the request; for DigiCert: the
   * identifier of a report or of a run), in any letter case.
   * A submission to Perception Point has none, since a fault comes before the upload is read.
   */
  readonly subject?: string;
  /** How many requests it hits; 1 unless given. */
  readonly times?: number | 'always';
  /** How many matching requests it lets pass first; 0 unless given. */
  readonly after?: number;
  readonly fault: Fault;
}

/** The faults that are still to happen. */
export class FaultBook {
  #scripts: { readonly script: FaultScript; toSkip: number; left: number }[] = [];

  /** Adds a fault behind those scripted earlier: of several that match a request, the first takes it. */
  script(script: FaultScript): void {
    const { times = 1, after = 0 } = script;
    this.#scripts.push({ script, toSkip: after, left: times === 'always' ? Infinity : times });
  }

  /** Forgets all faults that have not happened yet. */
  clear(): void {
    this.#scripts = [];
  }

  /** The fault that hits this request, if any; it counts as happened. */
  take(route: RouteName, subjects: readonly string[]): Fault | undefined {
    for (const entry of this.#scripts) {
      if (entry.left <= 0 || !matches(entry.script, route, subjects)) continue;
      if (entry.toSkip > 0) {
        entry.toSkip -= 1;
        continue;
      }
      entry.left -= 1;
      return entry.script.fault;
    }
    return undefined;
  }
}

function matches(script: FaultScript, route: RouteName, subjects: readonly string[]): boolean {
  if (script.route !== route) return false;
  const subject = script.subject?.toLowerCase();
  return subject === undefined || subjects.some((candidate) => candidate.toLowerCase() === subject);
}
