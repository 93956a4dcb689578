import { expect, test } from 'vitest';
import { openSimulator } from './support/sample-call.ts';

// The requests of Perception Point's scanner of Azure storage and of its connector for Microsoft Sentinel (vendor code).

interface Page {
  readonly has_more: boolean;
  readonly next: string | null;
  readonly results: readonly { readonly id: number | string; readonly finished_at: string | null }[];
}

test('the scanner of Azure storage submits a signed link with fields of its own, and gets its params back', async () => {
  const simulator = await openSimulator();
  const params = JSON.stringify({ azure_account_id: '?????', queue_region: '?????' });

  const response = await fetch(`${simulator.url}/api/v1/files/`, {
    method: 'POST',
    headers: { Authorization: `Token ${simulator.perceptionPoint.token}` },
    body: new URLSearchParams({
      download_link: 'https://account.blob.example/invoices/2026/order.pdf?sp=r&sig=secret%3D',
      name: 'order.pdf',
      original_file_path: 'invoices/2026/order.pdf',
      callback_params: params,
      sub_origin: 's3',
    }),
  });

  expect(response.ok).toBe(true);
  expect(await response.json()).toEqual({
    scan_id: expect.any(Number) as number,
    callback_params: JSON.parse(params) as unknown,
  });
  expect(simulator.perceptionPoint.listSubmissions()).toMatchObject([
    { source: 'download_link', name: 'order.pdf' },
  ]);
});

test('the Sentinel connector sends all filters again with each cursor, and stops when there is no more', async () => {
  const simulator = await openSimulator({ perceptionPoint: { scanSeconds: 0, pageSize: 2 } });
  const headers = { Authorization: `Token ${simulator.perceptionPoint.token}` };
  const submitted: string[] = [];
  for (const path of ['a.doc', 'b.doc', 'c.doc', 'd.doc', 'e.doc']) {
    const response = await fetch(`${simulator.url}/api/v1/files/`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ path }),
    });
    submitted.push(String(((await response.json()) as { scan_id: number }).scan_id));
  }
  simulator.advance(1);
  const seconds = Math.floor(simulator.now() / 1000);
  const filters = {
    organization_id: '7933',
    start: String(seconds - 3600),
    end: String(seconds + 1),
    limit: '500',
  };

  const found: string[] = [];
  let cursor: Record<string, string> = {};
  for (let pages = 0; pages < 10; pages += 1) {
    const query = new URLSearchParams({ ...filters, ...cursor });
    const response = await fetch(`${simulator.url}/api/v1/scans/list/?${query.toString()}`, { headers });
    expect(response.status).toBe(200);
    const page = (await response.json()) as Page;
    found.push(...page.results.map(({ id }) => String(id)));
    if (!page.has_more) break;
    cursor = { _cursor: new URL(page.next ?? '').searchParams.get('_cursor') ?? '' };
  }

  expect(found.toSorted()).toEqual(submitted.toSorted());
});
