import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '@security-reports/simulator';
import { hostileZips, startSimulator } from '@security-reports/simulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, jsonOf } from './client.ts';
import { askReport, history } from './digicert-client.ts';

describe('the control API', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({
      digicert: { reports: [{ displayName: 'First', identifier: 'first' }] },
    });
  });
  afterEach(() => simulator.close());

  const control = (path: string, method = 'GET', json?: unknown) =>
    ask(simulator, `/_simulator/${path}`, { method, json, authorization: null });

  test('tells the key', async () => {
    expect(jsonOf(await control(''))).toMatchObject({ digicert: { apiKey: simulator.digicert.apiKey } });
  });

  test('adds a report with runs, and lists it', async () => {
    const answer = await control('digicert/reports', 'POST', {
      displayName: 'Second',
      type: 'domains',
      schedule: 'MONTHLY',
      formats: ['JSON', 'ZIP'],
      runs: [{ runIdentifier: 'a', startedSecondsAgo: 60 }],
      newRun: { scheduledSeconds: 0, generationSeconds: 0, status: 'FAILED' },
    });
    expect(answer.status).toBe(201);
    const added = jsonOf(answer) as { identifier: string };
    expect(added).toEqual({
      identifier: expect.any(String) as string,
      displayName: 'Second',
      runIdentifiers: ['a'],
    });
    expect(jsonOf(await control('digicert/reports'))).toEqual({
      reports: [{ identifier: 'first', displayName: 'First', runIdentifiers: [] }, added],
    });
    await askReport(simulator, `/${added.identifier}/run`, { method: 'POST' });
    expect((await history(simulator, '?report_type=domains')).report_history).toMatchObject([
      { schedule: 'MONTHLY', format: ['JSON', 'ZIP'], status: 'READY' },
      { status: 'FAILED' },
    ]);
  });

  test('adds a run', async () => {
    const answer = await control('digicert/reports/first/runs', 'POST', { runIdentifier: 'r', rows: 0 });
    expect(answer.status).toBe(201);
    expect(jsonOf(answer)).toEqual({ runIdentifier: 'r' });
    expect((await askReport(simulator, '/first/r/download?report_format=CSV')).status).toBe(200);
  });

  test.each([
    { scheduledSeconds: 0.5, generationSeconds: 1, status: 'GENERATING', manuallyTriggered: true },
    { rows: 1, bytes: 1, splitCount: 1, noContent: true, compression: 'stored' },
    { contentDisposition: false, contentType: 'text/plain' },
    { contentDisposition: 'inline' },
    ...hostileZips.map((zip) => ({ zip })),
  ])('takes the run %j', async (run) => {
    expect((await control('digicert/reports/first/runs', 'POST', run)).status).toBe(201);
  });

  test.each([
    ['an unknown option', { row: 1 }],
    ['an unknown status', { status: 'DONE' }],
    ['an unknown archive', { zip: 'bombe' }],
    ['a negative time', { generationSeconds: -1 }],
    ['half a row', { rows: 1.5 }],
    ['a number as text', { bytes: '1' }],
    ['an empty identifier', { runIdentifier: '' }],
    ['a number for a name', { contentDisposition: 1 }],
  ])('refuses a run with %s', async (_what, run) => {
    expect((await control('digicert/reports/first/runs', 'POST', run)).status).toBe(400);
    expect((await control('digicert/reports', 'POST', { runs: [run] })).status).toBe(400);
    expect(simulator.digicert.listReports()).toEqual([
      { identifier: 'first', displayName: 'First', runIdentifiers: [] },
    ]);
  });

  test.each([
    ['an unknown option', { name: 'a' }],
    ['an unknown type', { type: 'certificates' }],
    ['an unknown format', { formats: ['PDF'] }],
    ['a run of its own among those to come', { newRun: { runIdentifier: 'a' } }],
  ])('refuses a report with %s', async (_what, report) => {
    expect((await control('digicert/reports', 'POST', report)).status).toBe(400);
    expect(simulator.digicert.listReports()).toHaveLength(1);
  });

  test('says when there is no such report', async () => {
    expect((await control('digicert/reports/nowhere/runs', 'POST', {})).status).toBe(404);
  });

  test('changes the settings that are given', async () => {
    const changed = await control('digicert/settings', 'PATCH', {
      keyRole: 'administrator',
      featureEnabled: false,
      errorShape: 'errors-array',
      keyRefusal: 'access_denied',
      rateLimit: false,
      retryAfter: 'date',
      zipForEveryReport: false,
    });
    expect(changed.status).toBe(204);
    const code = async () => jsonOf(await askReport(simulator, '/first'));
    expect(await code()).toMatchObject({ errors: [{ code: 'custom_reports_not_enabled' }] });
    await control('digicert/settings', 'PATCH', { keyRole: 'without-permission' });
    expect(await code()).toMatchObject({ errors: [{ code: 'user_forbidden' }] });
    expect((await control('digicert/settings', 'PATCH', { keyRole: 'guest' })).status).toBe(400);
    expect((await control('digicert/settings', 'PATCH', { rateLimits: true })).status).toBe(400);
  });

  test('puts everything back as it was', async () => {
    await control('digicert/reports', 'POST', {});
    await control('digicert/reports/first/runs', 'POST', {});
    await control('digicert/settings', 'PATCH', { featureEnabled: false });
    await control('reset', 'POST');
    expect((await history(simulator)).report_history).toMatchObject([{ report_identifier: 'first' }]);
    expect(simulator.digicert.listReports()).toEqual([
      { identifier: 'first', displayName: 'First', runIdentifiers: [] },
    ]);
  });
});

