import * as core from '@actions/core';
import type { Runner } from './runner.ts';

/** The runner of GitHub Actions, by its environment variables and workflow commands. */
export function githubRunner(env: NodeJS.ProcessEnv, signal: AbortSignal): Runner {
  return {
    text: (name) => core.getInput(name),
    workspace: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    isPullRequest: env['GITHUB_EVENT_NAME']?.startsWith('pull_request') ?? false,
    workflowRun: {
      serverUrl: env['GITHUB_SERVER_URL'] ?? 'https://github.com',
      repository: env['GITHUB_REPOSITORY'] ?? '',
      runId: env['GITHUB_RUN_ID'] ?? '',
    },
    step: {
      job: env['GITHUB_JOB'] ?? '',
      step: env['GITHUB_ACTION'] ?? '',
      runtimeToken: env['ACTIONS_RUNTIME_TOKEN'] ?? '',
    },
    signal,
    log: {
      info: (message) => {
        core.info(withoutCommands(message));
      },
      warning: (message) => {
        core.warning(withoutCommands(message));
      },
      group: (title, work) => core.group(withoutCommands(title), work),
    },
    mask: (secret) => {
      core.setSecret(secret);
    },
    annotate: ({ title, message }) => {
      core.error(withoutCommands(message).slice(0, 4_000), { title });
    },
    setOutput: (name, value) => {
      core.setOutput(name, value);
    },
    writeSummary: async (html) => {
      await core.summary.addRaw(html).write();
    },
  };
}

/** The runner obeys `::command::` at the beginning of a line and `##[command]` anywhere, whoever wrote it. */
function withoutCommands(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}
