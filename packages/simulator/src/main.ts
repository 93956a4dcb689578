#!/usr/bin/env node
import { parseCommandLine, usage, UsageError } from './command-line.ts';
import { describeDigicert } from './digicert/description.ts';
import { readyMadeReports } from './digicert/ready-made-reports.ts';
import { describePerceptionPoint } from './perception-point/description.ts';
import type { Simulator } from './server.ts';
import { startSimulator } from './server.ts';
import { readyMadeSamples } from './spectra-analyze/ready-made-samples.ts';

try {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.help) console.log(usage);
  else await start(commandLine);
} catch (error) {
  console.error(explain(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function start({ port, seed }: { readonly port: number; readonly seed: number }): Promise<void> {
  const samples = readyMadeSamples.map(({ sample }) => sample);
  const reports = readyMadeReports.map(({ report }) => report);
  const simulator = await startSimulator({
    port,
    seed,
    spectraAnalyze: { samples },
    digicert: { reports },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
  const { url, perceptionPoint, digicert } = simulator;
  const descriptions = [
    describe(simulator),
    describePerceptionPoint(url, perceptionPoint),
    describeDigicert(url, digicert),
  ];
  console.log(descriptions.join('\n\n'));
}

function describe({ url, spectraAnalyze }: Simulator): string {
  const { token } = spectraAnalyze;
  const samples = spectraAnalyze.listSamples().map(({ name, hashes: { sha1 } }) => {
    const shows = readyMadeSamples.find(({ sample }) => sample.name === name)?.shows ?? '';
    return { sha1, line: `  ${sha1}  ${name}: ${shows}` };
  });
  const call = `curl -H 'Authorization: Token ${token}' ${url}/api/pdf/${samples[0]?.sha1 ?? ''}`;
  return `The simulator listens on ${url} (Ctrl-C stops it).

Spectra Analyze
Base URL: ${url}
Token: ${token}
Samples (by SHA-1; MD5 and SHA-256 are at ${url}/_simulator/spectra-analyze/samples):
${samples.map(({ line }) => line).join('\n')}

Try:
  ${call}/create
  ${call}/download --output report.pdf`;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'EADDRINUSE'
    ? 'The port is taken. Give another one with --port, or none for a free one.'
    : error.message;
}
