// First, so that it counts while everything else is loaded.
import './young-generation.ts';
import { setFailed } from '@actions/core';
import { cancellationSignal } from './cancellation.ts';
import { githubRunner } from './github-runner.ts';
import { run } from './run.ts';

const signal = cancellationSignal();
try {
  await run(githubRunner(process.env, signal));
} catch (error) {
  setFailed(error instanceof Error ? error.message : String(error));
}
// What cannot be told to stop, such as an upload, must not keep a canceled step alive.
if (signal.aborted) process.exit();
