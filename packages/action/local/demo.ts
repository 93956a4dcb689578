import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '@security-reports/simulator';
import { interruption } from './interruption.ts';
import { renderSummary } from './render-summary.ts';
import { runLocally } from './run-locally.ts';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const outputDirectory = 'demo-output';
await rm(new URL(`../../../${outputDirectory}`, import.meta.url), { recursive: true, force: true });

await using simulator = await startSimulator();
const { spectraAnalyze } = simulator;
const quick = spectraAnalyze.addSample({ name: 'invoice.pdf', creationSeconds: 2 });
const slow = spectraAnalyze.addSample({
  name: 'setup.exe',
  creationSeconds: 6,
  pdfBytes: 2_000_000,
});
const absent = 'e'.repeat(40);

const words = [
  ...['--service', 'spectra-analyze', '--base-url', simulator.url],
  ...['--hashes', [quick.sha1, slow.sha256, absent].join(' '), '--classification'],
  ...['--output-directory', outputDirectory],
];
console.log(
  'A simulated Spectra Analyze appliance is running. It has two samples; the third hash is not on it.\n',
);
console.log(
  `$ npx -y pnpm@12 run-action ${words.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')}\n`,
);

const result = await runLocally(words, {
  token: spectraAnalyze.token,
  workspace,
  // The simulator is on this machine, where no proxy has to help.
  env: { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
  signal: interruption(),
});
console.log(`\nThe summary of the step, as text:\n\n${renderSummary(result?.summary ?? '')}`);
console.log(
  `\nThe PDFs are in ${outputDirectory}/. The step failed, as it should: one report could not be had.`,
);
