import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { largePdf } from './support/large-subjects.ts';
import { measureCommand } from './support/measured-command.ts';
import { measureSuccess } from './support/measured-step.ts';
import type { Contender } from './support/measurement.ts';
import type { SimulatorProcess } from './support/simulator-process.ts';

/** Those that download a PDF of so many bytes from Spectra Analyze; the first one is the peer. */
export async function downloadContenders(
  simulator: SimulatorProcess,
  workspace: string,
  bytes: number,
): Promise<readonly Contender[]> {
  const inputs = await largePdf(simulator, bytes);
  const pdf = `${simulator.url}/api/pdf/${inputs['hashes'] ?? ''}`;
  const authorization = `Authorization: Token ${simulator.spectraAnalyzeToken}`;
  await fetch(`${pdf}/create`, { headers: { authorization: authorization.replace(/^.*?: /, '') } });
  const saved = join(workspace, 'curl.pdf');
  return [
    {
      name: 'curl -o',
      run: async () => {
        const words = ['--silent', '--show-error', '--fail', '--header', authorization, '--output', saved];
        const measurement = await measureCommand('curl', [...words, `${pdf}/download`]);
        await rm(saved);
        return measurement;
      },
    },
    {
      name: 'the Action',
      run: async () => {
        const measurement = await measureSuccess(workspace, inputs);
        await rm(join(workspace, 'security-reports'), { recursive: true });
        return measurement;
      },
    },
  ];
}
