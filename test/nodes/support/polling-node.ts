import {
  type ICredentialDataDecryptedObject,
  type ICredentialType,
  type IDataObject,
  type INode,
  type INodeExecutionData,
  type INodeParameters,
  type INodeType,
  type IPollFunctions,
  NodeHelpers,
} from 'n8n-workflow';
import type { BinaryStore } from './binary-store.ts';
import { httpHelpers } from './http-helpers.ts';

export interface PollingNodeOptions {
  readonly node: INodeType;
  readonly credentialType: ICredentialType;
  readonly credentials: ICredentialDataDecryptedObject;
  /** The id of the credential in n8n. */
  readonly credentialId?: string;
  readonly binaryStore: BinaryStore;
  /** As a user fills them in; the rest has its defaults. */
  readonly parameters: INodeParameters;
  /** What a poll may take, in milliseconds; five minutes unless given. */
  readonly pollBudgetMs?: number;
}

/**
 * An active workflow that begins with a polling node, as n8n 2.41.1 keeps it. The static data lives in memory, where a
 * poll that fails leaves them as they are, and is stored after the poll of the activation and whenever the workflow is
 * started, but not after a poll without news.
 */
export class PollingNode {
  /** What the node wrote to n8n's log. */
  readonly log: string[] = [];
  readonly #options: PollingNodeOptions;
  readonly #staticData: IDataObject;
  #stored: string;
  #isActivated = false;

  constructor(options: PollingNodeOptions, stored = '{}') {
    this.#options = options;
    this.#stored = stored;
    this.#staticData = JSON.parse(stored) as IDataObject;
  }

  /** The items that the workflow is started with; none when it is not. */
  async poll(): Promise<readonly INodeExecutionData[]> {
    const output = await this.#run('trigger');
    if (output !== null || !this.#isActivated) this.#stored = JSON.stringify(this.#staticData);
    this.#isActivated = true;
    return (output ?? []).flat();
  }

  /** "Fetch Test Event" in the editor. */
  async fetchTestEvent(): Promise<readonly INodeExecutionData[]> {
    return ((await this.#run('manual')) ?? []).flat();
  }

  /** n8n as it comes up again, with other options where the user has changed them. */
  restart(changes: Partial<PollingNodeOptions> = {}): PollingNode {
    return new PollingNode({ ...this.#options, ...changes }, this.#stored);
  }

  async #run(mode: 'trigger' | 'manual'): Promise<INodeExecutionData[][] | null> {
    const output = await this.#options.node.poll?.call(this.#pollFunctions(mode));
    if (output === undefined) throw new TypeError('the node has no poll()');
    return output;
  }

  #pollFunctions(mode: 'trigger' | 'manual'): IPollFunctions {
    const { node: type, credentialType, credentials, credentialId = '1', binaryStore } = this.#options;
    const { description } = type;
    const node: INode = {
      id: 'node',
      name: description.displayName,
      type: `n8n-nodes-security-reports.${description.name}`,
      typeVersion: 1,
      position: [0, 0],
      parameters: {},
      credentials: { [credentialType.name]: { id: credentialId, name: 'credential' } },
    };
    const parameters = NodeHelpers.getNodeParameters(
      description.properties,
      this.#options.parameters,
      true,
      false,
      node,
      description,
    ) as IDataObject;
    const functions = {
      getNode: () => node,
      getMode: () => mode,
      getPollBudgetMs: () => this.#options.pollBudgetMs ?? 300_000,
      getCredentials: () => Promise.resolve(credentials),
      getNodeParameter: (path: string, fallback?: unknown): unknown =>
        path
          .split('.')
          .reduce<unknown>((value, name) => (value as IDataObject | undefined)?.[name], parameters) ??
        fallback,
      getWorkflowStaticData: () => this.#staticData,
      logger: { warn: (line: string) => this.log.push(line) },
      helpers: {
        ...httpHelpers(node, { type: credentialType, data: credentials }),
        ...binaryStore.helpers,
      },
    };
    return functions as unknown as IPollFunctions;
  }
}
