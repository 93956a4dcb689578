import { createUndiciTransport, removeLeftovers, systemClock } from '@security-reports/core/node';
import { type Inputs, readInputs, type ServiceRequest } from './inputs/inputs.ts';
import { secretsIn, secretsOfLinks } from './inputs/secrets.ts';
import { asksForVerdicts } from './publish/findings.ts';
import { publish } from './publish/publish.ts';
import { reportsFileName } from './publish/reports-file.ts';
import { count } from './quantities.ts';
import type { ReportEntry } from './report-entry.ts';
import type { Runner } from './runner.ts';
import { fetchDigicertReports } from './services/digicert.ts';
import type { Fetching } from './services/fetching.ts';
import { problemEntries } from './services/file-problems.ts';
import { FileNames } from './services/file-names.ts';
import { fetchPerceptionPointReports } from './services/perception-point.ts';
import { fetchSpectraAnalyzeReports } from './services/spectra-analyze.ts';
import { Waiting } from './services/waiting.ts';

/**
 * The whole step: inputs, reports, what is published of them, and only then the decision whether it fails.
 *
 * @throws {Error} with the reasons why the step fails. What could be delivered was delivered by then.
 */
export async function run(runner: Runner): Promise<void> {
  mask(secretsIn(runner), runner);
  const inputs = await readInputs(runner);
  if (inputs.request.service === 'perception-point')
    mask(secretsOfLinks(inputs.request.downloadLinks), runner);
  await tidyUp(inputs, runner);
  const entries = [...problemEntries(inputs.request), ...(await fetchReports(inputs, runner))];
  const findings = { entries, verdictsAskedFor: asksForVerdicts(inputs.request) };
  const reasonsToFail = await publish(inputs, findings, runner);
  if (reasonsToFail.length > 0) throw new Error(reasonsToFail.join('\n'));
}

/** Before any other line, so that no line can show them. */
function mask(secrets: readonly string[], runner: Runner): void {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  for (const form of new Set(forms)) runner.mask(form);
}

/** A run that was killed could not remove what it was writing. */
async function tidyUp({ outputDirectory }: Inputs, { log }: Runner): Promise<void> {
  const removed = await removeLeftovers(outputDirectory);
  if (removed > 0)
    log.info(`Removed ${count(removed, 'half-written file')} that an earlier run left behind.`);
}

async function fetchReports(inputs: Inputs, runner: Runner): Promise<readonly ReportEntry[]> {
  const { log, signal, workspace } = runner;
  if (inputs.connection.skipTlsVerify) {
    log.warning(
      'insecure-skip-tls-verify is on: whoever answers for the service gets the token. Give its CA as ca-certificate instead.',
    );
  }
  const clock = systemClock;
  const deadline = clock.now() + inputs.pace.timeoutMs;
  const names = new FileNames();
  names.unique(reportsFileName(inputs.request.service, runner.step.step));
  const transport = createUndiciTransport(inputs.connection);
  const waiting = new Waiting({ clock, deadline, log });
  try {
    return await fetchFrom(inputs.request, {
      transport,
      clock,
      signal,
      deadline,
      maxReportBytes: inputs.connection.maxReportBytes,
      pace: inputs.pace,
      workspace,
      outputDirectory: inputs.outputDirectory,
      names,
      log,
      waiting,
    });
  } finally {
    waiting.stop();
    await transport.close();
  }
}

function fetchFrom(request: ServiceRequest, fetching: Fetching): Promise<readonly ReportEntry[]> {
  switch (request.service) {
    case 'spectra-analyze':
      return fetchSpectraAnalyzeReports(request, fetching);
    case 'perception-point':
      return fetchPerceptionPointReports(request, fetching);
    case 'digicert':
      return fetchDigicertReports(request, fetching);
  }
}
