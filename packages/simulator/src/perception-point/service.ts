import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Answer } from '../answer.ts';
import { answerJson, answerWith } from '../answer.ts';
import { objectText } from '../json-text.ts';
import type { Service, ServiceRequest, ServiceRoute } from '../service.ts';
import { tokenState } from '../token-credential.ts';
import type { ReceivedForm } from './received-form.ts';
import { receiveForm } from './received-form.ts';
import type { ScanQuery } from './scan-list.ts';
import { fromCursor } from './scan-list.ts';
import { checkSubmission } from './submission.ts';
import type { XRay } from './x-ray.ts';

const listPath = '/api/v1/scans/list/';

/** So many running scans are listed where no `limit` is asked for (inferred). */
const usualLimit = 50;

/**
 * The calls of Perception Point X-Ray that have to do with files: the submission (doc), the list of scans (doc), one
 * scan by its id and the list of running scans (vendor code, from an unofficial copy), and a sign of life (third party).
 * What it answers to errors looks like Django REST Framework (inferred). Its answers are dated by its own clock.
 */
export function perceptionPointService(xRay: XRay, { now }: { now: () => number }): Service {
  /** Refuses before the body is read, as the framework does. */
  function authorized(answer: ServiceRoute['answer']): ServiceRoute['answer'] {
    return (request) => {
      switch (request.credential) {
        case 'none':
          return unauthorized('Authentication credentials were not provided.');
        case 'wrong':
          return unauthorized('Invalid token.');
        case 'right':
          return xRay.settings.licensed
            ? answer(request)
            : answerJson(403, { detail: 'You do not have permission to perform this action.' });
      }
    };
  }

  function jsonText(text: string): Answer {
    const answer = answerWith(200, 'application/json', text);
    return { ...answer, headers: { ...answer.headers, date: new Date(now()).toUTCString() } };
  }

  async function submit(request: ServiceRequest): Promise<Answer> {
    const form = await formOf(request, xRay.settings.mostBytes);
    if ('status' in form) return form;
    const checked = checkSubmission(form);
    if ('errors' in checked) return answerJson(400, checked.errors);
    const id = xRay.submit(checked);
    const { name, file, fields } = checked;
    request.turnedOutToBeAbout([name, id.text, ...(file === undefined ? [] : [file.sha256])]);
    const params = fields.get('callback_params');
    return jsonText(
      objectText({ scan_id: id.json, ...(params !== undefined && { callback_params: params }) }),
    );
  }

  function list({ query, message }: ServiceRequest): Answer {
    const cursor = query.get('_cursor');
    const carried = cursor === null ? {} : fromCursor(cursor);
    if (carried === undefined) return answerJson(404, { detail: 'Invalid cursor' });
    const asked = queryOf(query);
    if ('errors' in asked) return answerJson(400, asked.errors);
    const { settings } = xRay;
    return jsonText(
      xRay.list.pageText(
        cursor !== null && settings.cursorCarriesFilters ? carried : { ...asked, ...carried },
        {
          now: now(),
          settings,
          nextUrl: (next) => `${settings.nextOrigin ?? originOf(message)}${listPath}?_cursor=${next}`,
        },
      ),
    );
  }

  function lookUp(scanId: string): Answer {
    const row = xRay.settings.offersLookUp ? xRay.list.oneText(scanId, now()) : undefined;
    return row === undefined ? answerJson(404, { detail: 'Not found.' }) : jsonText(row);
  }

  function listRunning({ query }: ServiceRequest): Answer {
    if (!xRay.settings.offersRunningList) return answerJson(404, { detail: 'Not found.' });
    const origin = query.get('verbose_origin[]') ?? undefined;
    const isForRunning = (query.get('verbose_status') ?? 'RUN') === 'RUN';
    const limit = isForRunning ? Number(query.get('limit') ?? usualLimit) : 0;
    return jsonText(xRay.list.runningText(origin, limit, now()));
  }

  return {
    credentialHeader: 'authorization',
    credential: (headers) => tokenState(headers, xRay.token),
    routes: [
      {
        name: 'perception-point.files.submit',
        method: 'POST',
        path: '/api/v1/files/',
        subjects: () => [],
        answer: authorized(submit),
      },
      {
        name: 'perception-point.scans.list',
        method: 'GET',
        path: listPath,
        subjects: () => [],
        answer: authorized(list),
      },
      {
        name: 'perception-point.scans.get',
        method: 'GET',
        path: `${listPath}:scanId/`,
        subjects: ({ params }) => [params['scanId'] ?? ''],
        answer: authorized(({ params }) => lookUp(params['scanId'] ?? '')),
      },
      {
        name: 'perception-point.scans.running',
        method: 'GET',
        path: '/api/v1/scans/running_list/',
        subjects: () => [],
        answer: authorized(listRunning),
      },
      {
        name: 'perception-point.health',
        method: 'GET',
        path: '/health_check',
        subjects: () => [],
        answer: () => answerJson(200, { description: 'system is running', maintenance_mode: false }),
      },
    ],
  };
}

function unauthorized(detail: string): Answer {
  const answer = answerJson(401, { detail });
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Token' } };
}

/** What was sent as a form, or the answer to what cannot be read as one. */
async function formOf({ message, form }: ServiceRequest, mostBytes: number): Promise<ReceivedForm | Answer> {
  const contentType = message.headers['content-type'] ?? '';
  const mediaType = contentType.replace(/;.*/s, '').trim().toLowerCase();
  switch (mediaType) {
    case '':
    case 'application/x-www-form-urlencoded':
      return { fields: new Map(form), files: new Map() };
    case 'multipart/form-data': {
      const received = await receiveForm(message, mostBytes);
      switch (received) {
        case 'too large':
          return answerJson(413, { detail: `The file is larger than ${mostBytes} bytes.` });
        case 'malformed':
          return answerJson(400, { detail: 'Multipart form parse error' });
        case 'broken off':
          // Nobody is there to read it.
          return answerJson(400, { detail: 'The request was broken off' });
        default:
          return received;
      }
    }
    default:
      return answerJson(415, { detail: `Unsupported media type "${mediaType}" in request.` });
  }
}

function queryOf(query: URLSearchParams): ScanQuery | { errors: Record<string, string[]> } {
  const errors: Record<string, string[]> = {};
  const values: Record<string, string | number> = {};
  for (const name of ['start', 'end', 'limit']) {
    const text = query.get(name);
    if (text === null) continue;
    if (/^\d+$/.test(text)) values[name] = Number(text);
    else errors[name] = ['A valid integer is required.'];
  }
  for (const name of ['origin', 'verbose_verdict']) {
    const text = query.get(name);
    if (text !== null) values[name] = text;
  }
  return Object.keys(errors).length > 0 ? { errors } : values;
}

/** Where the client sees the service: `next` is made from it, as Django makes absolute URLs. */
function originOf({ headers, socket }: IncomingMessage): string {
  return `${socket instanceof TLSSocket ? 'https' : 'http'}://${headers.host ?? ''}`;
}
