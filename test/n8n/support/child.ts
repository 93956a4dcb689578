import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until.ts';

const running = new Set<Child>();
// A test that runs out of time is never unwound: Vitest ends its process, and what it has started would go on.
process.once('SIGTERM', () => process.exit());
process.once('exit', () => {
  for (const child of running) child.signal('SIGKILL');
});

/** As whom a process runs; as whom the test does, unless it says. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** A process that a test has started, with all that it wrote. */
export class Child {
  readonly #process: ChildProcess;
  readonly #output: string[] = [];

  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv, owner: Owner = {}) {
    // A group of its own, so that what n8n itself has started can be ended with it.
    this.#process = spawn(command, args, {
      ...owner,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(this);
    this.#process.on('exit', () => running.delete(this));
    this.#process.on('error', (error) => {
      running.delete(this);
      this.#output.push(error.message);
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#output.push(text));
    }
  }

  get output(): string {
    return this.#output.join('');
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /**
   * Waits until it does what it was started for.
   *
   * @throws Error with all that it wrote, when it ends before that or takes longer than two minutes.
   */
  async untilReady(isReady: () => Promise<boolean>): Promise<void> {
    const name = this.#process.spawnargs.join(' ');
    await until(
      `sign of life of ${name}`,
      async () => {
        if (this.hasEnded) throw new Error(`${name} ended at its start`);
        return (await isReady()) ? true : undefined;
      },
      120,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output}`);
    });
  }

  /** How much more memory than at its beginning it held at any time during `work`, in bytes. Known on Linux only. */
  async memoryGrowth(work: () => Promise<void>): Promise<number> {
    const folder = `/proc/${this.#process.pid}`;
    const memory = async (name: 'VmRSS' | 'VmHWM'): Promise<number> => {
      const status = await readFile(join(folder, 'status'), 'utf8');
      return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
    };
    // Makes the peak what it is now.
    await writeFile(join(folder, 'clear_refs'), '5');
    const before = await memory('VmRSS');
    await work();
    return (await memory('VmHWM')) - before;
  }

  /** Ends it, and what it has started, without any chance to clean up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end, and insists after ten seconds. */
  async stop(): Promise<void> {
    const insist = setTimeout(() => {
      this.signal('SIGKILL');
    }, 10_000);
    await this.#end('SIGTERM');
    clearTimeout(insist);
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#process;
    if (pid !== undefined && !this.hasEnded) process.kill(-pid, signal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#process, 'exit');
    this.signal(signal);
    await ended;
  }
}
