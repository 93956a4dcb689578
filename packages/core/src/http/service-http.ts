import type { Clock } from '../clock.ts';
import { DeadlinePassed, type Limits, withinLimits } from '../deadline.ts';
import {
  AccessError,
  InvalidInputError,
  type Problem,
  SecurityReportsError,
  ServiceError,
} from '../errors.ts';
import { type Redactor, redactor } from '../redact.ts';
import type { Service } from '../service.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type RequestBody,
  type Transport,
  TransportError,
} from '../transport.ts';
import { cleanVendorText } from '../vendor-text.ts';
import { Attempts } from './attempts.ts';
import { parseBaseUrl } from './base-url.ts';
import { mostBytesOfJson, mostBytesToShow, readBoundedText } from './bounded-body.ts';
import { connectionError } from './connection-error.ts';
import { CredentialGate } from './credential-gate.ts';
import { parseKeepingDigits } from './json-text.ts';
import type { RateLimiter } from './rate-limit.ts';
import { redirectTarget } from './redirect.ts';
import { checkBaseUrl, readRefusal, type Refusal } from './refusal.ts';
import { retry } from './retry.ts';
import { userAgent } from './user-agent.ts';
import { describeWebPage, isWebPage } from './web-page.ts';

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
  /** The media types to ask for; {@link acceptJson} unless given. */
  readonly accept?: string;
  /** What of the call must not appear in any error, besides the credential: a password, a signed link. */
  readonly secrets?: readonly string[];
  /** Whether the service may not offer the call, so that to refuse it says nothing about the credential. */
  readonly isOptional?: boolean;
  /** Whether making the call twice does no harm. As it is for every GET, unless said otherwise. */
  readonly repeatable?: boolean;
  /** What stands for an answer without content, as a value to be read; such an answer is an error unless given. */
  readonly whenEmpty?: unknown;
  /** What an answer with an error status means for this call. Without an opinion, the general meaning holds. */
  readonly explain?: (refusal: Refusal) => SecurityReportsError | undefined;
}

/** JSON rather than the page for people that some services have, too, and anything rather than a 406. */
const acceptJson = 'application/json, */*;q=0.5';

/** An answer, and where it is from. */
export interface ServiceResponse extends HttpResponse {
  /** The other origin to which redirects led, such as `https://store.example.com`. */
  readonly redirectedTo: string | undefined;
}

type Receive<T> = (response: ServiceResponse) => Promise<T>;

/** What the two ways to take an answer differ in. */
interface AttemptOptions {
  readonly mayBeElsewhere: boolean;
  readonly attempts: Attempts;
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
  readonly #gate = new CredentialGate();

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
   * The answer may be from another origin, to which the service redirects, without its credential: `receive` has to
   * know by itself whether it is what was asked for, as a report does.
   *
   * @throws {SecurityReportsError} of the kind that fits; `TimeoutError` when the deadline passed.
   * @throws the reason of the caller's signal, when that aborts.
   */
  async request<T>(call: Call, limits: Limits, receive: Receive<T>): Promise<T> {
    return this.#request(call, limits, receive, { mayBeElsewhere: true });
  }

