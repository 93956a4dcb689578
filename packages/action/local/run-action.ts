import { UsageError } from './flags.ts';
import { interruption } from './interruption.ts';
import { runLocally } from './run-locally.ts';
import { secretsFrom, variableFor } from './secret-inputs.ts';

/** What a step of a workflow has and a terminal has not: where the artifact goes, and which run it belongs to. */
const uploadVariables = [
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_RESULTS_URL',
  'GITHUB_JOB',
  'GITHUB_REPOSITORY',
  'GITHUB_RUN_ID',
  'GITHUB_SERVER_URL',
];

try {
  const handedOn = process.env['ACTIONS_RUNTIME_TOKEN'] === undefined ? [] : uploadVariables;
  const result = await runLocally(process.argv.slice(2), {
    token: process.env[variableFor('token')],
    secrets: secretsFrom(process.env),
    // pnpm runs this in the root of the repository, and says where it was called.
    workspace: process.env['INIT_CWD'] ?? process.cwd(),
    env: Object.fromEntries(['NODE_EXTRA_CA_CERTS', ...handedOn].map((name) => [name, process.env[name]])),
    signal: interruption(),
  });
  process.exitCode = result === undefined ? 0 : (result.exitCode ?? 130);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
