import { N8nClient } from './n8n-client.ts';
import { N8nHome, type N8nProcess } from './n8n-process.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

export interface QueueOptions {
  readonly workers: number;
  /** How many executions a worker runs at a time. */
  readonly concurrency: number;
  /** Environment variables of the main process and of the workers. */
  readonly settings?: NodeJS.ProcessEnv;
}

/** An n8n whose workers run the executions. */
export interface Queue extends AsyncDisposable {
  /** Logged in as the owner. */
  readonly client: N8nClient;
  readonly main: N8nProcess;
  readonly workers: readonly N8nProcess[];
  addWorker(): Promise<void>;
  /** Ends all workers without any chance to clean up. */
  killWorkers(): Promise<void>;
}

/** Starts n8n in queue mode. `unpacked` is the package, as `packPackage` gives it. */
export async function startQueue(unpacked: string, options: QueueOptions): Promise<Queue> {
  const started = new AsyncDisposableStack();
  try {
    const redis = started.use(await startRedis());
    // n8n supports no other database for several processes.
    const postgres = started.use(await startPostgres());
    const mainHome = await createHome();
    const settings = {
      EXECUTIONS_MODE: 'queue',
      QUEUE_BULL_REDIS_HOST: '127.0.0.1',
      QUEUE_BULL_REDIS_PORT: String(redis.port),
      ...postgres.settings,
      // Else the main process itself runs what is started by hand.
      OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
      ...options.settings,
    };
    const run = async (
      home: N8nHome,
      command: readonly string[],
      more: NodeJS.ProcessEnv = {},
    ): Promise<N8nProcess> => {
      const n8n = await home.run(command, { ...settings, ...more });
      started.defer(() => n8n.child.stop());
      return n8n;
    };
    // It makes the tables that the workers look for.
    const main = await run(mainHome, ['start']);
    const workers: N8nProcess[] = [];
    const addWorker = async (): Promise<void> => {
      const command = ['worker', `--concurrency=${options.concurrency}`];
      // Only the main process takes webhooks.
      workers.push(await run(await createHome(), command, { WEBHOOK_URL: main.url }));
    };
    await Promise.all(Array.from({ length: options.workers }, addWorker));
    return {
      client: await N8nClient.setUp(main.url),
      main,
      workers,
      addWorker,
      killWorkers: async () => {
        await Promise.all(workers.splice(0).map(({ child }) => child.kill()));
      },
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }

  // A home that two processes share looks to the second as if the first had crashed, and it waits ten seconds.
  async function createHome(): Promise<N8nHome> {
    const home = await N8nHome.create(unpacked);
    started.defer(() => home.remove());
    return home;
  }
}
