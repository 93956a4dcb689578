import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import type { CredentialState } from './journal.ts';
import type { RouteName } from './route-names.ts';

/** What a service sees of a request. */
export interface ServiceRequest {
  /** The variable parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The fields of a form-encoded body; empty for any other. */
  readonly form: URLSearchParams;
  /** A JSON body; `undefined` for any other. */
  readonly json: unknown;
  readonly credential: CredentialState;
  /** The request itself. The body of any media type that the frame does not parse is still to be read from it. */
  readonly message: IncomingMessage;
  /** Lists in the journal what the request turned out to be about, once its body was read. */
  turnedOutToBeAbout(subjects: readonly string[]): void;
}

/** One call of a service. */
export interface ServiceRoute {
  readonly name: RouteName;
  readonly method: 'GET' | 'POST';
  /** The path, with `:name` for a variable segment. */
  readonly path: string;
  /** What the request is about, as sent, as far as it can be told before a streamed body is read. */
  subjects(request: ServiceRequest): readonly string[];
  /** Does the service's work, checks included. */
  answer(request: ServiceRequest): Answer | Promise<Answer>;
}

/** A service behind the simulator's port. */
export interface Service {
  /** The header that carries its credential, in lower case. */
  readonly credentialHeader: string;
  readonly routes: readonly ServiceRoute[];
  /** Judges the credential of a request. */
  credential(headers: IncomingHttpHeaders): CredentialState;
}
