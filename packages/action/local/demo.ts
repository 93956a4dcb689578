import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startSimulator } from '@security-reports/simulator';
import { outputFolder, parts } from './demo-parts.ts';
import { whatDiffers } from './demo-expectation.ts';
import { interruption } from './interruption.ts';
import { renderSummary } from './render-summary.ts';
import { runLocally } from './run-locally.ts';

const heading = (text: string): string => `\n${text}\n${'='.repeat(text.length)}\n`;

// pnpm runs this in the root of the repository, and says where it was called.
const workspace = process.env['INIT_CWD'] ?? process.cwd();
await rm(join(workspace, outputFolder), { recursive: true, force: true });

await using simulator = await startSimulator();
const signal = interruption();
const outcomes: string[] = [];
console.log(`The three services are simulated at ${simulator.url}.`);
for (const prepare of parts) {
  if (signal.aborted) break;
  const { name, story, words, token, folder, expected } = await prepare(simulator, workspace);
  console.log(heading(name));
  console.log(`${story}\n`);
  console.log(`$ npx -y pnpm@12 run-action ${words.map(quoteForShell).join(' ')}\n`);
  const result = await runLocally(words, {
    token,
    workspace,
    // The simulator is on this machine, where no proxy has to help.
    env: { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    signal,
  });
  console.log(`\nThe summary of the step, as text:\n\n${renderSummary(result?.summary ?? '')}`);
  const differences = await whatDiffers(result, expected, workspace);
  const isAsExpected = differences.length === 0;
  if (!isAsExpected) process.exitCode = 1;
  outcomes.push(
    `${name}: ${isAsExpected ? expected.inWords : 'it did not end as it should'}.`,
    ...differences.map((difference) => `  ${difference}`),
    `  The files are in ${folder}/`,
  );
}
if (signal.aborted) process.exitCode = 1;

console.log(heading('What came of it'));
console.log(outcomes.join('\n'));

function quoteForShell(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word}'`;
}
