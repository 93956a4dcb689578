import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Fault, startSimulator } from '@security-reports/simulator';
import { expect, onTestFinished } from 'vitest';
import { canary, careless, expectNowhere } from './support/canary.ts';
import { selfSignedCertificate } from './support/certificate.ts';
import { test } from './support/step.ts';

const secret = canary('token');

/** All that can break, on every call, with the credential in it wherever a careless server could put it. */
const breakages: readonly Fault[] = [
  ...careless(secret),
  { kind: 'echo-credential', status: 400 },
  { kind: 'echo-credential', status: 403 },
  { kind: 'echo-credential', status: 500 },
  { kind: 'status', status: 503, headers: { 'retry-after': secret }, text: secret },
  { kind: 'wrong-json', json: { status: 77, status_message: `Token ${secret} is waiting` } },
  { kind: 'garbage-json' },
  { kind: 'reset' },
  { kind: 'truncate', bytes: 100 },
];

test('a planted credential appears nowhere, whatever breaks', async ({ workspace, artifacts, runStep }) => {
  const certificate = await selfSignedCertificate();
  await using simulator = await startSimulator({ tls: certificate, spectraAnalyze: { token: secret } });
  const hashes: string[] = [];
  for (const route of ['create', 'status', 'download'] as const) {
    for (const fault of breakages) {
      const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 0 });
      simulator.faults.script({
        route: `spectra-analyze.pdf.${route}`,
        subject: sha256,
        times: 'always',
        fault,
      });
      hashes.push(sha256);
    }
  }
  simulator.faults.script({
    route: 'spectra-analyze.samples.classification',
    times: 'always',
    fault: { kind: 'echo-credential', status: 409 },
  });

  // Tells of every process that the Action starts: with an environment, it would hand the token on.
  const watch = await mkdtemp(join(tmpdir(), 'security-reports-watch-'));
  onTestFinished(() => rm(watch, { recursive: true }));
  const processes = join(watch, 'processes.log');
  await writeFile(processes, '');
  await writeFile(
    join(watch, 'watch.mjs'),
    `import { subscribe } from 'node:diagnostics_channel';
     import { appendFileSync } from 'node:fs';
     subscribe('child_process', ({ process }) => appendFileSync(${JSON.stringify(processes)}, process.spawnfile + '\\n'));`,
  );

  const step = await runStep(
    {
      'base-url': simulator.url,
      token: secret,
      hashes: hashes.join('\n'),
      classification: 'true',
      concurrency: '64',
      timeout: '20s',
      'ca-certificate': certificate.cert,
      'upload-artifact': 'true',
    },
    {
      env: {
        ...artifacts.env,
        RUNNER_DEBUG: '1',
        NODE_OPTIONS: `--import=${pathToFileURL(join(watch, 'watch.mjs')).href}`,
      },
    },
  );

  expect(step.reports).toHaveLength(hashes.length);
  // The right token was in use, so that the later calls were reached and broke, too.
  for (const step of ['create', 'status', 'download'] as const) {
    const requests = simulator.journal.list({ route: `spectra-analyze.pdf.${step}` });
    expect(new Set(requests.map(({ credential }) => credential))).toEqual(new Set(['right']));
    expect(new Set(requests.map(({ fault }) => fault)).size).toBeGreaterThan(5);
  }
  expect(await readFile(processes, 'utf8')).toBe('');
  await expectNowhere([secret], step, workspace);
});
