import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fillIn, hasCurl, openFolder, openSimulator, runCurl } from './support/sample-call.ts';

// The page has calls of Python's requests. These are the same in curl, field by field: `data=` is -d without a file and
// -F beside one, `files=` is -F with an @. The callback headers are JSON, as the page's table of fields says; what
// requests makes of the dictionary in the example would be the names of the headers alone.
const scanFromStorage = `\
curl https://<PERCEPTION-POINT-URL>/api/v1/files/ \\
-d 'path=sample.doc' \\
-H 'Authorization: Token <TOKEN_VALUE>'`;
const scanFromDisk = `\
curl https://<PERCEPTION-POINT-URL>/api/v1/files/ \\
-F 'data=@/tmp/example.pdf' \\
-F 'name=my_file.doc' \\
-F 'callback_url=https://my-api.com/callback' \\
-F 'callback_headers={"Auth": "<TOKEN_VALUE>"}' \\
-H 'Authorization: Token <TOKEN_VALUE>'`;

const host = 'https://<PERCEPTION-POINT-URL>';
const token = '<TOKEN_VALUE>';

/** A receiver of callbacks, and the first one that it gets. */
async function startReceiver() {
  const first = Promise.withResolvers<{ path: string; headers: IncomingHttpHeaders; body: unknown }>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.end();
      first.resolve({ path: request.url ?? '', headers: request.headers, body: JSON.parse(body) as unknown });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, first: first.promise };
}

describe.skipIf(!hasCurl)('the sample calls of the files API, with curl,', () => {
  test('have a file of the default storage scanned', async () => {
    const simulator = await openSimulator();
    const { token: value } = simulator.perceptionPoint;

    const answer = await runCurl(
      fillIn(scanFromStorage, { [host]: simulator.url, [token]: value }),
      await openFolder(),
    );

    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/^\{"scan_id":\s*\d+\}$/);
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { source: 'path', fields: { path: 'sample.doc' } },
    ]);
  });

  test('have a file of this machine scanned, and the result sent to the callback with its header', async () => {
    const simulator = await openSimulator({ perceptionPoint: { scanSeconds: 0 } });
    const receiver = await startReceiver();
    const folder = await openFolder();
    await writeFile(join(folder, 'example.pdf'), 'the content of the example');
    const { token: value } = simulator.perceptionPoint;

    const answer = await runCurl(
      fillIn(scanFromDisk, {
        [host]: simulator.url,
        [token]: value,
        // The page's folder may not exist here: the call runs in that of the file.
        '/tmp/': '',
        'https://my-api.com': receiver.url,
      }),
      folder,
    );

    expect(answer.status).toBe(200);
    const { scan_id: scanId } = JSON.parse(answer.body) as { scan_id: number };
    expect(scanId).toEqual(expect.any(Number));
    expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
      { source: 'data', name: 'my_file.doc', file: { fileName: 'example.pdf', size: 26 } },
    ]);
    const callback = await receiver.first;
    expect(callback).toMatchObject({ path: '/callback', headers: { auth: value } });
    expect(callback.body).toMatchObject({ scan_id: String(scanId), name: 'my_file.doc', verdict: 'CLN' });
  });

  test('are answered with the callback params when they have some', async () => {
    const simulator = await openSimulator();
    const params = `{"key1": "value1", "key2": "value2"}`;
    const call = `${scanFromStorage} -d 'callback_params=${params}'`;

    const answer = await runCurl(
      fillIn(call, { [host]: simulator.url, [token]: simulator.perceptionPoint.token }),
      await openFolder(),
    );

    const { scan_id: scanId, ...rest } = JSON.parse(answer.body) as Record<string, unknown>;
    expect(scanId).toEqual(expect.any(Number));
    expect(rest).toEqual({ callback_params: { key1: 'value1', key2: 'value2' } });
  });

  test('need one of data, path and download_link', async () => {
    const simulator = await openSimulator();
    const values = { [host]: simulator.url, [token]: simulator.perceptionPoint.token };
    const folder = await openFolder();

    const none = await runCurl(fillIn(scanFromStorage, { ...values, 'path=sample.doc': 'name=x' }), folder);
    const two = await runCurl(
      `${fillIn(scanFromStorage, values)} -d 'download_link=https://x.test/y'`,
      folder,
    );

    expect([none.status, two.status]).toEqual([400, 400]);
  });
});
