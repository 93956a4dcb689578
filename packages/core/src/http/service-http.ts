import type { Clock } from '../clock.ts';
import { DeadlinePassed, type Limits, withinLimits } from '../deadline.ts';
import {
  ConnectionError,
  InvalidInputError,
  type Problem,
  SecurityReportsError,
  ServiceError,
  TimeoutError,
} from '../errors.ts';
import { redactor } from '../redact.ts';
import type { Service } from '../service.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type RequestBody,
  type Transport,
  TransportError,
} from '../transport.ts';
import { cleanVendorText } from '../vendor-text.ts';
import { isLoopback, isSecure, parseBaseUrl } from './base-url.ts';
import { mostBytesOfJson, mostBytesToShow, readBoundedText } from './bounded-body.ts';
import type { RateLimiter } from './rate-limit.ts';
import { explainGenerally, type Refusal } from './refusal.ts';
import { retry } from './retry.ts';
import { parseRetryAfter } from './retry-after.ts';
import { readVendorError } from './vendor-error.ts';
import { describeWebPage, isWebPage } from './web-page.ts';

const mostRedirects = 5;

export interface ServiceHttpOptions {
  readonly service: Service;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Checked as `parseBaseUrl` says. */
  readonly baseUrl: string;
  /** The header that carries the credential, its prefix (`Token `), and the credential itself. */
  readonly credential: { readonly header: string; readonly prefix: string; readonly secret: string };
  /** What the service expects in each request besides, names in lower case. Other origins do not get it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What every request waits for before it leaves, also when it is one of several tries, or follows a redirect. */
  readonly rateLimiter?: RateLimiter;
}

/** One call of a service, as its documentation describes it. */
export interface Call {
  readonly operation: string;
  readonly subject?: string | undefined;
  readonly method: 'GET' | 'POST';
  /**
   * Below the base URL, beginning with `/`, its segments already encoded; or a URL that the service itself gave, at
   * the same origin.
   */
  readonly path: string | URL;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly accept: string;
  /** What of the call must not appear in any error, besides the credential: a password, a signed link. */
  readonly secrets?: readonly string[];
  /** Whether making the call twice does no harm. As it is for every GET, unless said otherwise. */
  readonly repeatable?: boolean;
  /** What an answer with an error status means for this call. Without an opinion, the general meaning holds. */
  readonly explain?: (refusal: Refusal) => SecurityReportsError | undefined;
}

/** The way all services are asked: base URL, credential, redirects, retries, deadlines, and errors in one shape. */
export class ServiceHttp {
  readonly service: Service;
  readonly clock: Clock;
  readonly #transport: Transport;
  readonly #baseUrl: URL;
  readonly #credential: ServiceHttpOptions['credential'];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #rateLimiter: RateLimiter | undefined;

  /** @throws {InvalidInputError} when the base URL or the credential cannot be used. */
  constructor(options: ServiceHttpOptions) {
    this.service = options.service;
    this.clock = options.clock;
    this.#transport = options.transport;
    this.#baseUrl = parseBaseUrl(options.baseUrl, options.service);
    this.#credential = options.credential;
    this.#headers = options.headers ?? {};
    this.#rateLimiter = options.rateLimiter;
    if (!/^[\x21-\x7e]+$/.test(options.credential.secret)) {
      throw new InvalidInputError({
        service: options.service,
        operation: 'read the token',
        what:
          options.credential.secret === ''
            ? 'it is empty'
            : 'it contains characters that no token has, such as blanks or line breaks',
        remedy: 'Check it where it is kept, and whether it can be read from there.',
      });
    }
  }

  /** Where the credential may go: scheme, host and port of the base URL. */
  get origin(): string {
    return this.#baseUrl.origin;
  }

