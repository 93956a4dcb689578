import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../answer.ts';
import { answerJson, wholeBody } from '../answer.ts';
import type { CredentialState } from '../journal.ts';
import type { Service, ServiceRequest, ServiceRoute } from '../service.ts';
import type { Account } from './account.ts';
import { reportDetails } from './details.ts';
import { downloadAnswer } from './download.ts';
import { historyPage } from './history.ts';
import { invalid, wholeNumber } from './query.ts';
import { Refusal } from './refusal.ts';
import type { Report } from './report-library.ts';
import type { ReportRun } from './report-run.ts';
import type { ReportFormat } from './report.ts';

/** The Report Library of DigiCert CertCentral (doc; third party: that a run is started so). */
export function digicertService(account: Account, { now }: { now: () => number }): Service {
  const { apiKey, library, seed } = account;

  function history({ query }: ServiceRequest): Answer {
    const page = historyPage(library, query, now());
    return page.report_history.length === 0 && account.settings.emptyHistory === 'no-content'
      ? { status: 204, headers: {}, body: wholeBody('') }
      : answerJson(200, page);
  }

  function run({ params }: ServiceRequest): Answer {
    const report = findScheduled(params);
    library.addRun(report.identifier, { ...report.newRun, manuallyTriggered: true });
    return answerJson(200, {});
  }

  function download({ params, query }: ServiceRequest): Answer {
    const format = query.get('report_format') ?? '';
    if (format === '') {
      throw new Refusal(400, 'missing_mandatory_fields', 'Please provide values for mandatory fields');
    }
    const report = findReport(params, 'reports_not_found');
    const found = findReadyRun(report, params['run'] ?? '');
    if (!isApplicable(format, report)) {
      throw new Refusal(
        400,
        'report_format_inapplicable',
        'The given report format is not applicable for the template/report.',
      );
    }
    const part = wholeNumber(query, 'split_report_sequence', { least: 0, usual: 0 });
    if (part >= Math.max(1, found.options.splitCount ?? 0)) throw invalid('split_report_sequence');
    return downloadAnswer({ report, run: found, format, part, now: now(), seed });
  }

  function findReport(params: ServiceRequest['params'], code = 'report_not_found'): Report {
    const report = library.find(params['report'] ?? '');
    if (report === undefined) throw notFound(code);
    return report;
  }

  function findScheduled(params: ServiceRequest['params']): Report {
    const report = findReport(params);
    if (report.scheduleDeleted) throw notFound('report_not_found');
    return report;
  }

  function findReadyRun(report: Report, identifier: string): ReportRun {
    const found = report.runs.find((one) => one.identifier === identifier);
    if (found?.status(now()) !== 'READY') throw notFound('report_not_found');
    return found;
  }

  function isApplicable(format: string, { formats }: Report): format is ReportFormat {
    const applicable: readonly string[] = account.settings.zipForEveryReport ? [...formats, 'ZIP'] : formats;
    return applicable.includes(format);
  }

  /** Everything that is asked of every request. */
  function admit({ credential }: ServiceRequest): void {
    const { keyRefusal, rateLimit, keyRole, featureEnabled } = account.settings;
    if (credential !== 'right') {
      throw keyRefusal === 'access_denied'
        ? new Refusal(403, 'access_denied|access_denied_invalid_key', 'The API key is not valid.')
        : new Refusal(401, 'user_authentication_error', 'User is not authenticated.');
    }
    const wait = rateLimit ? account.rateLimit.take(now()) : 0;
    if (wait > 0) throw tooMany(wait);
    if (keyRole === 'without-permission') {
      throw new Refusal(403, 'user_forbidden', 'User does not have the required permission.');
    }
    if (!featureEnabled) {
      throw new Refusal(403, 'custom_reports_not_enabled', 'Custom reports is not enabled');
    }
  }

  function tooMany(waitMs: number): Refusal {
    const headers = {
      none: {},
      seconds: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
      // A date has whole seconds: rounded up, so that it does not lie before the time.
      date: { 'retry-after': new Date(Math.ceil((now() + waitMs) / 1000) * 1000).toUTCString() },
    };
    return new Refusal(
      429,
      'request_limit_exceeded',
      'The number of requests exceeds the limit of this API key.',
      headers[account.settings.retryAfter],
    );
  }

  function route(
    name: ServiceRoute['name'],
    method: ServiceRoute['method'],
    path: string,
    answer: (request: ServiceRequest) => Answer,
  ): ServiceRoute {
    return {
      name,
      method,
      path: `/reports/v1/report${path}`,
      subjects: ({ params }) => ['report', 'run'].map((key) => params[key] ?? '').filter((id) => id !== ''),
      answer: (request) => {
        try {
          admit(request);
          return answer(request);
        } catch (error) {
          if (error instanceof Refusal) return error.answer(account.settings.errorShape);
          throw error;
        }
      },
    };
  }

  return {
    credentialHeader: 'x-dc-devkey',
    credential: (headers) => keyState(headers, apiKey),
    routes: [
      route('digicert.report.history', 'GET', '/history', history),
      route('digicert.report.details', 'GET', '/:report', ({ params }) =>
        answerJson(200, reportDetails(findScheduled(params))),
      ),
      route('digicert.report.run', 'POST', '/:report/run', run),
      route('digicert.report.download', 'GET', '/:report/:run/download', download),
    ],
  };
}

function notFound(code: string): Refusal {
  return new Refusal(404, code, 'Report with the given identifier does not exist.');
}

function keyState(headers: IncomingHttpHeaders, apiKey: string): CredentialState {
  const key = headers['x-dc-devkey'];
  if (key === undefined || key === '') return 'none';
  return key === apiKey ? 'right' : 'wrong';
}
