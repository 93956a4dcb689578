import { startServer, type TestServer } from './servers.ts';

/** A web server that answers each URL with JSON, and with 404 where there is nothing to say. */
export async function startJsonServer(answerTo: (url: URL) => unknown): Promise<TestServer> {
  return startServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`);
    const answer = answerTo(url);
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { detail: 'Not found.' }));
  });
}
