import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { FilePart, RequestBody } from '../../src/transport.ts';
import { startServer } from '../support/servers.ts';
import { failureOf, get, openTransport, readBytes, readText } from '../support/transport.ts';

/** Sends the body and gives what the server received. */
async function received(body: RequestBody): Promise<{ headers: IncomingMessage['headers']; bytes: Buffer }> {
  const { promise, resolve } = Promise.withResolvers<{
    headers: IncomingMessage['headers'];
    bytes: Buffer;
  }>();
  const server = await startServer((request, response) => {
    void readBytes(request).then((bytes) => {
      resolve({ headers: request.headers, bytes });
      response.end();
    });
  });
  await openTransport().send({ ...get(server.url), method: 'POST', body });
  return promise;
}

function filePart(content: Buffer, name = 'sample.bin'): FilePart {
  return {
    field: 'file',
    name,
    mediaType: 'application/octet-stream',
    size: content.byteLength,
    // eslint-disable-next-line @typescript-eslint/require-await -- the file is in memory
    async *open() {
      for (let start = 0; start < content.byteLength; start += 1000)
        yield content.subarray(start, start + 1000);
    },
  };
}

/** Takes the body apart with the multipart parser of the platform. */
function parseMultipart({ headers, bytes }: Awaited<ReturnType<typeof received>>): Promise<FormData> {
  // Deprecated for large bodies only, which are not what is parsed here.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return new Response(bytes, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
}

describe('a request', () => {
  test('carries its headers, and says itself how it wants the answer encoded', async () => {
    const server = await startServer((request, response) => response.end(JSON.stringify(request.headers)));
    const request = { ...get(server.url), headers: { authorization: 'Token t', accept: 'application/json' } };
    const headers: unknown = JSON.parse(await readText(await openTransport().send(request)));
    expect(headers).toMatchObject({
      ...request.headers,
      'accept-encoding': 'identity',
      host: new URL(server.url).host,
    });
  });

  test('resolves for every status and follows no redirect', async () => {
    const server = await startServer((request, response) => {
      response.writeHead(Number(request.url?.slice(1)), { location: '/200', 'X-Twice': ['a', 'b'] }).end();
    });
    for (const status of [200, 204, 301, 307, 403, 404, 429, 500, 503]) {
      const response = await openTransport().send(get(`${server.url}/${status}`));
      expect(response.status).toBe(status);
      expect(response.headers).toMatchObject({ location: '/200', 'x-twice': 'a, b' });
    }
  });
});

describe('a form', () => {
  test('is URL-encoded', async () => {
    const { headers, bytes } = await received({
      type: 'form',
      fields: { hash_values: '0', 'a&b': 'ü =+\n' },
    });
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(bytes.toString()).toBe('hash_values=0&a%26b=%C3%BC+%3D%2B%0A');
    expect(headers['content-length']).toBe(String(bytes.byteLength));
  });
});

describe('JSON', () => {
  test('is sent in UTF-8', async () => {
    const { headers, bytes } = await received({ type: 'json', value: { a: ['ü', 1, null] } });
    expect(headers['content-type']).toBe('application/json');
    expect(bytes.toString()).toBe('{"a":["ü",1,null]}');
  });
});

describe('a multipart body', () => {
  test('brings fields and file to the parser of the other side', async () => {
    const content = Buffer.from(Array.from({ length: 12_345 }, (_, index) => index % 256));
    const fields = { 'file-password': 'a\r\nb"ü', empty: '' };
    const form = await parseMultipart(await received({ type: 'multipart', fields, file: filePart(content) }));
    expect([...form.keys()]).toEqual(['file-password', 'empty', 'file']);
    expect(form.get('file-password')).toBe(fields['file-password']);
    expect(form.get('empty')).toBe('');
    const file = form.get('file') as File;
    expect({ name: file.name, type: file.type }).toEqual({
      name: 'sample.bin',
      type: 'application/octet-stream',
    });
    expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true);
  });

  test('announces its length', async () => {
    const { headers, bytes } = await received({
      type: 'multipart',
      fields: { a: 'ü' },
      file: filePart(Buffer.alloc(7)),
    });
    expect(headers['content-length']).toBe(String(bytes.byteLength));
    expect(headers['transfer-encoding']).toBeUndefined();
  });

  test.each([
    'plain.exe',
    'with blanks.txt',
    'Größe €.pdf',
    'semi;colon=.txt',
    '日本.zip',
    '.hidden',
    "it's.txt",
  ])('carries the file name %s', async (name) => {
    const form = await parseMultipart(
      await received({ type: 'multipart', fields: {}, file: filePart(Buffer.from('x'), name) }),
    );
    expect((form.get('file') as File).name).toBe(name);
  });

  test('cannot be forged by a file name or a field name', async () => {
    const forged = 'x"\r\nContent-Type: text/html\r\n\r\n--';
    const { headers, bytes } = await received({
      type: 'multipart',
      fields: { [forged]: 'value' },
      file: filePart(Buffer.from('content'), forged),
    });
    const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1] ?? '';
    const escaped = 'x%22%0D%0AContent-Type: text/html%0D%0A%0D%0A--';
    expect(bytes.toString()).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="${escaped}"\r\n\r\nvalue\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escaped}"\r\n` +
        `Content-Type: application/octet-stream\r\n\r\ncontent\r\n--${boundary}--\r\n`,
    );
  });

  test('is read no faster than it is sent, so that a large file never stands in memory', async () => {
    const server = await startServer((_request, response) => {
      // Nothing of the body is read: the file must stop flowing once the buffers on the way are full.
      response.end('enough');
    });
    const piece = Buffer.alloc(65_536);
    let given = 0;
    const file: FilePart = {
      ...filePart(Buffer.alloc(0)),
      size: 1_000_000_000,
      // eslint-disable-next-line @typescript-eslint/require-await -- the file is in memory
      async *open() {
        for (; given < 1_000_000_000; given += piece.byteLength) yield piece;
      },
    };
    const body = { type: 'multipart', fields: {}, file } as const;
    await openTransport().send({ ...get(server.url), method: 'POST', body });
    expect(given).toBeLessThan(100_000_000);
  });

  test.each([
    ['shorter', 20],
    ['longer', 5],
  ])('fails when the file is %s than announced', async (_what, size) => {
    const server = await startServer((request, response) => {
      request.resume().on('end', () => response.end());
    });
    const file = { ...filePart(Buffer.from('ten bytes.')), size };
    const body = { type: 'multipart', fields: {}, file } as const;
    const failure = await failureOf(openTransport().send({ ...get(server.url), method: 'POST', body }));
    expect(failure).toMatchObject({ name: 'TransportError', failure: 'broken' });
  });
});
