import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Simulator, startSimulator, type SimulatorOptions } from '@security-reports/simulator';
import { onTestFinished } from 'vitest';

/** Whether there is a curl to run the sample calls with. */
export const hasCurl: boolean = spawnSync('curl', ['--version']).status === 0;

/** What curl made of a call. */
export interface CurlAnswer {
  readonly exitCode: number | null;
  /** Of the last response, with its headers; 0 without one. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A simulator that ends with the test. */
export async function openSimulator(options?: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

/** An empty folder that is gone after the test. */
export async function openFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'security-reports-samples-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/**
 * Puts what a reader of the page has to put into a sample call.
 *
 * @param values by the texts that they replace
 * @throws Error when the call does not have one of these texts
 */
export function fillIn(call: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((filled, [placeholder, value]) => {
    if (!filled.includes(placeholder)) throw new Error(`There is no ${placeholder} in: ${call}`);
    return filled.replaceAll(placeholder, value);
  }, call);
}

/**
 * Runs a curl command as a shell in `folder` would, and looks at the headers of the answer besides.
 *
 * @param command in one or several lines, with single quotes around what needs them
 */
export async function runCurl(command: string, folder: string): Promise<CurlAnswer> {
  const [program, ...words] = shellWords(command);
  if (program !== 'curl') throw new Error(`This is no curl command: ${command}`);
  const headerFile = join(folder, 'headers');
  // First of all, so that no settings of this machine's user change the call.
  const ours = ['--disable', '--silent', '--dump-header', headerFile];
  const child = spawn('curl', [...ours, ...words], {
    cwd: folder,
    env: { ...process.env, NO_PROXY: '*', no_proxy: '*' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [body, exitCode] = await Promise.all([text(child.stdout), ended]);
  return { exitCode, body, ...parseHeaders(await readFile(headerFile, 'utf8').catch(() => '')) };
}

/** Of all responses, interim ones included, the last one counts. */
function parseHeaders(dump: string): Pick<CurlAnswer, 'status' | 'headers'> {
  const last =
    dump
      .trim()
      .split(/\r\n\r\n/)
      .at(-1) ?? '';
  const [statusLine = '', ...lines] = last.split('\r\n');
  const headers = new Headers();
  for (const line of lines) headers.append(line.replace(/:.*/, ''), line.replace(/^.*?:\s*/, ''));
  return { status: Number(/^HTTP\/\S+ (\d+)/.exec(statusLine)?.[1] ?? 0), headers };
}

function shellWords(command: string): string[] {
  const joined = command.replaceAll('\\\n', ' ').trim();
  return [...joined.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
