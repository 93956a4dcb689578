import type {
  IBinaryData,
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  INodeProperties,
  INodePropertyOptions,
} from 'n8n-workflow';
import type { Parameters } from './parameters.ts';

/** One item of the input, and what an operation works on it with. */
export interface ItemContext<Session> {
  readonly functions: IExecuteFunctions;
  readonly itemIndex: number;
  /** What a user or an expression gives for this item. */
  readonly parameters: Parameters;
  readonly session: Session;
  /** Aborts when the execution is canceled, or another item has failed it. */
  readonly signal: AbortSignal;
  /** Shows how far the item is: in the log, and to whoever runs the workflow by hand. */
  readonly tell: (state: string) => void;
  /** Keeps what is there already, in case that the rest fails: then it is delivered all the same. */
  readonly keep: (output: OperationOutput) => void;
}

export function inputItem({
  functions,
  itemIndex,
}: Pick<ItemContext<unknown>, 'functions' | 'itemIndex'>): INodeExecutionData {
  return functions.getInputData()[itemIndex] ?? { json: {} };
}

/** What becomes an item of the output. */
export interface OperationOutput {
  readonly json: IDataObject;
  /** The files, by the names of their fields. */
  readonly binary?: Readonly<Record<string, IBinaryData>>;
}

/** What a node can do, with the fields that it needs for it. */
export interface Operation<Session> {
  readonly name: string;
  readonly value: string;
  /** As the list of nodes shows it. */
  readonly action: string;
  readonly description: string;
  /** In the order in which a person fills them in. */
  readonly fields: readonly INodeProperties[];
  /** Whether an AI agent reads the error of an item, where the type of the node does not say it. */
  isForAgent?(context: Pick<ItemContext<Session>, 'functions' | 'itemIndex'>): boolean;
  run(context: ItemContext<Session>): Promise<readonly OperationOutput[]>;
}

/** What operations are about. */
export interface Resource<Session> {
  readonly name: string;
  readonly value: string;
  readonly operations: readonly Operation<Session>[];
}

/** The properties of a node: its resources, their operations, and the fields, each where it applies. */
export function propertiesOf<Session>(resources: readonly Resource<Session>[]): INodeProperties[] {
  return [
    chooser('Resource', resources),
    ...resources.map(({ value, operations }) => ({
      ...chooser('Operation', operations),
      displayOptions: { show: { resource: [value] } },
    })),
    ...resources.flatMap(fieldsOf),
  ];
}

function chooser(displayName: string, choices: readonly INodePropertyOptions[]): INodeProperties {
  const first = choices[0]?.value ?? '';
  return {
    displayName,
    name: displayName.toLowerCase(),
    type: 'options',
    noDataExpression: true,
    options: choices.map(({ name, value, action, description }) => ({
      name,
      value,
      ...(action !== undefined && { action }),
      ...(description !== undefined && { description }),
    })),
    default: first,
  };
}

/** A field that several operations have is one property, so that it keeps its value from one to the other. */
function fieldsOf<Session>({ value: resource, operations }: Resource<Session>): INodeProperties[] {
  return inOneOrder(operations.map((operation) => operation.fields)).map((field) => {
    const having = operations.filter((operation) => operation.fields.includes(field));
    return {
      ...field,
      displayOptions: {
        ...field.displayOptions,
        show: {
          ...field.displayOptions?.show,
          resource: [resource],
          operation: having.map(({ value }) => value),
        },
      },
    };
  });
}

/** All fields once, each operation's in its own order: a field that is new stands behind the one it follows there. */
function inOneOrder(lists: readonly (readonly INodeProperties[])[]): readonly INodeProperties[] {
  const ordered: INodeProperties[] = [];
  for (const list of lists) {
    let place = 0;
    for (const field of list) {
      const known = ordered.indexOf(field);
      if (known === -1) ordered.splice(place, 0, field);
      place = (known === -1 ? place : known) + 1;
    }
  }
  return ordered;
}
