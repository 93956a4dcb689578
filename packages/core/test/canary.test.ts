import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../src/progress.ts';
import { SpectraAnalyzeClient } from '../src/spectra-analyze/client.ts';
import { fetchPdfReport } from '../src/spectra-analyze/pdf-report.ts';
import { acceleratedClock } from './support/accelerated-clock.ts';
import { inMemory } from './support/appliance.ts';
import { formsOf, leaksIn } from './support/leaks.ts';
import { startRawServer, startServer } from './support/servers.ts';
import { failureOf, openTransport } from './support/transport.ts';

/** With every kind of character that some encoding changes. */
const canary = 'Canary/4711+"tweet"&<chirp>\'=%25~AbC\\';
const forms = Object.entries(formsOf(canary));
const hash = 'c'.repeat(64);

type Echo = (response: ServerResponse, form: string) => void;

function answering(
  status: number,
  mediaType: string,
  body: (form: string) => string,
  headers: (form: string) => Record<string, string> = () => ({}),
): Echo {
  return (response, form) => {
    response.writeHead(status, { 'content-type': mediaType, ...headers(form) }).end(body(form));
  };
}

const json = (value: unknown): string => JSON.stringify(value);

/** Appliances that give the credential back in one way each. */
const echoes: Record<string, Echo> = {
  'in a detail': answering(403, 'application/json', (form) => json({ detail: `Refused: Token ${form}` })),
  'in a message and a code': answering(400, 'application/json', (form) =>
    json({ code: form, message: form }),
  ),
  'in nested errors': answering(404, 'application/json', (form) =>
    json({ errors: [{ message: form, code: form }] }),
  ),
  'in JSON of an unknown shape': answering(422, 'application/json', (form) =>
    json({ headers: [['a', form]] }),
  ),
  'in JSON that breaks off': answering(400, 'application/json', (form) => `{"detail": "${form}`),
  'in plain text': answering(428, 'text/plain', (form) => `no ${form} here`),
  'in the text of a passing failure': answering(503, 'text/plain', (form) => `${form} ${form}`),
  'in the title of an error page': answering(502, 'text/html', (form) => `<html><title>${form}</title>`),
  'in the title of a login page': answering(200, 'text/html', (form) => `<html><title>For ${form}</title>`),
  'in an answer of an unknown shape': answering(200, 'application/json', (form) => json({ you: form })),
  'in an answer that is not JSON': answering(200, 'text/plain', (form) => `you sent ${form}`),
  'in an answer that begins like a PDF': answering(200, 'application/pdf', (form) => `%PDF-1.7 ${form}`),
  'at the cut of what is looked at': answering(
    200,
    'text/plain',
    (form) => `${' '.repeat(1010)}${form}${' '.repeat(50)}`,
  ),
  'in a status message': answering(200, 'application/json', (form) =>
    json({
      status: 8,
      status_message: form,
      status_endpoint: form,
      download_endpoint: form,
      classification: form,
    }),
  ),
  'in a Retry-After': answering(
    429,
    'text/plain',
    () => '',
    (form) => ({ 'retry-after': encodeURI(form) }),
  ),
  'in a Content-Disposition': answering(
    200,
    'text/plain',
    () => 'x',
    (form) => ({
      'content-disposition': `attachment; filename="${encodeURI(form)}"`,
    }),
  ),
  'in the path of a redirect': answering(
    302,
    'text/plain',
    () => '',
    (form) => ({
      location: `http://evil.example/${encodeURI(form)}`,
    }),
  ),
  'in the query of a redirect to nowhere': answering(
    302,
    'text/plain',
    () => '',
    (form) => ({
      location: `https://127.0.0.1:1/?token=${encodeURI(form)}`,
    }),
  ),
  'in a redirect that is no URL': answering(
    302,
    'text/plain',
    () => '',
    (form) => ({
      location: `https://[${encodeURI(form)}`,
    }),
  ),
};

function clientOf(url: string, token: string): SpectraAnalyzeClient {
  const clock = acceleratedClock(1000);
  return new SpectraAnalyzeClient({ baseUrl: url, token, transport: openTransport(), clock });
}

/** Makes every call, and gives all that a caller gets to see: results, errors, progress. */
async function everythingSeen(client: SpectraAnalyzeClient): Promise<unknown[]> {
  const progress: Progress[] = [];
  const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
  const seen = await Promise.all([
    outcome(client.createPdfReport(hash)),
    outcome(client.getPdfReportStatus(hash)),
    outcome(client.downloadPdfReport(hash, inMemory)),
    outcome(client.getClassification(hash)),
    outcome(client.testConnection()),
    outcome(
      fetchPdfReport(client, hash, inMemory, {
        deadline: client.clock.now() + 120_000,
        onProgress: (change) => progress.push(change),
      }),
    ),
  ]);
  return [...seen, ...progress];
}

describe('a credential that the appliance gives back', () => {
  test.each(Object.keys(echoes))('%s is seen nowhere, in none of its forms', async (where) => {
    const tokens: (string | undefined)[] = [];
    let form = '';
    const server = await startServer((request: IncomingMessage, response) => {
      tokens.push(request.headers.authorization);
      echoes[where]?.(response, form);
    });
    for (const [, next] of forms) {
      form = next;
      const seen = await everythingSeen(clientOf(server.url, canary));
      for (const thing of seen) expect(leaksIn(thing, canary)).toEqual([]);
    }
    expect(new Set(tokens)).toEqual(new Set([`Token ${canary}`]));
  });

  test('in a header that is no HTTP is seen nowhere', async () => {
    const server = await startRawServer((socket) => {
      socket.on('data', () => socket.end(`HTTP/1.1 200 OK\r\nnot a header: \u0000${canary}\r\n\r\n`));
    });
    for (const thing of await everythingSeen(clientOf(server.url, canary))) {
      expect(leaksIn(thing, canary)).toEqual([]);
    }
  });

  test('in the host of a redirect is seen nowhere', async () => {
    const simpleCanary = 'Canary4711TweetTweet';
    const server = await startServer((_request, response) => {
      response.writeHead(302, { location: `https://${simpleCanary}.invalid/` }).end();
    });
    const failure = await failureOf(clientOf(server.url, simpleCanary).createPdfReport(hash));
    expect(failure).toMatchObject({ what: expect.stringContaining('***.invalid') as string });
    expect(leaksIn(failure, simpleCanary)).toEqual([]);
  });

  test('to the client itself is not shown by it', () => {
    expect(leaksIn(clientOf('http://127.0.0.1:1', canary), canary)).toEqual([]);
  });

  test('would be found, were it shown', () => {
    const error = new Error('refused', { cause: { answer: Buffer.from(canary).toString('base64') } });
    expect(leaksIn(error, canary)).toContain('base64');
    expect(leaksIn(new Error(`refused: ${canary}`), canary)).toContain('raw');
    expect(
      leaksIn({ deep: [{ er: { and: { deeper: { still: encodeURIComponent(canary) } } } }] }, canary),
    ).toContain('urlEncoded');
  });
});
