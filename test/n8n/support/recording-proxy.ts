import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a submission asks the service to call back. */
export interface AskedCallback {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Stands before a simulator, which keeps no secret, and remembers whom it was asked to call back, and how. */
export class RecordingProxy implements AsyncDisposable {
  readonly url: string;
  readonly callbacks: readonly AskedCallback[];
  readonly #close: () => Promise<void>;

  static async start(target: string): Promise<RecordingProxy> {
    const callbacks: AskedCallback[] = [];
    const server = createServer((incoming, outgoing) => {
      void (async () => {
        const body = await buffer(incoming);
        const { method, headers, url = '/' } = incoming;
        const field = (name: string): string | undefined =>
          new RegExp(`name="${name}"\r\n\r\n(.*)\r\n`).exec(body.toString('latin1'))?.[1];
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
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new RecordingProxy(`http://127.0.0.1:${port}`, callbacks, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
  }

  private constructor(url: string, callbacks: readonly AskedCallback[], close: () => Promise<void>) {
    this.url = url;
    this.callbacks = callbacks;
    this.#close = close;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
