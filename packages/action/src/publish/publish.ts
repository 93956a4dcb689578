import { join } from 'node:path';
import { unlessCanceled } from '../cancellation.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { count, megabytes } from '../quantities.ts';
import type { Runner } from '../runner.ts';
import { nameInWorkspace } from '../workspace.ts';
import { annotationsFor } from './annotations.ts';
import { type AttachedArtifact, attachArtifact } from './artifact.ts';
import { defaultArtifactName } from './artifact-name.ts';
import { reasonToFail } from './fail-on.ts';
import type { Findings } from './findings.ts';
import { outputsFor } from './outputs.ts';
import { reportsFileName, writeReportsFile } from './reports-file.ts';
import { summaryFor } from './summary.ts';

/**
 * Hands on what was found: artifact, file with all entries, outputs, summary, annotations, and then the decision. One
 * that fails keeps none of the others from happening.
 *
 * @returns why the step fails, a sentence each, what `fail-on` decides last; none when it passes.
 * @throws the signal's reason when the job is canceled.
 */
export async function publish(
  inputs: Inputs,
  findings: Findings,
  runner: Runner,
): Promise<readonly string[]> {
  const reasons: string[] = [];
  const attempt = async <T>(
    work: () => Promise<T> | T,
    explain: (why: string) => string,
  ): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const reason = explain(error instanceof Error ? error.message : String(error));
      if (!reasons.includes(reason)) reasons.push(reason);
      return undefined;
    }
  };

  const artifact = await attempt(
    () => attachReports(inputs, findings, runner),
    (why) => why,
  );
  runner.signal.throwIfAborted();
  const { service } = inputs.request;
  const directory = nameInWorkspace(inputs.outputDirectory, runner.workspace) || '.';
  const reportsFile = await attempt(
    async () => {
      const name = reportsFileName(service, runner.step.step);
      const path = await writeReportsFile(findings.entries, inputs.outputDirectory, name);
      return nameInWorkspace(path, runner.workspace);
    },
    (why) => `The output reports-file is empty: ${why}`,
  );
  const outputs = outputsFor({ findings, directory, reportsFile, artifact });
  for (const [name, value] of Object.entries(outputs)) {
    await attempt(
      () => {
        runner.setOutput(name, value);
      },
      (why) =>
        `The outputs of the step are not set: ${why.replace(/\.$/, '')}. Let this user write the file that GITHUB_OUTPUT names.`,
    );
  }
  const decision = reasonToFail(findings, inputs.failOn);
  if (decision !== undefined) reasons.push(decision);
  await writeSummary(
    summaryFor({
      service,
      findings,
      reasonsToFail: reasons,
      directory,
      reportsFile,
      artifact,
      ...runner.workflowRun,
    }),
    runner,
  );
  for (const annotation of annotationsFor(findings, inputs.failOn, reportsFile)) runner.annotate(annotation);
  logResult(findings, directory, artifact, reportsFile, runner);
  return reasons;
}

async function attachReports(
  inputs: Inputs,
  { entries }: Findings,
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

/** Nothing depends on the summary, so a step without one only warns: a container's user often cannot write it. */
async function writeSummary(html: string, runner: Runner): Promise<void> {
  try {
    await runner.writeSummary(html);
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
    runner.log.warning(
      `The step has no summary: ${why}. ` +
        'Let this user write the file that GITHUB_STEP_SUMMARY names. Outputs, verdict and annotations do not depend on it.',
    );
  }
}

function logResult(
  { entries }: Findings,
  directory: string,
  artifact: AttachedArtifact | undefined,
  reportsFile: string | undefined,
  { log }: Runner,
): void {
  const ready = entries.filter((entry) => entry.state === 'ready');
  const size = ready.reduce((sum, entry) => sum + (entry.size ?? 0), 0);
  log.info(
    `${ready.length} of ${count(entries.length, 'report')} ready (${megabytes(size)}) in ${directory}` +
      (artifact === undefined ? '' : `, attached as ${artifact.name}`) +
      (reportsFile === undefined ? '' : `; all entries are in ${reportsFile}`),
  );
}
