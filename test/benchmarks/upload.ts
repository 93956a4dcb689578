import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { makeLargeFile, scanOfLargeFile } from './support/large-subjects.ts';
import { measureCommand, measureScript } from './support/measured-command.ts';
import { measureSuccess } from './support/measured-step.ts';
import type { Contender } from './support/measurement.ts';
import type { SimulatorProcess } from './support/simulator-process.ts';

const naiveScript = fileURLToPath(new URL('peers/upload-with-fetch.js', import.meta.url));

/** Those that submit a file of so many bytes to Perception Point; the first one is the peer. */
export async function uploadContenders(
  simulator: SimulatorProcess,
  workspace: string,
  bytes: number,
): Promise<readonly Contender[]> {
  const path = await makeLargeFile(workspace, bytes);
  const url = `${simulator.url}/api/v1/files/`;
  const token = simulator.perceptionPointToken;
  return [
    {
      name: 'curl -F',
      run: () =>
        measureCommand('curl', [
          ...['--silent', '--show-error', '--fail', '--output', devNull],
          ...['--header', `Authorization: Token ${token}`, '--form', `data=@${path}`, url],
        ]),
    },
    { name: 'fetch with FormData and openAsBlob', run: () => measureScript(naiveScript, [url, token, path]) },
    {
      name: 'the Action, wait: false',
      run: () => measureSuccess(workspace, { ...scanOfLargeFile(simulator), wait: 'false' }),
    },
  ];
}
