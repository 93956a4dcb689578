import { expect, test } from 'vitest';
import { openSimulator } from './support/sample-call.ts';

// The requests of ReversingLabs' Python SDK, on which its connectors for Splunk SOAR and Cortex XSOAR are built, and the
// keys that these clients read from the answers (vendor code).

/** An appliance, and what the SDK sends with each request. */
async function openAppliance() {
  const simulator = await openSimulator();
  const { token } = simulator.spectraAnalyze;
  const headers = { Authorization: `Token ${token}`, 'User-Agent': 'ReversingLabs SDK v2.12.0; A1000' };
  const get = (path: string) => fetch(simulator.url + path, { headers });
  const findProcessed = (hashes: readonly string[]) =>
    fetch(`${simulator.url}/api/samples/status/?status=processed`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(hashes.map((hash): [string, string] => ['hash_values', hash])),
    });
  return { simulator, get, findProcessed };
}

const noSample = '0'.repeat(40);

test("the SDK's connection test succeeds with a hash that no sample has", async () => {
  const { findProcessed } = await openAppliance();

  const response = await findProcessed([noSample]);

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ hash_type: 'sha1', results: [] });
});

test('the SDK takes samples as analysed once the answer lists as many processed ones as it asked for', async () => {
  const { simulator, findProcessed } = await openAppliance();
  const hashes = [
    simulator.spectraAnalyze.addSample({ name: 'one' }).sha1,
    simulator.spectraAnalyze.addSample({ name: 'two' }).sha1,
  ];
  const countProcessed = async (values: readonly string[]) => {
    const response = await findProcessed(values);
    return ((await response.json()) as { results: unknown[] }).results.length;
  };

  expect(await countProcessed(hashes)).toBe(2);
  expect(await countProcessed([...hashes, noSample])).toBe(2);
});

test('the PDF calls go without a trailing slash and with the same hash', async () => {
  const { simulator, get } = await openAppliance();
  const { sha256 } = simulator.spectraAnalyze.addSample({ creationSeconds: 45 });
  const pdf = `/api/pdf/${sha256}`;

  const created = (await (await get(`${pdf}/create`)).json()) as Record<string, string>;
  expect(created).toEqual({ status_endpoint: `${pdf}/status`, download_endpoint: `${pdf}/download` });
  // Splunk SOAR shows both keys as they are.
  expect(await (await get(created['status_endpoint'] ?? '')).json()).toEqual({
    status: 0,
    status_message: 'PDF is being created. Please wait.',
  });

  simulator.advance(45);
  // As recorded in the tests of the connector for Cortex XSOAR.
  expect(await (await get(`${pdf}/status`)).json()).toEqual({
    status: 2,
    status_message: 'PDF is ready for download.',
  });
  const downloaded = await get(created['download_endpoint'] ?? '');
  expect(downloaded.status).toBe(200);
  expect(Buffer.from(await downloaded.arrayBuffer()).toString('latin1')).toMatch(/^%PDF-/);
});

test.each(['md5', 'sha1', 'sha256'] as const)(
  'the classification by %s has what the connectors show',
  async (type) => {
    const { simulator, get } = await openAppliance();
    const hashes = simulator.spectraAnalyze.addSample({ classification: 'malicious' });

    const response = await get(`/api/samples/v3/${hashes[type]}/classification/?localonly=1&av_scanners=0`);

    expect(response.status).toBe(200);
    const answer = (await response.json()) as Record<string, unknown>;
    expect(answer).toMatchObject({
      classification: 'malicious',
      riskscore: 10,
      data_source: 'LOCAL',
      ...hashes,
    });
    for (const key of ['first_seen', 'last_seen', 'classification_result', 'classification_reason']) {
      expect(answer[key]).toEqual(expect.any(String));
    }
    expect(answer).toHaveProperty('classification_origin');
    expect(answer).toHaveProperty('cloud_last_lookup');
  },
);

// The SDK raises an error of its own for each of these statuses, and connectors show the body.
test.each([
  { call: `/api/pdf/${noSample}/create` },
  { call: `/api/pdf/${noSample}/status` },
  { call: `/api/samples/v3/${noSample}/classification/?localonly=1&av_scanners=0` },
])('a sample that is not on the appliance is a 404 with a reason in JSON: $call', async ({ call }) => {
  const { get } = await openAppliance();

  const response = await get(call);

  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ detail: expect.any(String) as string });
});
