import { join } from 'node:path';
import { Child } from './child.ts';
import { repository } from './package-tarball.ts';

export interface SimulatorCommand extends AsyncDisposable {
  readonly url: string;
  readonly spectraAnalyzeToken: string;
  readonly perceptionPointToken: string;
}

/** Starts the simulator as the README says, and reads from its output what a reader would. */
export async function startSimulatorCommand(): Promise<SimulatorCommand> {
  const main = join(repository, 'packages', 'simulator', 'src', 'main.ts');
  const child = new Child(process.execPath, [main], process.env);
  await child.untilReady(() => Promise.resolve(child.output.includes('/reports/v1/')));
  const tokenOf = (service: string): string =>
    new RegExp(`^${service}\\nBase URL: .*\\nToken: (\\S+)$`, 'm').exec(child.output)?.[1] ?? '';
  return {
    url: /listens on (\S+)/.exec(child.output)?.[1] ?? '',
    spectraAnalyzeToken: tokenOf('Spectra Analyze'),
    perceptionPointToken: tokenOf('Perception Point X-Ray'),
    [Symbol.asyncDispose]: () => child.stop(),
  };
}
