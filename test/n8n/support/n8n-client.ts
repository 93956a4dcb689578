import { parse } from 'flatted';
import type { IDataObject, INode, INodeExecutionData, ITaskData, IWorkflowBase } from 'n8n-workflow';
import { until } from './until.ts';

const owner = { email: 'owner@example.com', password: 'Secret-password-1', firstName: 'O', lastName: 'W' };

/** A workflow as the editor saves it. */
export type WorkflowDraft = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections'> &
  Partial<Pick<IWorkflowBase, 'settings'>>;

export interface StoredCredential {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

export type ExecutionStatus = 'new' | 'running' | 'waiting' | 'success' | 'error' | 'canceled' | 'crashed';

interface StoredData {
  readonly resultData: {
    readonly error?: { readonly message: string; readonly description?: string };
    readonly runData?: Readonly<Record<string, readonly ITaskData[]>>;
  };
}

/** An execution, as its page in the editor shows it. */
export interface Execution {
  readonly id: string;
  readonly status: ExecutionStatus;
  readonly mode: string;
  /** What ended the execution. */
  readonly error: { readonly message: string; readonly description?: string } | undefined;
  /** The items that the last run of a node gave at an output. */
  items(node: string, output?: number): readonly INodeExecutionData[];
  /** All runs of a node. */
  runs(node: string): readonly ITaskData[];
  /** All that n8n has stored of it, as text. */
  readonly text: string;
}

/** What a user does in the editor, over the same REST API. */
export class N8nClient {
  readonly url: string;
  /** Of the session, as it stands in a request. */
  readonly cookie: string;

  constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }

