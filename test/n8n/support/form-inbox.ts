import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type LocalServer, startLocalServer } from './local-server.ts';

/** What came in a form. */
export interface ReceivedForm {
  readonly fields: Readonly<Record<string, string>>;
  /** By the name of their field. */
  readonly files: Readonly<Record<string, { readonly name: string; readonly content: Buffer }>>;
}

/** A server that keeps the forms that are sent to it, as a ticket system would. */
export interface FormInbox extends LocalServer {
  readonly forms: readonly ReceivedForm[];
}

export async function openFormInbox(): Promise<FormInbox> {
  const forms: ReceivedForm[] = [];
  const server = await startLocalServer((incoming, outgoing) => {
    void (async () => {
      const fields: Record<string, string> = {};
      const files: Promise<[string, { name: string; content: Buffer }]>[] = [];
      const parser = new Busboy({ headers: incoming.headers as BusboyHeaders });
      parser.on('field', (name, value) => (fields[name] = value));
      parser.on('file', (field, stream, name) => {
        files.push(buffer(stream).then((content) => [field, { name, content }]));
      });
      await pipeline(incoming, parser);
      forms.push({ fields, files: Object.fromEntries(await Promise.all(files)) });
      outgoing.writeHead(201).end();
    })();
  });
  return { ...server, forms };
}
