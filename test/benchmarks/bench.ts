import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { builtAction } from '../../packages/action/local/run-built-action.ts';
import { downloadContenders } from './download.ts';
import { startUpContenders } from './start-up.ts';
import { compare } from './support/measurement.ts';
import { renderResults } from './support/result-table.ts';
import { startSimulatorProcess } from './support/simulator-process.ts';
import { uploadContenders } from './upload.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
    'start-up-rounds': { type: 'string', default: '20' },
  },
});
const megabytes = wholeNumber('megabytes', 500);
const rounds = wholeNumber('rounds', 1000);
const startUpRounds = wholeNumber('start-up-rounds', 1000);
const bytes = megabytes * 1_000_000;

if (!existsSync(builtAction)) refuse('The Action is not built yet. Run: npx -y pnpm@12 build');
if (spawnSync('curl', ['--version']).status !== 0) refuse('The peer is missing: install curl.');

const pollingLag = fileURLToPath(new URL('../../packages/core/test/bench/polling-lag.ts', import.meta.url));
const workspace = await realpath(await mkdtemp(join(tmpdir(), 'security-reports-bench-')));
try {
  await using simulator = await startSimulatorProcess();

  console.log(`Node ${process.version}, ${process.platform} ${release()}, ${cpus().length} processors

Each line is a process of its own against the simulator on this machine, which runs in another one and has its share of
the times. The contenders take turns. The time is the median, from the start of the process to its end; the peak memory
is the largest of all runs, as the system counts what was resident. Ratios are to the first line of a table.`);

  console.log(`\nSubmit a file of ${megabytes} MB to Perception Point (rounds: ${rounds}).
The Action also takes its SHA-256.\n`);
  console.log(renderResults(await compare(await uploadContenders(simulator, workspace, bytes), rounds)));

  console.log(`\nDownload a PDF of ${megabytes} MB from Spectra Analyze (rounds: ${rounds}).
The Action also has it created, looks until it is ready, verifies it, takes its SHA-256, and waits until the disk has it.\n`);
  console.log(renderResults(await compare(await downloadContenders(simulator, workspace, bytes), rounds)));

  console.log(`\nStart and find nothing to do (rounds: ${startUpRounds}).\n`);
  console.log(renderResults(await compare(startUpContenders(workspace), startUpRounds)));
} finally {
  await rm(workspace, { recursive: true });
}

console.log(`\nHow long after it is ready a report is seen, simulated without waiting.\n`);
spawnSync(process.execPath, [pollingLag], { stdio: 'inherit' });

function wholeNumber(flag: keyof typeof values, most: number): number {
  const number = Number(values[flag]);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  return refuse(`--${flag} takes a whole number from 1 to ${most}.`);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}
