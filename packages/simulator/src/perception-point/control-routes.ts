import type { FastifyInstance } from 'fastify';
import type { ExistingScanJson } from './control-schemas.ts';
import { existingScanSchema, scanScriptSchema, settingsSchema, toExistingScan } from './control-schemas.ts';
import type { ScanScript } from './scan-scripts.ts';
import type { PerceptionPointSettings } from './settings.ts';
import type { PerceptionPoint } from './x-ray.ts';

/**
 * What steers Perception Point, as JSON over HTTP.
 *
 * | call | does |
 * |---|---|
 * | `POST /_simulator/perception-point/scripts` a scan script | says how scans to come go |
 * | `POST /_simulator/perception-point/scans` a scan | adds it to the list, answers its id |
 * | `PATCH /_simulator/perception-point/settings` settings | changes those that are given |
 * | `GET /_simulator/perception-point/submissions` | what was submitted |
 * | `GET /_simulator/perception-point/callbacks` | which callbacks were sent |
 */
export function mountPerceptionPointControl(app: FastifyInstance, perceptionPoint: PerceptionPoint): void {
  const root = '/_simulator/perception-point';

  app.post<{ Body: ScanScript }>(
    `${root}/scripts`,
    { schema: { body: scanScriptSchema } },
    async (request, reply) => {
      perceptionPoint.scriptScan(request.body);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: ExistingScanJson }>(
    `${root}/scans`,
    { schema: { body: existingScanSchema } },
    async (request, reply) =>
      reply.code(201).send({ scanId: perceptionPoint.addScan(toExistingScan(request.body)) }),
  );

  app.patch<{ Body: Partial<PerceptionPointSettings> }>(
    `${root}/settings`,
    { schema: { body: settingsSchema } },
    async (request, reply) => {
      perceptionPoint.configure(request.body);
      return reply.code(204).send();
    },
  );

  app.get(`${root}/submissions`, () => ({ submissions: perceptionPoint.listSubmissions() }));

  app.get(`${root}/callbacks`, () => ({ callbacks: perceptionPoint.callbacks }));
}
