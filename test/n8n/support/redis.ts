import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';

export interface Redis extends AsyncDisposable {
  readonly port: number;
}

/** Starts the redis-server of this machine, on loopback and with nothing kept. */
export async function startRedis(): Promise<Redis> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const options = { port: String(port), bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = new Child('redis-server', args, { PATH: process.env['PATH'] });
  await child.untilReady(() => answersPing(port));
  return {
    port,
    async [Symbol.asyncDispose]() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString() === '+PONG\r\n';
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
