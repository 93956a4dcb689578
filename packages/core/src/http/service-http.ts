import type { Clock } from '../clock.ts';
import { DeadlinePassed, type Limits, withinLimits } from '../deadline.ts';
import {
  AccessError,
  ConnectionError,
  InvalidInputError,
  NotFoundError,
  type Problem,
  SecurityReportsError,
  ServiceError,
  TimeoutError,
} from '../errors.ts';
import type { Service } from '../service.ts';
import { type HttpResponse, type RequestBody, type Transport, TransportError } from '../transport.ts';
import { cleanVendorText } from '../vendor-text.ts';
import { isLoopback, isSecure, parseBaseUrl } from './base-url.ts';
import { mostBytesInMemory, readBoundedText } from './bounded-body.ts';
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
}

/** One call of a service, as its documentation describes it. */
export interface Call {
  readonly operation: string;
  readonly subject?: string | undefined;
  readonly method: 'GET' | 'POST';
  /** Below the base URL, beginning with `/`, its segments already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly accept: string;
  /** Whether making the call twice does no harm. As it is for every GET, unless said otherwise. */
  readonly repeatable?: boolean;
  /** What an answer with an error status means for this call. Without an opinion, the general meaning holds. */
  readonly explain?: (refusal: Refusal) => SecurityReportsError | undefined;
}

/** An answer with an error status: the part of the error that needs no interpretation. */
export type Refusal = Omit<Problem, 'what' | 'remedy'> & { readonly status: number };

/** The way all services are asked: base URL, credential, redirects, retries, deadlines, and errors in one shape. */
export class ServiceHttp {
  readonly service: Service;
  readonly clock: Clock;
  readonly #transport: Transport;
  readonly #baseUrl: URL;
  readonly #credential: ServiceHttpOptions['credential'];

  /** @throws {InvalidInputError} when the base URL or the credential cannot be used. */
  constructor(options: ServiceHttpOptions) {
    this.service = options.service;
    this.clock = options.clock;
    this.#transport = options.transport;
    this.#baseUrl = parseBaseUrl(options.baseUrl, options.service);
    this.#credential = options.credential;
    if (!/^[\x21-\x7e]+$/.test(options.credential.secret)) {
      throw new InvalidInputError({
        service: options.service,
        operation: 'read the token',
        what:
          options.credential.secret === ''
            ? 'it is empty'
            : 'it contains characters that no token has, such as blanks or line breaks',
        remedy: 'Check the secret that it comes from: its name, its value, and whether this run may read it.',
      });
    }
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
    try {
      return await withinLimits(this.clock, limits, (signal) =>
        retry(
          () =>
            this.#attempt(call, signal, receive, (error) => {
              lastError = error;
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
      });
    }
  }

