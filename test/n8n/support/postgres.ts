import { execFile } from 'node:child_process';
import { chown, glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child, type Owner } from './child.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

export interface Postgres extends AsyncDisposable {
  /** What tells n8n of it, as environment variables. */
  readonly settings: NodeJS.ProcessEnv;
}

/** Starts the PostgreSQL of this machine, on loopback and with nothing kept. */
export async function startPostgres(): Promise<Postgres> {
  const [programs] = (await Array.fromAsync(glob('/usr/lib/postgresql/*/bin'))).toSorted().slice(-1);
  if (programs === undefined) throw new Error('PostgreSQL is not there: install the package "postgresql"');
  const owner = await unprivilegedUser();
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const initialize = [
    '--pgdata',
    data,
    '--username',
    'n8n',
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--no-sync',
  ];
  await run(join(programs, 'initdb'), initialize, { ...owner, cwd: folder });
  const port = String(await freePort());
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    fsync: 'off',
    max_connections: '200',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = new Child(join(programs, 'postgres'), ['-D', data, ...args], {}, owner);
  await child.untilReady(async () => {
    const ask = run(join(programs, 'pg_isready'), ['--host', '127.0.0.1', '--port', port]);
    return ask.then(
      () => true,
      () => false,
    );
  });
  return {
    settings: {
      DB_TYPE: 'postgresdb',
      DB_POSTGRESDB_HOST: '127.0.0.1',
      DB_POSTGRESDB_PORT: port,
      DB_POSTGRESDB_DATABASE: 'postgres',
      DB_POSTGRESDB_USER: 'n8n',
      DB_POSTGRESDB_PASSWORD: 'nobody asks for it',
    },
    async [Symbol.asyncDispose]() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL does not run as root; Debian's package brings a user for it. */
async function unprivilegedUser(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const id = async (option: string): Promise<number> =>
    Number((await run('id', [option, 'postgres'])).stdout.trim());
  return { uid: await id('-u'), gid: await id('-g') };
}
