import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { applyFault } from './apply-fault.ts';
import { answerJson, answerWith } from './answer.ts';
import { send } from './deliver.ts';
import type { FaultBook } from './faults.ts';
import type { CredentialState, Journal, JournalRecord } from './journal.ts';
import type { Service, ServiceRequest, ServiceRoute } from './service.ts';

/** Puts the services behind the server: each request is listed, meets its fault, and else gets its answer. */
export function mountServices(
  app: FastifyInstance,
  services: readonly Service[],
  { faults, journal, now }: { faults: FaultBook; journal: Journal; now: () => number },
): void {
  const records = new WeakMap<IncomingMessage, JournalRecord>();

  // Ahead of the router, which turns some malformed requests away by itself.
  app.server.prependListener('request', (request, response) => {
    if (request.url?.startsWith('/_simulator') === true) return;
    const credential = credentialForAny(services, request.headers);
    records.set(request, journal.begin(now(), request, response, credential));
  });

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, new URLSearchParams(body.toString()));
    },
  );
  // Other bodies are left unread: no media type is refused before the service, or a fault, has seen the request.
  app.addContentTypeParser('*', (_request, body, done) => {
    done(null, body);
  });

  app.setNotFoundHandler((_request, reply) => {
    reply.hijack();
    void send(reply.raw, answerWith(404, 'text/html; charset=utf-8', '<h1>Not Found</h1>\n'));
  });

  for (const service of services) {
    for (const route of service.routes) {
      app.route({
        method: route.method,
        url: route.path,
        handler: async (request, reply) => {
          reply.hijack();
          const credential = service.credential(request.headers);
          const record = records.get(request.raw);
          await handle(service, route, toServiceRequest(request, credential, record), {
            headers: request.headers,
            response: reply.raw,
            record,
            faults,
          });
        },
      });
    }
  }
}

async function handle(
  service: Service,
  route: ServiceRoute,
  request: ServiceRequest,
  context: {
    headers: IncomingHttpHeaders;
    response: ServerResponse;
    record: JournalRecord | undefined;
    faults: FaultBook;
  },
): Promise<void> {
  const { headers, response, record, faults } = context;
  const subjects = route.subjects(request);
  const fault = faults.take(route.name, subjects);
  if (record !== undefined) {
    record.route = route.name;
    record.subjects = subjects;
    record.credential = request.credential;
    record.fault = fault?.kind;
  }
  const answer = async () => route.answer(request);
  try {
    if (fault === undefined) await send(response, await answer());
    else {
      const credential = headers[service.credentialHeader]?.toString();
      await applyFault(fault, { response, answer, credential });
    }
  } catch (error) {
    // The simulator's own mistake, or a script's (a header that cannot be sent): whoever runs it has to see it.
    if (response.headersSent) response.destroy();
    else await send(response, answerJson(500, { simulator: String(error) }));
  }
}

function toServiceRequest(
  request: FastifyRequest,
  credential: CredentialState,
  record: JournalRecord | undefined,
): ServiceRequest {
  return {
    params: request.params as Record<string, string>,
    query: new URL(request.url, 'http://simulator').searchParams,
    form: request.body instanceof URLSearchParams ? request.body : new URLSearchParams(),
    json: isJson(request) ? request.body : undefined,
    credential,
    message: request.raw,
    turnedOutToBeAbout: (subjects) => {
      if (record !== undefined) record.subjects = subjects;
    },
  };
}

function isJson({ headers }: FastifyRequest): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

/** For a request that belongs to no route. */
function credentialForAny(services: readonly Service[], headers: IncomingHttpHeaders): CredentialState {
  const states = services.map((service) => service.credential(headers));
  return states.find((state) => state === 'right') ?? states.find((state) => state === 'wrong') ?? 'none';
}
