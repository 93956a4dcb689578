import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type LocalServer, startLocalServer } from './local-server.ts';

/** What a submission asks the service to call back. */
export interface AskedCallback {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Stands before a simulator, which keeps no secret, and remembers whom it was asked to call back, and how. */
export interface RecordingProxy extends LocalServer {
  readonly callbacks: readonly AskedCallback[];
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const callbacks: AskedCallback[] = [];
  const server = await startLocalServer((incoming, outgoing) => {
    void (async () => {
      const body = await buffer(incoming);
      const { method, headers, url = '/' } = incoming;
      const text = body.toString('latin1');
      const isMultipart = headers['content-type']?.startsWith('multipart/');
      const field = (name: string): string | undefined =>
        isMultipart === true
          ? new RegExp(`name="${name}"\r\n\r\n(.*)\r\n`).exec(text)?.[1]
          : (new URLSearchParams(text).get(name) ?? undefined);
      const callbackUrl = field('callback_url');
      const forwarded = request(new URL(url, target), { method, headers }, (answer) => {
        if (callbackUrl !== undefined) {
          const asked = JSON.parse(field('callback_headers') ?? '{}') as Record<string, string>;
          callbacks.push({ url: callbackUrl, headers: asked });
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.end(body);
    })();
  });
  return { ...server, callbacks };
}
