import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Submission } from '@security-reports/simulator';
import { afterEach, expect, test } from 'vitest';
import { megabytes, multipart, stream } from './perception-point-client.ts';

/** The simulator in a process of its own; any message asks it for the most memory that it ever had, in bytes. */
const program = `
  import { startSimulator } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url))};
  const simulator = await startSimulator();
  process.on('message', () => {
    process.send({
      peak: process.resourceUsage().maxRSS * 1024,
      submissions: simulator.perceptionPoint.listSubmissions(),
    });
  });
  process.send({ url: simulator.url, token: simulator.perceptionPoint.token });
`;

interface Report {
  readonly peak: number;
  readonly submissions: readonly Submission[];
}

let child: ReturnType<typeof start> | undefined;
afterEach(async () => {
  if (child === undefined) return;
  const end = once(child, 'exit');
  child.kill();
  await end;
});

function start() {
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

test('500 MB are received without being held', async () => {
  const process = (child = start());
  const [{ url, token }] = (await once(process, 'message')) as [{ url: string; token: string }];
  const report = async () => {
    process.send('report');
    return ((await once(process, 'message')) as [Report])[0];
  };
  const authorization = `Token ${token}`;
  // So that everything is loaded before the first look at the memory.
  await stream({ url }, multipart(megabytes(1)), { authorization });
  const { peak: before } = await report();

  const { status } = await stream({ url }, multipart(megabytes(500)), { authorization });

  expect(status).toBe(200);
  const { peak, submissions } = await report();
  const digest = createHash('sha256');
  for (const piece of megabytes(500)) digest.update(piece);
  expect(submissions.at(-1)).toMatchObject({ file: { size: 500_000_000, sha256: digest.digest('hex') } });
  // A fraction of the file: what is there is garbage that nobody has collected yet.
  expect(peak - before).toBeLessThan(120_000_000);
});
