import { expect, test } from 'vitest';
import { openSimulator } from './support/sample-call.ts';

// What a collector of audit logs does that Google publishes for its SIEM (third party).

interface HistoryRow {
  readonly report_identifier: string;
  readonly report_run_identifier?: string;
  readonly report_start_date?: string;
}

test('a collector starts a run, and finds it in the history as the newest one that is ready', async () => {
  const simulator = await openSimulator();
  const { apiKey } = simulator.digicert;
  const { identifier, runIdentifiers } = simulator.digicert.addReport({
    displayName: 'Audit log',
    type: 'audit-logs',
    formats: ['JSON'],
    runs: [{ startedSecondsAgo: 86_400 }],
    newRun: { scheduledSeconds: 5, generationSeconds: 25, rows: 4 },
  });
  const base = `${simulator.url}/reports/v1`;
  const headers = { 'X-DC-DEVKEY': apiKey, 'Content-Type': 'application/json' };
  const readyRun = async (startedAt: number) => {
    const query = 'limit=200&offset=0&sort_by=report_start_date&sort_direction=DESC&status=READY';
    const response = await fetch(`${base}/report/history?${query}`, { headers });
    expect(response.status).toBe(200);
    const { report_history: rows } = (await response.json()) as { report_history: HistoryRow[] };
    // Its dates have no zone and mean UTC; the clocks may differ by a minute.
    return rows.find(
      ({ report_identifier: id, report_start_date: start = '' }) =>
        id === identifier && Date.parse(`${start.replace(' ', 'T')}Z`) + 60_000 >= startedAt,
    )?.report_run_identifier;
  };

  const startedAt = simulator.now();
  const started = await fetch(`${base}/report/${identifier}/run`, { method: 'POST', headers, body: '{}' });
  expect([200, 201]).toContain(started.status);
  expect(await readyRun(startedAt)).toBeUndefined();

  simulator.advance(30);
  const run = await readyRun(startedAt);
  expect(run).toEqual(expect.any(String));
  expect(runIdentifiers).not.toContain(run);
  const report = await fetch(`${base}/report/${identifier}/${run ?? ''}/download?report_format=JSON`, {
    headers,
  });
  expect(await report.json()).toHaveLength(4);
});
