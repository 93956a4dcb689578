import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Fault, startSimulator } from '@security-reports/simulator';
import { expect } from 'vitest';
import { selfSignedCertificate } from './support/certificate.ts';
import { filesIn, test } from './support/step.ts';

/** Everything by which the canary would be recognised. It has characters that every encoding changes. */
function formsOf(canary: string): readonly string[] {
  const base64 = Buffer.from(canary).toString('base64');
  return [
    canary,
    encodeURIComponent(canary),
    JSON.stringify(canary).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(canary).toString('hex'),
  ];
}

const canary = 'c4n4ry+/"token"&never=shown';

/** All that can break, on every call, with the credential in it wherever a careless server could put it. */
const breakages: readonly Fault[] = [
  { kind: 'echo-credential', status: 400 },
  { kind: 'echo-credential', status: 403 },
  { kind: 'echo-credential', status: 500 },
  { kind: 'status', status: 418, text: `<html><title>${canary}</title></html>`, mediaType: 'text/html' },
  { kind: 'status', status: 200, text: `<html><title>${canary}</title></html>`, mediaType: 'text/html' },
  { kind: 'status', status: 400, json: { errors: [{ code: canary, message: encodeURIComponent(canary) }] } },
  { kind: 'status', status: 404, text: Buffer.from(canary).toString('base64'), mediaType: 'text/plain' },
  { kind: 'status', status: 503, headers: { 'retry-after': canary }, text: canary },
  { kind: 'redirect', status: 302, location: `http://example.com/?token=${encodeURIComponent(canary)}` },
  {
    kind: 'redirect',
    status: 302,
    location: `https://${encodeURIComponent('user')}:${encodeURIComponent(canary)}@127.0.0.1:9/`,
  },
  { kind: 'wrong-json', json: { token: canary } },
  { kind: 'wrong-json', json: { status: 77, status_message: `Token ${canary} is waiting` } },
  { kind: 'garbage-json' },
  { kind: 'reset' },
  { kind: 'truncate', bytes: 100 },
];

test(
  'a planted credential appears nowhere, whatever breaks',
  { timeout: 120_000 },
  async ({ workspace, artifacts, runStep }) => {
    const certificate = await selfSignedCertificate();
    await using simulator = await startSimulator({ tls: certificate, spectraAnalyze: { token: canary } });
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
    const watch = join(workspace, '..', `${workspace.split(/[\\/]/).at(-1) ?? ''}-watch`);
    await mkdir(watch);
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
        token: canary,
        hashes: hashes.join('\n'),
        classification: 'true',
        concurrency: '64',
        timeout: '12s',
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
    const files = await filesIn(workspace);
    const contents = await Promise.all(files.map((file) => readFile(join(workspace, file), 'latin1')));
    // The runner is told what to mask, and reads that line itself.
    const log = step.log.replace(/^::add-mask::.*$/gm, '');
    const places = {
      log,
      stderr: step.stderr,
      summary: step.summary,
      outputs: JSON.stringify(step.outputs),
      files: files.join(),
      contents: contents.join(),
    };
    for (const [place, text] of Object.entries(places)) {
      for (const form of formsOf(canary)) expect(text, `${form} in the ${place}`).not.toContain(form);
    }
  },
);
