import { digicert, fetchReportRun, type Report, type ReportRunRequest } from '@security-reports/core';
import type { IBinaryData } from 'n8n-workflow';
import { outputBinaryField, timeout, waitOptionsOf } from '../../../shared/descriptions.ts';
import type { ItemContext, OperationOutput } from '../../../shared/operation.ts';
import { hintAtRedirect } from '../../../shared/redirect-hint.ts';
import { reportJson } from '../../../shared/report-json.ts';
import type { DigicertSession } from '../../session.ts';

/**
 * Fetches a run: one item, or one for each part of a split report. The parts before one that fails are kept.
 *
 * @param limit the field that says how long to wait.
 */
export async function fetchRun(
  context: ItemContext<DigicertSession>,
  request: ReportRunRequest,
  limit = timeout,
): Promise<readonly OperationOutput[]> {
  const { functions, parameters, session } = context;
  const field = parameters.requiredText(outputBinaryField);
  const subject = 'id' in request.report ? request.report.id : request.report.displayName;
  const about = { service: digicert.id, subject, state: 'ready' } as const;
  const ids: { reportId?: string; runId?: string } = {};
  const store = async (report: Report): Promise<IBinaryData> => {
    const binary = await session.store(report);
    const { name: fileName, mediaType } = report;
    context.keep({
      json: reportJson({ ...about, fileName, mediaType, ...report.digest, ...ids }),
      binary: { [field]: binary },
    });
    return binary;
  };
  const { parts, notes } = await fetchReportRun(session.client, request, store, {
    ...waitOptionsOf(context, limit),
    onRun: ({ reportId, runId }) => {
      Object.assign(ids, { reportId, runId });
    },
  });
  for (const part of parts) hintAtRedirect(functions, part);
  if (notes.length > 0) functions.addExecutionHints({ message: `${subject}: ${notes.join('; ')}` });
  const message = notes.length > 0 ? notes.join('; ') : undefined;
  return parts.map(({ delivered, name: fileName, mediaType, size, sha256 }) => ({
    json: reportJson({ ...about, fileName, mediaType, size, sha256, ...ids, message }),
    binary: { [field]: delivered },
  }));
}
