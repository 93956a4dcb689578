import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { malwareMarker, type Simulator } from '@security-reports/simulator';
import type { Expectation } from './demo-expectation.ts';

/** One service in the demo. */
export interface DemoPart {
  readonly name: string;
  /** What there is to see. */
  readonly story: string;
  /** What one would type behind `run-action`. */
  readonly words: readonly string[];
  readonly token: string;
  /** Where the files go, relative to the workspace. */
  readonly folder: string;
  readonly expected: Expectation;
}

/** Everything that the demo writes is in here. */
export const outputFolder = 'demo-output';

/** Gives the simulator what a part needs, writes the files to scan, and says what to run now. */
type Prepare = (simulator: Simulator, workspace: string) => DemoPart | Promise<DemoPart>;

/** One after another: what is being created when a part is prepared is ready soon. */
export const parts: readonly Prepare[] = [spectraAnalyze, perceptionPoint, digicert];

function spectraAnalyze({ spectraAnalyze: appliance, url }: Simulator): DemoPart {
  const quick = appliance.addSample({ name: 'invoice.pdf', creationSeconds: 1 });
  const slow = appliance.addSample({ name: 'setup.exe', creationSeconds: 4, pdfBytes: 2_000_000 });
  const absent = 'e'.repeat(40);
  const folder = `${outputFolder}/spectra-analyze`;
  return {
    name: 'Spectra Analyze',
    story: 'Two samples are on the appliance, and the third hash is not.',
    words: [
      ...['--service', 'spectra-analyze', '--base-url', url],
      ...['--hashes', [quick.sha1, slow.sha256, absent].join(' '), '--classification'],
      ...['--output-directory', folder],
    ],
    token: appliance.token,
    folder,
    expected: {
      inWords: 'two PDFs came; the step failed, as it should, since the third sample is missing',
      exitCode: 1,
      reports: [
        { state: 'ready', verdict: 'clean', mediaType: 'application/pdf' },
        { state: 'ready', verdict: 'clean', mediaType: 'application/pdf' },
        { state: 'missing' },
      ],
    },
  };
}

async function perceptionPoint(
  { perceptionPoint: service, url }: Simulator,
  workspace: string,
): Promise<DemoPart> {
  const input = `${outputFolder}/to-scan`;
  await mkdir(join(workspace, input), { recursive: true });
  await writeFile(
    join(workspace, input, 'attachment.txt'),
    `${malwareMarker}: this text is harmless, and the simulated service calls it malicious.\n`,
  );
  await writeFile(join(workspace, input, 'letter.txt'), 'Nothing is wrong with this one.\n');
  const folder = `${outputFolder}/perception-point`;
  return {
    name: 'Perception Point X-Ray',
    story: `Two files in ${input}/ are scanned, and one of them is malicious.`,
    words: [
      ...['--service', 'perception-point', '--base-url', url],
      ...['--files', `${input}/*`, '--output-directory', folder],
    ],
    token: service.token,
    folder,
    expected: {
      inWords: 'both verdicts came; the step failed, as it should, since attachment.txt is malicious',
      exitCode: 1,
      reports: [
        { state: 'ready', verdict: 'malicious', mediaType: 'application/json' },
        { state: 'ready', verdict: 'clean', mediaType: 'application/json' },
      ],
    },
  };
}

function digicert({ digicert: account, url }: Simulator): DemoPart {
  const { displayName } = account.addReport({
    displayName: 'Certificate orders',
    schedule: 'WEEKLY',
    runs: [{ startedSecondsAgo: 7 * 86_400 }, { generationSeconds: 2, bytes: 3_000_000 }],
  });
  const folder = `${outputFolder}/digicert`;
  return {
    name: 'DigiCert CertCentral',
    story: `The newest run of the report is still being generated. Over 2 MB, the service sends a ZIP, which is unpacked.`,
    words: [
      ...['--service', 'digicert', '--base-url', url],
      ...['--report-name', displayName, '--extract', '--output-directory', folder],
    ],
    token: account.apiKey,
    folder,
    expected: {
      inWords: 'the CSV of the newest run came, and the step passed',
      exitCode: 0,
      reports: [{ state: 'ready', mediaType: 'text/csv' }],
    },
  };
}
