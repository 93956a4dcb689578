import { createUndiciTransport, systemClock } from '@security-reports/core/node';
import { join } from 'node:path';
import { unlessCanceled } from './cancellation.ts';
import { type Inputs, readInputs, type ServiceRequest } from './inputs/inputs.ts';
import { secretsIn } from './inputs/secrets.ts';
import { annotationsFor } from './publish/annotations.ts';
import { type AttachedArtifact, attachArtifact } from './publish/artifact.ts';
import { defaultArtifactName } from './publish/artifact-name.ts';
import { reasonToFail } from './publish/fail-on.ts';
import { outputsFor } from './publish/outputs.ts';
import { summaryFor } from './publish/summary.ts';
import { count, megabytes } from './quantities.ts';
import type { ReportEntry } from './report-entry.ts';
import type { Runner } from './runner.ts';
import { fetchDigicertReports } from './services/digicert.ts';
import type { Fetching } from './services/fetching.ts';
import { fetchPerceptionPointReports } from './services/perception-point.ts';
import { fetchSpectraAnalyzeReports } from './services/spectra-analyze.ts';
import { nameInWorkspace } from './workspace.ts';

/**
 * The whole step: inputs, reports, artifact, outputs and summary, and only then the decision whether it fails.
 *
 * @throws {Error} with the reason why the step fails. What could be delivered was delivered by then.
 */
export async function run(runner: Runner): Promise<void> {
  maskSecrets(runner);
  const inputs = await readInputs(runner);
  const entries = await fetchReports(inputs, runner);
  const [attached] = await Promise.allSettled([attachReports(inputs, entries, runner)]);
  runner.signal.throwIfAborted();
  await publish(inputs, entries, attached.status === 'fulfilled' ? attached.value : undefined, runner);
  if (attached.status === 'rejected') throw attached.reason as Error;
  const reason = reasonToFail(entries, inputs.failOn);
  if (reason !== undefined) {
    throw new Error(
      `${reason} of ${count(entries.length, 'report')}: the input fail-on makes the step fail.`,
    );
  }
}

/** Before any other line, so that no line can show them. */
function maskSecrets(runner: Runner): void {
  const forms = secretsIn(runner).flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  for (const form of new Set(forms)) runner.mask(form);
}

async function fetchReports(inputs: Inputs, runner: Runner): Promise<readonly ReportEntry[]> {
  if (inputs.connection.skipTlsVerify) {
    runner.log.warning(
      'insecure-skip-tls-verify is on: whoever answers for the service gets the token. Give its CA as ca-certificate instead.',
    );
  }
  const transport = createUndiciTransport(inputs.connection);
  try {
    return await fetchFrom(inputs.request, {
      transport,
      clock: systemClock,
      signal: runner.signal,
      deadline: systemClock.now() + inputs.pace.timeoutMs,
      pace: inputs.pace,
      workspace: runner.workspace,
      outputDirectory: inputs.outputDirectory,
      log: runner.log,
    });
  } finally {
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

async function attachReports(
  inputs: Inputs,
  entries: readonly ReportEntry[],
  runner: Runner,
): Promise<AttachedArtifact | undefined> {
  const paths = new Set(entries.flatMap((entry) => entry.path ?? []));
  if (inputs.artifact === undefined || paths.size === 0) return undefined;
  const { name, retentionDays, compressionLevel, archive, overwrite } = inputs.artifact;
  const outcome = await unlessCanceled(
    runner.signal,
    attachArtifact(
      {
        name: name ?? defaultArtifactName(inputs.request.service, runner.step),
        files: [...paths].map((path) => join(runner.workspace, path)),
        rootDirectory: inputs.outputDirectory,
        archive,
        overwrite,
        ...(retentionDays !== undefined && { retentionDays }),
        ...(compressionLevel !== undefined && { compressionLevel }),
      },
      runner.workflowRun,
      runner.log,
    ),
  );
  if (outcome.state === 'attached') return outcome.artifact;
  runner.log.warning(outcome.reason);
  return undefined;
}

async function publish(
  inputs: Inputs,
  entries: readonly ReportEntry[],
  artifact: AttachedArtifact | undefined,
  runner: Runner,
): Promise<void> {
  const directory = nameInWorkspace(inputs.outputDirectory, runner.workspace) || '.';
  for (const [name, value] of Object.entries(outputsFor(entries, directory, artifact))) {
    runner.setOutput(name, value);
  }
  await runner.writeSummary(summaryFor({ entries, artifact, ...runner.workflowRun }));
  for (const annotation of annotationsFor(entries)) runner.annotate(annotation);
  const ready = entries.filter((entry) => entry.state === 'ready');
  const size = ready.reduce((sum, entry) => sum + (entry.size ?? 0), 0);
  runner.log.info(
    `${ready.length} of ${count(entries.length, 'report')} ready (${megabytes(size)}) in ${directory}` +
      (artifact === undefined ? '' : `, attached as ${artifact.name}`),
  );
}
