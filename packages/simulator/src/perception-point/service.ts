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

/**
 * The calls of Perception Point X-Ray that have to do with files: the submission (doc), the list of scans (doc), and a
 * sign of life (third party). What it answers to errors looks like Django REST Framework (inferred).
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
    const scanQuery = cursor === null ? queryOf(query) : fromCursor(cursor);
    if (scanQuery === undefined) return answerJson(404, { detail: 'Invalid cursor' });
    if ('errors' in scanQuery) return answerJson(400, scanQuery.errors);
    const { pageSize, nextOrigin } = xRay.settings;
    return jsonText(
      xRay.list.pageText(scanQuery, {
        now: now(),
        size: pageSize,
        nextUrl: (next) => `${nextOrigin ?? originOf(message)}${listPath}?_cursor=${next}`,
      }),
    );
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
        name: 'perception-point.health',
        method: 'GET',
        path: '/health_check',
        subjects: () => [],
        answer: () => answerWith(200, 'text/plain; charset=utf-8', 'system is running'),
      },
    ],
  };
}

function unauthorized(detail: string): Answer {
  const answer = answerJson(401, { detail });
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Token' } };
}

function jsonText(text: string): Answer {
  return answerWith(200, 'application/json', text);
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
  for (const name of ['start', 'end']) {
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