  /**
   * Makes a call whose answer is JSON of at most 1 MB, and reads it with `parse`, which gives `undefined` for an
   * answer it cannot make sense of.
   */
  async json<T>(call: Call, limits: Limits, parse: (value: unknown) => T | undefined): Promise<T> {
    return this.request(call, limits, async (response) => {
      const text = await readBoundedText(response);
      const unexpected = (what: string, remedy: string, retryable = false): ServiceError =>
        new ServiceError({ ...this.#about(call), status: response.status, what, remedy, retryable });
      if (text === undefined) {
        throw unexpected(
          `the answer is larger than ${mostBytesInMemory} bytes`,
          'Check that the base URL is that of the service.',
        );
      }
      if (isWebPage(text)) {
        throw unexpected(
          `${this.clean(describeWebPage(text))} came in place of the answer`,
          'Check the base URL, and whether a login page or a proxy stands in front of the service.',
        );
      }
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        throw unexpected(
          `the answer is not JSON: ${this.clean(text) || 'it is empty'}`,
          'Try again; if it stays so, check the base URL and what stands in front of the service.',
          true,
        );
      }
      const parsed = parse(value);
      if (parsed === undefined) {
        throw unexpected(
          `the answer has an unknown shape: ${this.clean(text)}`,
          'Check that the base URL is that of the service, and its version.',
        );
      }
      return parsed;
    });
  }

  /** Text of the vendor, made fit to be shown: see `cleanVendorText`. */
  clean(text: string): string {
    return cleanVendorText(text, [this.#credential.secret]);
  }

  #about(call: Call): Pick<Problem, 'service' | 'operation' | 'subject'> {
    return { service: this.service, operation: call.operation, subject: call.subject };
  }

  async #attempt<T>(
    call: Call,
    signal: AbortSignal,
    receive: (response: HttpResponse) => Promise<T>,
    onError: (error: SecurityReportsError) => void,
  ): Promise<T> {
    let response: HttpResponse | undefined;
    try {
      response = await this.#sendFollowingRedirects(call, signal);
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

  async #sendFollowingRedirects(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    let url = this.#urlOf(call);
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#transport.send({
        method: call.method,
        url,
        headers: this.#headersFor(url, call),
        ...(call.body && { body: call.body }),
        signal,
      });
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
      if (call.method !== 'GET') throw refuse('the service redirects a request that must not be sent twice');
      if (redirects === mostRedirects)
        throw refuse(`the service redirected more than ${mostRedirects} times`);
      if (target === null) throw refuse('the service redirects to something that is not a URL');
      if (!isSecure(target) || (isLoopback(target) && !isLoopback(this.#baseUrl))) {
        throw refuse(`the service redirects to ${this.clean(target.origin)}, which is not safe to follow`);
      }
      url = target;
    }
  }

  #urlOf(call: Call): URL {
    const url = new URL(this.#baseUrl);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${call.path}`;
    url.search = new URLSearchParams(call.query).toString();
    return url;
  }

  #headersFor(url: URL, call: Call): Record<string, string> {
    const headers: Record<string, string> = { accept: call.accept, 'user-agent': 'security-reports' };
    if (url.origin === this.#baseUrl.origin) {
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
      what: this.clean(error.message),
      remedy: remedies[error.failure],
      retryable: error.failure !== 'untrusted',
      maybeTaken: error.maybeTaken,
    });
  }

  async #refusalOf(call: Call, response: HttpResponse): Promise<SecurityReportsError> {
    const { status } = response;
    // The status says enough: a body that breaks off must not hide it.
    const body = await readBoundedText(response).catch(() => undefined);
    const { code, message } = readVendorError(body ?? '');
    const retryAfterMs = parseRetryAfter(response.headers['retry-after'], this.clock.now());
    const refusal: Refusal = {
      ...this.#about(call),
      status,
      vendorCode: code === undefined ? undefined : this.clean(code),
      vendorMessage: message === undefined ? undefined : this.clean(message),
      retryable: status === 408 || status === 429 || status >= 500,
      retryAfterMs,
      maybeTaken: !(status === 429 || (status === 503 && retryAfterMs !== undefined)),
    };
    return call.explain?.(refusal) ?? explainGenerally(refusal);
  }
}

function explainGenerally(refusal: Refusal): SecurityReportsError {
  const { status } = refusal;
  if (status === 401 || status === 403) {
    return new AccessError({
      ...refusal,
      what: 'the service refused the token, or what it may do',
      remedy: 'Check the token, its permissions, and that the base URL belongs to it.',
    });
  }
  if (status === 404 || status === 410) {
    return new NotFoundError({
      ...refusal,
      what: 'the service knows nothing of it',
      remedy: 'Check the subject and the base URL.',
    });
  }
  if (status === 429) {
    return new ServiceError({
      ...refusal,
      what: 'the service takes no more requests for now',
      remedy: 'Try again later, or with a lower concurrency.',
    });
  }
  if (refusal.retryable === true) {
    return new ServiceError({
      ...refusal,
      what: 'the service cannot answer for now',
      remedy: 'Try again later; if it stays so, look at the state of the service.',
    });
  }
  return new ServiceError({
    ...refusal,
    what: 'the service refused the request',
    remedy: 'See what the service says about it.',
  });
}
