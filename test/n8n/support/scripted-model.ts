import { json } from 'node:stream/consumers';
import { type LocalServer, startLocalServer } from './local-server.ts';

/** What the model is asked, as far as the script looks at it. */
interface ModelRequest {
  readonly input: readonly { readonly type?: string; readonly output?: string }[];
  readonly tools?: readonly { readonly name: string }[];
}

/** By the name of a tool, what it is called with. */
type ToolArguments = Readonly<Record<string, object>>;

/**
 * In place of a chat model, which this machine cannot have: it speaks the Responses API of OpenAI, calls each tool that
 * it is offered once, and then says what the tools have said.
 */
export async function startScriptedModel(toolArguments: ToolArguments): Promise<LocalServer> {
  return startLocalServer((incoming, outgoing) => {
    void json(incoming).then((body) => {
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(JSON.stringify(responseTo(body as ModelRequest, toolArguments)));
    });
  });
}

function responseTo({ input, tools = [] }: ModelRequest, toolArguments: ToolArguments): object {
  const said = input.flatMap(({ type, output }) => (type === 'function_call_output' ? [output ?? ''] : []));
  const calls = tools.map(({ name }, index) => ({
    type: 'function_call',
    id: `fc_${index}`,
    call_id: `call_${index}`,
    name,
    arguments: JSON.stringify(toolArguments[name] ?? {}),
    status: 'completed',
  }));
  const message = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: said.join('\n'), annotations: [] }],
  };
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 0,
    status: 'completed',
    model: 'scripted',
    output: said.length === 0 ? calls : [message],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  };
}