  /** Makes the owner of a new n8n, and logs in. n8n allows few log-ins, so all tests share one. */
  static async setUp(url: string): Promise<N8nClient> {
    await new N8nClient(url, '').#post('/owner/setup', owner);
    const { email, password } = owner;
    const response = await fetch(`${url}/rest/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ emailOrLdapLoginId: email, password }),
    });
    if (!response.ok) throw new Error(`the owner cannot log in: ${await response.text()}`);
    return new N8nClient(url, response.headers.get('set-cookie')?.split(';')[0] ?? '');
  }

  async createCredential(type: string, data: object): Promise<StoredCredential> {
    return (await this.#post('/credentials', { name: type, type, data })) as StoredCredential;
  }

  /** What the button "Test" of a credential says. */
  async testCredential(type: string, data: object): Promise<{ status: 'OK' | 'Error'; message: string }> {
    const credentials = { id: '', name: type, type, data };
    return (await this.#post('/credentials/test', { credentials })) as { status: 'OK'; message: string };
  }

  /** Saves a workflow. Gives its id. */
  async createWorkflow(draft: WorkflowDraft): Promise<string> {
    const { id } = (await this.#post('/workflows', {
      active: false,
      settings: { executionOrder: 'v1' },
      ...draft,
    })) as { id: string };
    return id;
  }

  /** Publishes a workflow, and waits until its triggers listen. */
  async activate(workflowId: string): Promise<void> {
    const { versionId } = await this.workflow(workflowId);
    await this.#post(`/workflows/${workflowId}/activate`, { versionId });
    await until('published workflow', async () => {
      const { status, triggers } = (await this.#get(`/workflows/${workflowId}/publication-status`)) as {
        status: string;
        triggers: readonly { readonly errorMessage: string | null }[];
      };
      const reasons = triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
      if (reasons.length > 0) throw new Error(`a trigger does not listen: ${reasons.join('; ')}`);
      return status === 'published' ? true : undefined;
    });
  }

  async deactivate(workflowId: string): Promise<void> {
    await this.#post(`/workflows/${workflowId}/deactivate`, {});
  }

  async workflow(workflowId: string): Promise<IWorkflowBase> {
    return (await this.#get(`/workflows/${workflowId}`)) as IWorkflowBase;
  }

  /** Saves the nodes of a workflow anew, each as `change` makes it. */
  async changeNodes(workflowId: string, change: (node: INode) => INode): Promise<void> {
    const { nodes, versionId } = await this.workflow(workflowId);
    await this.#send('PATCH', `/workflows/${workflowId}`, { nodes: nodes.map(change), versionId });
  }

  /**
   * Starts a workflow by hand, from its manual trigger unless another one is named. Gives the id of the execution.
   *
   * @param output what the trigger gives, where it does not find that out by itself.
   */
  async start(workflowId: string, trigger?: string, output?: IDataObject): Promise<string> {
    const workflowData = await this.workflow(workflowId);
    const manual = workflowData.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
    const data = output && {
      data: { main: [[{ json: output }]] },
      startTime: 0,
      executionTime: 0,
      source: [],
    };
    const { executionId } = (await this.#post(`/workflows/${workflowId}/run`, {
      workflowData,
      triggerToStartFrom: { name: trigger ?? manual?.name, data },
    })) as { executionId: string };
    return executionId;
  }

  /** Saves a workflow, runs it by hand, and waits for its end. */
  async execute(draft: WorkflowDraft): Promise<Execution> {
    const executionId = await this.start(await this.createWorkflow(draft));
    return this.untilEnd(executionId);
  }

  /** Waits until an execution has one of the given states. */
  async untilStatus(
    executionId: string,
    statuses: readonly ExecutionStatus[],
    seconds = 120,
  ): Promise<Execution> {
    return until(
      `execution ${executionId} in the state ${statuses.join(' or ')}`,
      async () => {
        const execution = await this.execution(executionId);
        return execution !== undefined && statuses.includes(execution.status) ? execution : undefined;
      },
      seconds,
    );
  }

  async untilEnd(executionId: string, seconds?: number): Promise<Execution> {
    return this.untilStatus(executionId, ['success', 'error', 'canceled', 'crashed'], seconds);
  }

  async execution(executionId: string): Promise<Execution | undefined> {
    const answer = (await this.#get(`/executions/${executionId}`).catch(() => undefined)) as
      { id: string; status: ExecutionStatus; mode: string; data: string } | undefined;
    if (answer === undefined) return undefined;
    const { id, status, mode, data } = answer;
    // As long as it runs, nothing may be stored of it.
    const stored = parse(data) as StoredData | undefined;
    const runs = (node: string): readonly ITaskData[] => stored?.resultData.runData?.[node] ?? [];
    return {
      id,
      status,
      mode,
      error: stored?.resultData.error,
      runs,
      items: (node, output = 0) => runs(node).at(-1)?.data?.['main']?.[output] ?? [],
      text: data,
    };
  }

  /** The latest hundred executions of a workflow, oldest first. */
  async executions(
    workflowId: string,
  ): Promise<readonly { readonly id: string; readonly status: ExecutionStatus; readonly mode: string }[]> {
    const filter = encodeURIComponent(JSON.stringify({ workflowId }));
    const { results } = (await this.#get(`/executions?filter=${filter}&limit=100`)) as {
      results: { id: string; status: ExecutionStatus; mode: string }[];
    };
    return results.toReversed();
  }

  /** What a node has given so far, over all executions of its workflow, oldest first. */
  async outputs(workflowId: string, node: string): Promise<readonly IDataObject[]> {
    const executions = await this.executions(workflowId);
    const ended = await Promise.all(executions.map(({ id }) => this.untilEnd(id)));
    return ended.flatMap((execution) => execution.items(node).map(({ json }) => json));
  }

  async countExecutions(workflowId: string, status: ExecutionStatus): Promise<number> {
    const filter = encodeURIComponent(JSON.stringify({ workflowId, status: [status] }));
    const { count } = (await this.#get(`/executions?filter=${filter}&limit=1`)) as { count: number };
    return count;
  }

  async stopExecution(executionId: string): Promise<void> {
    await this.#post(`/executions/${executionId}/stop`, {});
  }

  /** What a binary field of an item holds. */
  async binary(item: INodeExecutionData | undefined, field = 'data'): Promise<Buffer> {
    const binary = item?.binary?.[field];
    if (binary === undefined) throw new Error(`the item has no binary field ${field}`);
    if (binary.id === undefined) return Buffer.from(binary.data, 'base64');
    const response = await this.#send(
      'GET',
      `/binary-data?id=${encodeURIComponent(binary.id)}&action=download`,
    );
    return Buffer.from(await response.arrayBuffer());
  }

  /** What the editor loads of a node type, or a credential type. */
  async types(kind: 'nodes' | 'credentials'): Promise<readonly { name: string; [key: string]: unknown }[]> {
    const response = await fetch(`${this.url}/types/${kind}.json`, { headers: { cookie: this.cookie } });
    return (await response.json()) as { name: string }[];
  }

  /** What a list of a resource locator offers. */
  async listSearch(
    node: INode,
    parameter: string,
    method: string,
    filter?: string,
  ): Promise<readonly { readonly name: string; readonly value: string }[]> {
    const { results } = (await this.#post('/dynamic-node-parameters/resource-locator-results', {
      nodeTypeAndVersion: { name: node.type, version: node.typeVersion },
      path: `parameters.${parameter}`,
      methodName: method,
      currentNodeParameters: node.parameters,
      credentials: node.credentials,
      ...(filter !== undefined && { filter }),
    })) as { results: { name: string; value: string }[] };
    return results;
  }

  async #get(path: string): Promise<unknown> {
    return this.#dataOf(await this.#send('GET', path));
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    return this.#dataOf(await this.#send('POST', path, body));
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.url}/rest${path}`, {
      method,
      headers: { 'content-type': 'application/json', cookie: this.cookie },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async #dataOf(response: Response): Promise<unknown> {
    return ((await response.json()) as { data: unknown }).data;
  }
}
