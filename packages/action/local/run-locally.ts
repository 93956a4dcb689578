import { existsSync } from 'node:fs';
import { readActionMetadata } from './action-metadata.ts';
import { parseFlags, UsageError } from './flags.ts';
import { renderHelp } from './help.ts';
import { createLogRenderer } from './log-renderer.ts';
import { renderReportTable } from './report-table.ts';
import { builtAction, runBuiltAction, type RunResult } from './run-built-action.ts';

/** What the command line has besides its words. */
export interface LocalRun {
  readonly token: string | undefined;
  /** Inputs that came another way than as flags, which come before them. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The folder that counts as the workspace; absolute. */
  readonly workspace: string;
  /** What to hand on to the Action besides the machine's own variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Runs the built Action with flags for inputs, shows its log as it comes, and then a table of the reports.
 *
 * @returns `undefined` when the flags only asked for help.
 * @throws UsageError when the flags cannot be understood, or there is no token or no built Action.
 */
export async function runLocally(
  words: readonly string[],
  { token, secrets, workspace, env, signal }: LocalRun,
): Promise<RunResult | undefined> {
  const { inputs: known } = readActionMetadata();
  const flags = parseFlags(words, known);
  if (flags.help) {
    console.log(renderHelp(known));
    return undefined;
  }
  if (token === undefined || token === '') {
    throw new UsageError(['Set SECURITY_REPORTS_TOKEN to the API token of the service.']);
  }
  if (!existsSync(builtAction)) {
    throw new UsageError(['The Action is not built yet. Run: npx -y pnpm@12 build']);
  }
  const inWorkflow = env['ACTIONS_RUNTIME_TOKEN'] !== undefined;
  if (!inWorkflow && flags.inputs['upload-artifact'] === 'true') {
    console.error('There is no workflow run to attach the reports to, so they only stay on this machine.');
  }
  const render = createLogRenderer({ colour: process.stdout.isTTY });
  const result = await runBuiltAction({
    inputs: { ...secrets, ...flags.inputs, token, ...(!inWorkflow && { 'upload-artifact': 'false' }) },
    env,
    workspace,
    signal,
    onLog: (line) => {
      const shown = render(line);
      if (shown !== undefined) console.log(shown);
    },
  });
  const table = renderReportTable(result.outputs['reports']);
  if (table !== '') console.log(`\n${table}`);
  return result;
}