describe('the command', () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

  test('prints the key, the reports, and calls that work', async () => {
    const child = spawn(process.execPath, [main, '--seed', '7'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let out = '';
      child.stdout.on('data', (text: Buffer) => (out += text.toString()));
      await expect.poll(() => out).toContain('--output orders.csv');

      const [, base = ''] = /^Base URL: (\S+\/reports\/v1)$/m.exec(out) ?? [];
      const [, key = ''] = /^API key: (\S+)$/m.exec(out) ?? [];
      await using same = await startSimulator({ seed: 7 });
      expect(key).toBe(same.digicert.apiKey);
      const headers = { 'X-DC-DEVKEY': key };

      const page = (await (await fetch(`${base}/report/history`, { headers })).json()) as {
        report_history: Record<string, string>[];
      };
      for (const row of page.report_history) {
        expect(out).toContain(`  ${row['report_identifier'] ?? ''}  ${row['report_display_name'] ?? ''}: `);
        if (row['report_run_identifier'] !== undefined)
          expect(out).toContain(`\n    run ${row['report_run_identifier']}\n`);
      }
      const named = page.report_history.map(
        (row) => `${row['report_display_name'] ?? ''} ${row['status'] ?? ''}`,
      );
      expect(named).toEqual([
        'Orders READY',
        'Audit log READY',
        'All domains READY',
        'Slow GENERATING',
        'Empty READY',
        'Failing FAILED',
        'Never run SCHEDULED',
      ]);

      const examples = [...out.matchAll(/^ {2}curl -X GET '(\S+)' -H '(.*?): (.*?)' -H '(.*?): (.*?)'/gm)];
      expect(examples).toHaveLength(2);
      const bodies = [];
      for (const [, url = '', name = '', value = '', keyName = '', keyValue = ''] of examples) {
        const answer = await fetch(url, { headers: { [name]: value, [keyName]: keyValue } });
        expect(answer.status, url).toBe(200);
        bodies.push(await answer.text());
      }
      expect(bodies[0]).toContain('"report_history"');
      expect(bodies[1]).toMatch(/^record,report,run,/);
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });
});
