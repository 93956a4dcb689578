import type { Answer } from '../answer.ts';
import { answerJson } from '../answer.ts';

/** The two forms of an error: the bare one of this API, and the list of the Services API (doc). */
export const errorShapes = ['bare', 'errors-array'] as const;

/** One of {@link errorShapes}. */
export type ErrorShape = (typeof errorShapes)[number];

/** Why the service does not do what it was asked. Thrown on the way to an answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** The vendor's code. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** The error answer. */
  answer(shape: ErrorShape): Answer {
    const { code, message } = this;
    const answer = answerJson(
      this.status,
      shape === 'bare' ? { code, message } : { errors: [{ code, message }] },
    );
    return { ...answer, headers: { ...answer.headers, ...this.headers } };
  }
}