  /**
   * Makes a call and hands its successful answer to `receive`. Both are repeated when they fail in a way that may
   * pass, so `receive` must begin anew each time it is called.
   *
   * @throws {SecurityReportsError} of the kind that fits; {@link TimeoutError} when the deadline passed.
   * @throws the reason of the caller's signal, when that aborts.
   */
  async request<T>(call: Call, limits: Limits, receive: (response: HttpResponse) => Promise<T>): Promise<T> {
    let lastError: SecurityReportsError | undefined;
    // Of the last request that left: one that only waited for its turn was not sent.
    let maybeTaken = false;
    try {
      return await withinLimits(this.clock, limits, (signal) =>
        retry(
          () =>
            this.#attempt(call, signal, receive, {
              onSend: () => {
                maybeTaken = true;
              },
              onError: (error) => {
                lastError = error;
                maybeTaken = error.maybeTaken;
              },
            }),
          {
            clock: this.clock,
            signal,
            deadline: limits.deadline,
            repeatable: call.repeatable ?? call.method === 'GET',
          },
        ),
      );
    } catch (error) {
      if (!(error instanceof DeadlinePassed)) throw error;
      throw new TimeoutError({
        ...this.#about(call),
        what: `there was no complete answer in time${lastError === undefined ? '' : `; the last try: ${lastError.what}`}`,
        remedy: 'Allow more time, or try again later.',
        lastState: lastError?.what,
        maybeTaken,
      });
    }
  }

  /**
   * Makes a call whose answer is JSON of at most 32 MB, and reads it with `parse`, which gives `undefined` for an
   * answer it cannot make sense of.
   */
  async json<T>(call: Call, limits: Limits, parse: (value: unknown) => T | undefined): Promise<T> {
    return this.request(call, limits, async (response) => {
      const text = await readBoundedText(response, mostBytesOfJson);
      const unexpected = (what: string, remedy: string, retryable = false): ServiceError =>
        new ServiceError({ ...this.#about(call), status: response.status, what, remedy, retryable });
      if (text === undefined) {
        throw unexpected(
          `the answer is larger than ${mostBytesOfJson} bytes`,
          'Make the same call by hand, such as with curl, to see what the base URL answers with: no page of a list is as large.',
        );
      }
      if (isWebPage(text)) throw this.#webPageError(call, response, text);
      let value: unknown;
      try {
        value = parseKeepingDigits(text);
      } catch {
        throw unexpected(
          `the answer is not JSON: ${this.#shown(text, call) || 'it is empty'}`,
          'Try again; if it stays so, check the base URL and what stands in front of the service.',
          true,
        );
      }
      const parsed = parse(value);
      if (parsed === undefined) {
        throw unexpected(
          `the answer has an unknown shape: ${this.#shown(text, call)}`,
          'Check that the base URL is that of the service, and its version.',
        );
      }
      return parsed;
    });
  }

  /** Makes a call of whose answer nothing matters but its status, unless a web page came in its place. */
  async acknowledged(call: Call, limits: Limits): Promise<void> {
    await this.request(call, limits, async (response) => {
      // The status says enough: a body that breaks off must not hide it.
      const text = await readBoundedText(response, mostBytesToShow).catch(() => undefined);
      // Whoever sends a page in place of an acknowledgement is not the service, and has done nothing.
      if (text !== undefined && isWebPage(text)) throw this.#webPageError(call, response, text, false);
    });
  }

  /** Text of the vendor, made fit to be shown: see `cleanVendorText`. `secrets` are those of the call. */
  clean(text: string, secrets: readonly string[] = []): string {
    return cleanVendorText(text, [this.#credential.secret, ...secrets]);
  }

  /** The beginning of an answer. */
  #shown(text: string, call: Call): string {
    return this.clean(text.slice(0, mostBytesToShow), call.secrets);
  }

  /** A function that hides what must not be shown in text that is delivered otherwise as it came: see `redactor`. */
  redactor(secrets: readonly string[]): (text: string) => string {
    return redactor([this.#credential.secret, ...secrets]);
  }

  #webPageError(call: Call, response: HttpResponse, page: string, maybeTaken = true): ServiceError {
    return new ServiceError({
      ...this.#about(call),
      status: response.status,
      what: `${this.clean(describeWebPage(page), call.secrets)} came in place of the answer`,
      remedy: 'Check the base URL, and whether a login page or a proxy stands in front of the service.',
      maybeTaken,
    });
  }

  #about(call: Call): Pick<Problem, 'service' | 'operation' | 'subject'> {
    return { service: this.service, operation: call.operation, subject: call.subject };
  }

  async #attempt<T>(
    call: Call,
    signal: AbortSignal,
    receive: (response: HttpResponse) => Promise<T>,
    { onSend, onError }: { onSend: () => void; onError: (error: SecurityReportsError) => void },
  ): Promise<T> {
    let response: HttpResponse | undefined;
    try {
      response = await this.#sendFollowingRedirects(call, signal, onSend);
      if (response.status >= 200 && response.status < 300) return await receive(response);
      throw await this.#refusalOf(call, response);
    } catch (error) {
      signal.throwIfAborted();
      const told = error instanceof TransportError ? this.#connectionError(call, error) : error;
      if (told instanceof SecurityReportsError) onError(told);
      throw told;
    } finally {
      response?.discard();
    }
  }

  async #sendFollowingRedirects(call: Call, signal: AbortSignal, onSend: () => void): Promise<HttpResponse> {
    let url = this.#urlOf(call);
    for (let redirects = 0; ; redirects += 1) {
      const request: HttpRequest = {
        method: call.method,
        url,
        headers: this.#headersFor(url, call),
        ...(call.body && { body: call.body }),
        signal,
      };
      const send = (): Promise<HttpResponse> => {
        onSend();
        return this.#transport.send(request);
      };
      const response = await (this.#rateLimiter?.pass(this.clock, signal, send) ?? send());
      const location = response.headers['location'];
      if (response.status < 300 || response.status > 399 || location === undefined) return response;
      response.discard();
      const refuse = (what: string): ServiceError =>
        new ServiceError({
          ...this.#about(call),
          status: response.status,
          what,
          remedy: 'Set the base URL to where the service really is.',
        });
      const target = URL.parse(location, url.href);
      if (call.method !== 'GET') {
        throw refuse(
          call.repeatable === true
            ? 'the service redirects a POST, which is not sent elsewhere'
            : 'the service redirects a request that must not be sent twice',
        );
      }
      if (redirects === mostRedirects)
        throw refuse(`the service redirected more than ${mostRedirects} times`);
      if (target === null) throw refuse('the service redirects to something that is not a URL');
      if (!isSecure(target) || (isLoopback(target) && !isLoopback(this.#baseUrl))) {
        throw refuse(
          `the service redirects to ${this.clean(target.origin, call.secrets)}, which is not safe to follow`,
        );
      }
      url = target;
    }
  }

  #urlOf(call: Call): URL {
    if (call.path instanceof URL) return call.path;
    const url = new URL(this.#baseUrl);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${call.path}`;
    url.search = new URLSearchParams(call.query).toString();
    return url;
  }

  #headersFor(url: URL, call: Call): Record<string, string> {
    const headers: Record<string, string> = { accept: call.accept, 'user-agent': 'security-reports' };
    if (url.origin === this.#baseUrl.origin) {
      Object.assign(headers, this.#headers);
      headers[this.#credential.header] = `${this.#credential.prefix}${this.#credential.secret}`;
    }
    return headers;
  }

  #connectionError(call: Call, error: TransportError): ConnectionError {
    const remedies: Record<typeof error.failure, string> = {
      unreachable: 'Check the base URL, and whether this machine reaches the host (proxy, firewall).',
      untrusted: 'Give the CA certificate that it was signed with, and use a host name that it was made for.',
      stalled: 'Try again later, and check what stands between this machine and the service.',
      broken: 'Try again.',
    };
    return new ConnectionError({
      ...this.#about(call),
      what: this.clean(error.message, call.secrets),
      remedy: remedies[error.failure],
      retryable: error.failure !== 'untrusted',
      maybeTaken: error.maybeTaken,
    });
  }

  async #refusalOf(call: Call, response: HttpResponse): Promise<SecurityReportsError> {
    const { status } = response;
    // The status says enough: a body that breaks off must not hide it.
    const body = await readBoundedText(response, mostBytesToShow).catch(() => undefined);
    const { code, message } = readVendorError(body ?? '');
    const retryAfterMs = parseRetryAfter(response.headers['retry-after'], this.clock.now());
    const refusal: Refusal = {
      ...this.#about(call),
      status,
      vendorCode: code === undefined ? undefined : this.clean(code, call.secrets),
      vendorMessage: message === undefined ? undefined : this.clean(message, call.secrets),
      retryable: status === 408 || status === 429 || status >= 500,
      retryAfterMs,
      maybeTaken: !(status === 429 || (status === 503 && retryAfterMs !== undefined)),
    };
    return call.explain?.(refusal) ?? explainGenerally(refusal);
  }
}

/** Parses JSON, with whole numbers beyond 2^53 as strings, so that an id keeps every digit. */
function parseKeepingDigits(text: string): unknown {
  // With a function for each value, parsing takes many times the memory.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    Number.isInteger(value) && !Number.isSafeInteger(value) ? (context?.source ?? value) : value;
  return JSON.parse(text, keepDigits);
}
