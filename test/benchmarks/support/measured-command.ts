import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from './measurement.ts';
import { recordPeakMemory } from './peak-memory.ts';

const lookEveryMs = 5;

/** Runs a Node script in a process of its own, and measures the process. */
export async function measureScript(script: string, words: readonly string[] = []): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'security-reports-measure-'));
  try {
    const memory = recordPeakMemory(folder);
    const { milliseconds } = await runToItsEnd(process.execPath, [script, ...words], memory.env);
    return { milliseconds, peakMemory: await memory.read() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs any other command, and measures its process; its memory on Linux only, where others can look at it. */
export async function measureCommand(command: string, words: readonly string[]): Promise<Measurement> {
  return runToItsEnd(command, words, {});
}

async function runToItsEnd(
  command: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Measurement> {
  const started = performance.now();
  const child = spawn(command, words, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peakMemory: number | undefined;
  const look = setInterval(() => {
    peakMemory = residentPeak(child.pid) ?? peakMemory;
  }, lookEveryMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const milliseconds = performance.now() - started;
    if (code !== 0) throw new Error(`${command} ended with ${code ?? 'a signal'}.`);
    return { milliseconds, peakMemory };
  } finally {
    clearInterval(look);
  }
}

/** So far, in bytes; `undefined` for a process that has ended, and where there is no /proc. */
function residentPeak(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid ?? ''}/status`, 'utf8');
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
