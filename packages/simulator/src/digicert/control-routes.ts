import type { FastifyInstance } from 'fastify';
import type { Digicert } from './account.ts';
import { reportSchema, runSchema, settingsSchema } from './control-schemas.ts';
import type { ReportOptions, RunOptions } from './report.ts';
import type { DigicertSettings } from './settings.ts';

/**
 * What steers DigiCert CertCentral, as JSON over HTTP.
 *
 * | call | does |
 * |---|---|
 * | `POST /_simulator/digicert/reports` a report | adds or replaces it, answers its identifiers |
 * | `GET /_simulator/digicert/reports` | the name and the identifiers of each |
 * | `POST /_simulator/digicert/reports/{identifier}/runs` a run | adds or replaces it, answers its identifier |
 * | `PATCH /_simulator/digicert/settings` settings | changes those that are given |
 */
export function mountDigicertControl(app: FastifyInstance, digicert: Digicert): void {
  const root = '/_simulator/digicert';

  app.post<{ Body: ReportOptions }>(
    `${root}/reports`,
    { schema: { body: reportSchema } },
    async (request, reply) => reply.code(201).send(digicert.addReport(request.body)),
  );

  app.get(`${root}/reports`, () => ({ reports: digicert.listReports() }));

  app.post<{ Body: RunOptions; Params: { identifier: string } }>(
    `${root}/reports/:identifier/runs`,
    { schema: { body: runSchema } },
    async (request, reply) => {
      const { identifier } = request.params;
      if (!digicert.listReports().some((report) => report.identifier === identifier)) {
        return reply.code(404).send({ message: `There is no report ${identifier}.` });
      }
      return reply.code(201).send(digicert.addRun(identifier, request.body));
    },
  );

  app.patch<{ Body: Partial<DigicertSettings> }>(
    `${root}/settings`,
    { schema: { body: settingsSchema } },
    async (request, reply) => {
      digicert.configure(request.body);
      return reply.code(204).send();
    },
  );
}
