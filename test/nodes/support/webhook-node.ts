import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  type ICredentialDataDecryptedObject,
  type IDataObject,
  type INode,
  type INodeExecutionData,
  type INodeParameters,
  type INodeType,
  type IWebhookFunctions,
  NodeHelpers,
  type WorkflowExecuteMode,
} from 'n8n-workflow';
import { onTestFinished } from 'vitest';

export interface WebhookNodeOptions {
  readonly node: INodeType;
  readonly credentials: ICredentialDataDecryptedObject;
  readonly parameters?: INodeParameters;
  readonly mode?: WorkflowExecuteMode;
  /** The execution that a resume URL belongs to, and the item that it waits with. */
  readonly execution?: { readonly id: string; readonly json: IDataObject };
  /** What n8n has stored of an earlier life of the node. */
  readonly earlier?: Pick<WebhookNode, 'workflowId' | 'staticData'>;
}

export interface WebhookNode {
  readonly url: string;
  readonly workflowId: string;
  /** What the workflow was started, or resumed, with so far. */
  readonly events: readonly INodeExecutionData[];
  /** As n8n has stored it. */
  readonly staticData: IDataObject;
}

/** How long a workflow takes to start. */
const startMs = 20;

/**
 * The URL of a node, served as n8n does: every request has the static data as it was stored when it came, and what the
 * node has made of them is stored only after the workflow was started.
 */
export async function startWebhookNode(options: WebhookNodeOptions): Promise<WebhookNode> {
  const workflowId = options.earlier?.workflowId ?? randomUUID();
  const events: INodeExecutionData[] = [];
  let stored = options.earlier?.staticData ?? {};

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const staticData = structuredClone(stored);
    const functions = webhookFunctions(options, { request, response, body, staticData, workflowId });
    const answer = await options.node.webhook?.call(functions);
    events.push(...(answer?.workflowData ?? []).flat());
    await setTimeout(startMs);
    stored = staticData;
    if (answer?.noWebhookResponse !== true) response.writeHead(200).end();
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  const listening = Promise.withResolvers<undefined>();
  server.listen(0, '127.0.0.1', () => {
    listening.resolve(undefined);
  });
  await listening.promise;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/${workflowId}`,
    workflowId,
    events,
    get staticData() {
      return stored;
    },
  };
}

/** JSON as JSON, any other text as it is, and nothing as an empty object. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const text = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
  if (text === '') return {};
  return request.headers['content-type'] === 'application/json' ? (JSON.parse(text) as unknown) : text;
}

function webhookFunctions(
  { node: type, credentials, parameters = {}, mode = 'webhook', execution }: WebhookNodeOptions,
  at: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly body: unknown;
    readonly staticData: IDataObject;
    readonly workflowId: string;
  },
): IWebhookFunctions {
  const { description } = type;
  const node: INode = {
    id: 'node',
    name: description.displayName,
    type: `n8n-nodes-security-reports.${description.name}`,
    typeVersion: 1,
    position: [0, 0],
    parameters: {},
  };
  const filled = NodeHelpers.getNodeParameters(
    description.properties,
    parameters,
    true,
    false,
    node,
    description,
  ) as IDataObject;
  const functions = {
    getNode: () => node,
    getMode: () => mode,
    getWorkflow: () => ({ id: at.workflowId, name: 'workflow', active: true }),
    getWorkflowStaticData: () => at.staticData,
    getCredentials: () => Promise.resolve(credentials),
    getHeaderData: () => at.request.headers,
    getBodyData: () => at.body,
    getExecutionId: () => execution?.id,
    evaluateExpression: (expression: string) =>
      expression === '{{ $json }}' ? structuredClone(execution?.json) : undefined,
    getNodeParameter: (path: string, fallback?: unknown): unknown =>
      path.split('.').reduce<unknown>((value, name) => (value as IDataObject | undefined)?.[name], filled) ??
      fallback,
    getResponseObject: () => ({
      status: (code: number) => ({
        json: (answer: object) =>
          at.response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
      }),
    }),
  };
  return functions as unknown as IWebhookFunctions;
}
