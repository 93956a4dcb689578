import { InvalidInputError, type Service } from '@security-reports/core';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Reads a parameter by its path, such as `options.timeout`, and gives `''` where the node has none. */
export type ReadParameter = (path: string) => unknown;

/** What a resource locator holds, or plain text in its place. */
export interface Located {
  /** Plain text is an id, as n8n's own nodes take it. */
  readonly mode: string;
  readonly text: string;
}

const expressionHint =
  'Where it is an expression, look at what it gives for this item: the field that it names may be missing in the input.';

/**
 * The parameters of a node, as a user or an expression gives them. An expression that gives nothing (`undefined`,
 * `null`, blanks) leaves its field empty, whatever default the field has in the editor. A number is taken as text, and
 * the text of a number as that number.
 *
 * Each method throws an `InvalidInputError` that names the field and says what to do.
 */
export class Parameters {
  readonly #service: Service;
  readonly #operation: string;
  readonly #read: ReadParameter;

  /** @param operation what the node does, for the message of an error. */
  constructor(service: Service, operation: string, read: ReadParameter) {
    this.#service = service;
    this.#operation = operation;
    this.#read = read;
  }

  /** The fields of a collection. */
  within(collection: 'options' | 'filters'): Parameters {
    return new Parameters(this.#service, this.#operation, (name) => this.#read(`${collection}.${name}`));
  }

  /** A text without the blanks around it; `undefined` when it is empty. */
  text(field: INodeProperties): string | undefined {
    const text = this.verbatim(field)?.trim();
    return text === '' ? undefined : text;
  }

  /** A text that must not be empty. */
  requiredText(field: INodeProperties): string {
    return this.text(field) ?? this.#fail(`${field.displayName} is empty`, `Fill it in. ${expressionHint}`);
  }

  /** A text with all its blanks, as a password is; `undefined` when nothing is there. */
  verbatim(field: INodeProperties): string | undefined {
    const value = this.raw(field);
    if (value === undefined || value === '') return undefined;
    return (
      textOf(value) ?? this.#fail(`${field.displayName} is not a text`, `Give a text. ${expressionHint}`)
    );
  }

  /** One of the choices of a field. */
  choice(field: INodeProperties): string {
    const chosen = this.requiredText(field);
    const choices = (field.options as readonly INodePropertyOptions[]).map(({ value }) => String(value));
    if (choices.includes(chosen)) return chosen;
    return this.#fail(`${field.displayName} cannot be "${chosen}"`, `Give one of ${choices.join(', ')}.`);
  }

  /** Several choices, or one as plain text; none when the field is empty. */
  list(field: INodeProperties): readonly string[] {
    const value = this.raw(field);
    const members: readonly unknown[] = Array.isArray(value) ? value : [value];
    return members.map((member) => textOf(member)?.trim() ?? '').filter((text) => text !== '');
  }

  /** A number that is at least as large as the field allows; `undefined` when it is empty. */
  number(field: INodeProperties): number | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    const min = field.typeOptions?.minValue ?? 0;
    const number = Number(text);
    if (Number.isFinite(number) && number >= min) return number;
    return this.#fail(`${field.displayName} cannot be "${text}"`, `Give a number of at least ${min}.`);
  }

  /** A switch, which keeps its default when it is empty. */
  flag(field: INodeProperties): boolean {
    const text = this.text(field);
    return text === undefined ? field.default === true : text.toLowerCase() === 'true';
  }

  /** What a resource locator points to; `undefined` when it is empty. */
  located(field: INodeProperties): Located | undefined {
    return locatedIn(this.raw(field));
  }

  /** What a resource locator points to, which must not be empty. */
  requiredLocated(field: INodeProperties): Located {
    return (
      this.located(field) ??
      this.#fail(
        `${field.displayName} is empty`,
        `Choose one from the list, or give its ID. ${expressionHint}`,
      )
    );
  }

  /** A value as n8n gives it; `undefined` for nothing. */
  raw({ name }: INodeProperties): unknown {
    return this.#read(name) ?? undefined;
  }

  #fail(what: string, remedy: string): never {
    throw new InvalidInputError({ service: this.#service, operation: this.#operation, what, remedy });
  }
}

/** Reads the value of a resource locator, or plain text in its place. */
export function locatedIn(value: unknown): Located | undefined {
  const isLocator = typeof value === 'object' && value !== null && 'value' in value;
  const text = textOf(isLocator ? value.value : value)?.trim() ?? '';
  if (text === '') return undefined;
  const mode = isLocator && 'mode' in value ? textOf(value.mode) : undefined;
  return { mode: mode ?? 'id', text };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isPlain = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return isPlain ? String(value) : undefined;
}
