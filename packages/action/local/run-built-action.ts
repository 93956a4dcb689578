import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readActionMetadata } from './action-metadata.ts';
import { parseOutputFile } from './output-file.ts';

/** The entry of the bundle that a workflow runs. */
export const builtAction: string = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** How to run the built Action. */
export interface RunOptions {
  /** By the names of action.yml, whose defaults are filled in. Other names are passed on, as the runner does. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Variables to add to those of the runner, or to change; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The folder that counts as the checkout. The Action starts in it. */
  readonly workspace: string;
  /** Cancels the run as the runner does: an interrupt, and harder signals when that does not help. */
  readonly signal?: AbortSignal;
  /** Gets each line when it is printed. */
  readonly onLog?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** What came of a run. */
export interface RunResult {
  /** `null` when a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output as printed, commands to the runner included. */
  readonly log: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The Markdown of the step's summary. */
  readonly summary: string;
}

/** The variables of this machine that a program needs to run at all; everything else stays behind. */
const kept = [
  ...['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'TMPDIR', 'TMP', 'TEMP'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
];

const runnerOs: Partial<Record<NodeJS.Platform, string>> = { win32: 'Windows', darwin: 'macOS' };

/**
 * Runs `dist/index.js` in a process of its own, with the variables and files that the GitHub runner gives to
 * a step, and waits for its end.
 *
 * @throws Error when the process cannot be started, or wrote an output file that the runner would refuse.
 */
export async function runBuiltAction(options: RunOptions): Promise<RunResult> {
  const temporary = await mkdtemp(join(tmpdir(), 'security-reports-run-'));
  try {
    const outputFile = join(temporary, 'output');
    const summaryFile = join(temporary, 'summary.md');
    await Promise.all([writeFile(outputFile, ''), writeFile(summaryFile, '')]);
    const ended = await runProcess(options, {
      ...pick(process.env, kept),
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION: 'security-reports',
      GITHUB_JOB: 'local',
      GITHUB_OUTPUT: outputFile,
      GITHUB_REPOSITORY: 'local/workspace',
      GITHUB_RUN_ID: '1',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_STEP_SUMMARY: summaryFile,
      GITHUB_WORKSPACE: options.workspace,
      RUNNER_OS: runnerOs[process.platform] ?? 'Linux',
      RUNNER_TEMP: temporary,
      ...inputVariables(options.inputs),
      ...options.env,
    });
    return {
      ...ended,
      outputs: parseOutputFile(await readFile(outputFile, 'utf8')),
      summary: await readFile(summaryFile, 'utf8'),
    };
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runProcess(
  { workspace, signal, onLog }: RunOptions,
  env: NodeJS.ProcessEnv,
): Promise<Omit<RunResult, 'outputs' | 'summary'>> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [builtAction], {
    cwd: workspace,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a group of its own, a Ctrl-C on the terminal does not reach it, and the caller decides what to do.
    // Windows would open another console for it.
    detached: process.platform !== 'win32',
  });
  let harder: NodeJS.Timeout[] = [];
  const cancel = (): void => {
    child.kill('SIGINT');
    // The runner's patience.
    harder = [setTimeout(() => child.kill('SIGTERM'), 7500), setTimeout(() => child.kill('SIGKILL'), 10_000)];
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...how) => {
        resolve(how);
      });
    });
    const [log, stderr, [exitCode, endedBy]] = await Promise.all([
      collect(child.stdout, (line) => onLog?.(line, 'stdout')),
      collect(child.stderr, (line) => onLog?.(line, 'stderr')),
      ended,
    ]);
    return { exitCode, signal: endedBy, log, stderr };
  } finally {
    signal?.removeEventListener('abort', cancel);
    for (const timer of harder) clearTimeout(timer);
  }
}

/** Everything that `stream` brings, with each line handed on as soon as it is whole. */
async function collect(stream: Readable, onLine: (line: string) => void): Promise<string> {
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
  return Buffer.concat(pieces).toString('utf8');
}

function inputVariables(given: Readonly<Record<string, string>>): Record<string, string> {
  const defaults = readActionMetadata().inputs.map((input) => [input.name, input.default ?? ''] as const);
  const inputs = { ...Object.fromEntries(defaults), ...given };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

function pick(from: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
