import { type PerceptionPointOptions, type Simulator, startSimulator } from '@security-reports/simulator';
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { PerceptionPointClient } from '../../src/perception-point/client.ts';
import type { FileToScan } from '../../src/perception-point/digested-file.ts';
import type { TransportTimeouts } from '../../src/transport.ts';
import { acceleratedClock } from './accelerated-clock.ts';
import { openTransport } from './transport.ts';

/** A simulated X-Ray behind a real socket, and a client for whose clock a second is 40 ms. */
export async function startXRay(
  options: PerceptionPointOptions & { readonly timeouts?: TransportTimeouts } = {},
): Promise<{ simulator: Simulator; client: PerceptionPointClient }> {
  const { timeouts, ...perceptionPoint } = options;
  const simulator = await startSimulator({ perceptionPoint: { scanSeconds: 0.1, ...perceptionPoint } });
  onTestFinished(() => simulator.close());
  const client = new PerceptionPointClient({
    baseUrl: simulator.url,
    token: simulator.perceptionPoint.token,
    transport: openTransport(timeouts === undefined ? {} : { timeouts }),
    clock: acceleratedClock(25),
  });
  return { simulator, client };
}

/** A file in memory that counts how often it is opened. */
export function textFile(content: string, name = 'letter.txt'): FileToScan & { opened: number } {
  const bytes = Buffer.from(content);
  return {
    name,
    size: bytes.byteLength,
    opened: 0,
    async *open() {
      this.opened += 1;
      await Promise.resolve();
      yield bytes;
    },
  };
}

export function sha256Of(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** So many seconds from now on the client's clock. */
export function within(client: PerceptionPointClient, seconds: number): { deadline: number } {
  return { deadline: client.clock.now() + seconds * 1000 };
}
