import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';
import { installPackage } from './package-tarball.ts';

const n8n = fileURLToPath(new URL('../node_modules/n8n/bin/n8n', import.meta.url));

/** It asks no servers of n8n's maker, and its editor shows no banners. */
const quiet = Object.fromEntries(
  [
    'DIAGNOSTICS_ENABLED',
    'VERSION_NOTIFICATIONS_ENABLED',
    'TEMPLATES_ENABLED',
    'PERSONALIZATION_ENABLED',
    'DYNAMIC_BANNERS_ENABLED',
    'HIRING_BANNER_ENABLED',
    'VERIFIED_PACKAGES_ENABLED',
  ].map((name) => [`N8N_${name}`, 'false']),
);

export interface N8nProcess {
  readonly child: Child;
  readonly url: string;
}

/** Where one process of n8n keeps its community nodes, its settings, and unless told otherwise its data. */
export class N8nHome {
  readonly folder: string;

  /** @param unpacked the package, as `packPackage` gives it. */
  static async create(unpacked: string): Promise<N8nHome> {
    const folder = await mkdtemp(join(tmpdir(), 'n8n-home-'));
    await installPackage(unpacked, folder);
    return new N8nHome(folder);
  }

  /** The home that another process has made. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs a command of n8n, `start` or `worker`, and waits until it takes work. Settings are environment variables. */
  async run(command: readonly string[], settings: NodeJS.ProcessEnv = {}): Promise<N8nProcess> {
    const port = String(await freePort());
    const child = new Child(process.execPath, [n8n, ...command], {
      ...this.#environment,
      N8N_LISTEN_ADDRESS: '127.0.0.1',
      N8N_PORT: port,
      N8N_SECURE_COOKIE: 'false',
      N8N_RUNNERS_BROKER_PORT: String(await freePort()),
      // A worker has no other port.
      QUEUE_HEALTH_CHECK_ACTIVE: 'true',
      QUEUE_HEALTH_CHECK_PORT: port,
      N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
      ...settings,
    });
    const url = `http://127.0.0.1:${port}`;
    try {
      await child.untilReady(async () => {
        const response = await fetch(`${url}/healthz/readiness`).catch(() => undefined);
        return response?.ok === true;
      });
    } catch (error) {
      await child.stop();
      throw error;
    }
    return { child, url };
  }

  /** Runs a command of n8n that ends by itself. */
  async execute(...command: readonly string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [n8n, ...command], { env: this.#environment });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.folder,
      TMPDIR: this.folder,
      NODE_ENV: 'production',
      ...quiet,
      N8N_USER_FOLDER: this.folder,
      N8N_ENCRYPTION_KEY: 'the same for all processes of one n8n',
      N8N_DISABLED_MODULES: 'mcp-registry',
    };
  }
}