  async #request<T>(
    call: Call,
    limits: Limits,
    receive: Receive<T>,
    options: { readonly mayBeElsewhere: boolean },
  ): Promise<T> {
    const attempts = new Attempts(this.#about(call));
    try {
      return await withinLimits(this.clock, limits, (signal) =>
        retry(() => this.#attempt(call, signal, receive, { ...options, attempts }), {
          clock: this.clock,
          signal,
          deadline: limits.deadline,
          repeatable: call.repeatable ?? call.method === 'GET',
        }),
      );
    } catch (error) {
      throw error instanceof DeadlinePassed ? attempts.timeout() : attempts.withLastAnswer(error);
    }
  }

  /**
   * Makes a call whose answer is JSON of at most 32 MB, and reads it with `parse`, which gives `undefined` for an
   * answer it cannot make sense of. It is never taken from another origin. `parse` also gets the time of the answer by
   * the service's own clock (its header `Date`), in milliseconds since the epoch, or `undefined` where the answer does
   * not say it.
   */
  async json<T>(
    call: Call,
    limits: Limits,
    parse: (value: unknown, serverTime: number | undefined) => T | undefined,
  ): Promise<T> {
    const receive: Receive<T> = async (response) => {
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
        value = text.trim() === '' && 'whenEmpty' in call ? call.whenEmpty : parseKeepingDigits(text);
      } catch {
        throw unexpected(
          `the answer is not JSON: ${this.#shown(text, call) || 'it is empty'}`,
          'Try again; if it stays so, check the base URL and what stands in front of the service.',
          true,
        );
      }
      const parsed = parse(value, parseDate(response.headers['date']));
      if (parsed === undefined) {
        throw unexpected(
          `the answer has an unknown shape: ${this.#shown(text, call)}`,
          'Check that the base URL is that of the service, and its version.',
        );
      }
      return parsed;
    };
    return this.#request(call, limits, receive, { mayBeElsewhere: false });
  }

  /** Makes a call of whose answer, from no other origin, nothing matters but its status, unless it is a web page. */
  async acknowledged(call: Call, limits: Limits): Promise<void> {
    const receive: Receive<void> = async (response) => {
      // The status says enough: a body that breaks off must not hide it.
      const text = await readBoundedText(response, mostBytesToShow).catch(() => undefined);
      // Whoever sends a page in place of an acknowledgement is not the service, and has done nothing.
      if (text !== undefined && isWebPage(text)) throw this.#webPageError(call, response, text, false);
    };
    await this.#request(call, limits, receive, { mayBeElsewhere: false });
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
  redactor(secrets: readonly string[]): Redactor {
    return redactor([this.#credential.secret, ...secrets]);
  }

  #webPageError(call: Call, response: HttpResponse, page: string, maybeTaken = true): ServiceError {
    return new ServiceError({
      ...this.#about(call),
      status: response.status,
      what: `${this.clean(describeWebPage(page), call.secrets)} arrived in place of the answer`,
      remedy: checkBaseUrl,
      maybeTaken,
    });
  }

  #about(call: Call): Pick<Problem, 'service' | 'operation' | 'subject'> {
    return { service: this.service, operation: call.operation, subject: call.subject };
  }

  async #attempt<T>(
    call: Call,
    signal: AbortSignal,
    receive: Receive<T>,
    options: AttemptOptions,
  ): Promise<T> {
    const passage = await this.#gate.enter(this.#about(call), signal, call.body?.type !== 'multipart');
    let response: ServiceResponse | undefined;
    try {
      response = await this.#sendFollowingRedirects(call, signal, options);
      const isFromService = response.redirectedTo === undefined;
      if (response.status >= 200 && response.status < 300) {
        if (isFromService) passage.accepted();
        return await receive(response);
      }
      const refusal = await readRefusal(response, this.#about(call), {
        now: this.clock.now(),
        clean: (text) => this.clean(text, call.secrets),
        explain: call.explain,
      });
      if (refusal instanceof AccessError) {
        if (call.isOptional !== true) passage.refused(refusal);
      } else if (isFromService && response.status < 500 && !refusal.retryable) {
        passage.accepted();
      }
      throw refusal;
    } catch (error) {
      signal.throwIfAborted();
      const told =
        error instanceof TransportError
          ? connectionError(error, this.#about(call), (text) => this.clean(text, call.secrets))
          : error;
      if (told instanceof SecurityReportsError) options.attempts.failed(told);
      throw told;
    } finally {
      passage.over();
      response?.discard();
    }
  }

  async #sendFollowingRedirects(
    call: Call,
    signal: AbortSignal,
    { mayBeElsewhere, attempts }: AttemptOptions,
  ): Promise<ServiceResponse> {
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
        attempts.sent();
        return this.#transport.send(request);
      };
      const response = await (this.#rateLimiter?.pass(this.clock, signal, send) ?? send());
      const location = response.headers['location'];
      if (response.status < 300 || response.status > 399 || location === undefined) {
        return withOrigin(response, url.origin === this.origin ? undefined : url.origin);
      }
      response.discard();
      url = redirectTarget(
        {
          method: call.method,
          repeatable: call.repeatable,
          from: url,
          location,
          followed: redirects,
          baseUrl: this.#baseUrl,
          mayBeElsewhere,
          clean: (text) => this.clean(text, call.secrets),
        },
        { ...this.#about(call), status: response.status },
      );
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
    const headers: Record<string, string> = { accept: call.accept ?? acceptJson, 'user-agent': userAgent };
    if (url.origin === this.#baseUrl.origin) {
      Object.assign(headers, this.#headers);
      headers[this.#credential.header] = `${this.#credential.prefix}${this.#credential.secret}`;
    }
    return headers;
  }
}

function withOrigin(response: HttpResponse, redirectedTo: string | undefined): ServiceResponse {
  const { status, headers, body } = response;
  const discard = (): void => {
    response.discard();
  };
  return { status, headers, body, discard, redirectedTo };
}

function parseDate(date: string | undefined): number | undefined {
  const time = date === undefined ? NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : time;
}
