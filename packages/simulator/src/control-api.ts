import type { FastifyInstance } from 'fastify';
import { advanceSchema, faultScriptSchema, journalFilterSchema } from './control-schemas.ts';
import { mountDigicertControl } from './digicert/control-routes.ts';
import type { FaultScript } from './faults.ts';
import type { JournalFilter } from './journal.ts';
import { mountPerceptionPointControl } from './perception-point/control-routes.ts';
import type { Simulator } from './server.ts';
import { sampleSchema, toSampleOptions } from './spectra-analyze/sample-schema.ts';
import type { SampleJson } from './spectra-analyze/sample-schema.ts';

/**
 * What the function-level API can do, as JSON over HTTP, for programs in other processes. It asks for no token: the
 * server is reachable from this machine only. A malformed request gets a 400 that says what is wrong with it.
 *
 * | call | does |
 * |---|---|
 * | `GET /_simulator/` | the time and the token or key of each service |
 * | `POST /_simulator/advance` `{seconds}` | moves the clock |
 * | `POST /_simulator/faults` a fault script | scripts a fault |
 * | `DELETE /_simulator/faults` | forgets the faults |
 * | `GET /_simulator/requests?route=&subject=` | the journal |
 * | `POST /_simulator/spectra-analyze/samples` a sample | adds or replaces it, answers its hashes |
 * | `GET /_simulator/spectra-analyze/samples` | the name and the hashes of each |
 * | `/_simulator/perception-point/...` | see {@link mountPerceptionPointControl} |
 * | `/_simulator/digicert/...` | see {@link mountDigicertControl} |
 * | `POST /_simulator/reset` | everything as it was at the start |
 */
export function mountControlApi(app: FastifyInstance, simulator: Simulator): void {
  app.get('/_simulator/', () => ({
    now: simulator.now(),
    spectraAnalyze: { token: simulator.spectraAnalyze.token },
    perceptionPoint: { token: simulator.perceptionPoint.token },
    digicert: { apiKey: simulator.digicert.apiKey },
  }));

  app.post<{ Body: { seconds: number } }>(
    '/_simulator/advance',
    { schema: { body: advanceSchema } },
    (request) => {
      simulator.advance(request.body.seconds);
      return { now: simulator.now() };
    },
  );

  app.post<{ Body: FaultScript }>(
    '/_simulator/faults',
    { schema: { body: faultScriptSchema } },
    async (request, reply) => {
      simulator.faults.script(request.body);
      return reply.code(204).send();
    },
  );

  app.delete('/_simulator/faults', async (_request, reply) => {
    simulator.faults.clear();
    return reply.code(204).send();
  });

  app.get<{ Querystring: JournalFilter }>(
    '/_simulator/requests',
    { schema: { querystring: journalFilterSchema } },
    (request) => ({ requests: simulator.journal.list(request.query) }),
  );

  app.post<{ Body: SampleJson }>(
    '/_simulator/spectra-analyze/samples',
    { schema: { body: sampleSchema } },
    async (request, reply) =>
      reply.code(201).send(simulator.spectraAnalyze.addSample(toSampleOptions(request.body))),
  );

  app.get('/_simulator/spectra-analyze/samples', () => ({
    samples: simulator.spectraAnalyze.listSamples(),
  }));

  mountPerceptionPointControl(app, simulator.perceptionPoint);

  mountDigicertControl(app, simulator.digicert);

  app.post('/_simulator/reset', async (_request, reply) => {
    simulator.reset();
    return reply.code(204).send();
  });
}
