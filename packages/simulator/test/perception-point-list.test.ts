import type { Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { credential, list, submitted } from './perception-point-client.ts';
import type { Page } from './perception-point-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const get = (query: string) =>
  fetch(`${simulator.url}/api/v1/scans/list/${query}`, { headers: credential(simulator) });
const sha256Of = (content: string) => createHash('sha256').update(content).digest('hex');
const idsOf = ({ results }: Page) => results.map(({ id }) => String(id));
const onlyRow = async () => {
  const { results } = await list(simulator);
  expect(results).toHaveLength(1);
  return results[0] ?? {};
};

describe('a scan', () => {
  test('is listed at once, gets its verdict when its time has passed, and keeps it', async () => {
    const scanId = await submitted(simulator, { path: 'x' });
    const row = await onlyRow();
    expect(row).toEqual({
      id: Number(scanId),
      root_scan_id: Number(scanId),
      full_scan_id: `001E${scanId}`,
      origin: 'api',
      finished_at: null,
      verbose_verdict: null,
      confidence: null,
      verbose_action: null,
      sample: {
        sha1: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        file_size: expect.any(Number) as number,
      },
      evidence: [],
      root_scan_summary: null,
    });
    simulator.advance(1.5);
    expect(await onlyRow()).toEqual(row);
    simulator.advance(0.5);
    const [{ time } = { time: 0 }] = simulator.perceptionPoint.listSubmissions();
    const finished = {
      ...row,
      finished_at: new Date(time + 2000).toISOString(),
      verbose_verdict: 'CLN',
      confidence: 100,
      verbose_action: 'Allowed',
    };
    expect(await onlyRow()).toEqual(finished);
    simulator.advance(1e6);
    expect(await onlyRow()).toEqual(finished);
  });

  test('names the hashes and the size of the data', async () => {
    await submitted(simulator, {}, { name: 'x', content: 'abc' });
    expect(await onlyRow()).toMatchObject({
      sample: {
        sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
        sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        file_size: 3,
      },
    });
  });

  test('takes as long as all do', async () => {
    simulator.perceptionPoint.configure({ scanSeconds: 10 });
    await submitted(simulator, { path: 'x' });
    simulator.advance(9);
    expect(await onlyRow()).toMatchObject({ verbose_verdict: null });
    simulator.advance(1);
    expect(await onlyRow()).toMatchObject({ verbose_verdict: 'CLN' });
  });

  test.each(['CLN', 'SPM', 'SUS', 'BLK', 'MAL', 'NEW'])('may end in %s', async (verdict) => {
    simulator.perceptionPoint.scriptScan({ scan: { verdict, scanSeconds: 0 } });
    await submitted(simulator, { path: 'x' });
    const row = await onlyRow();
    expect(row['verbose_verdict']).toBe(verdict);
    const evidence = [expect.objectContaining({ name: `Simulated.${verdict}`, verdict })];
    expect(row['evidence']).toEqual(verdict === 'CLN' ? [] : evidence);
    expect(row['verbose_action']).toBe(verdict === 'CLN' ? 'Allowed' : 'Blocked');
  });

  test('may give evidence of any shape', async () => {
    const evidence = ['text', 1, null, { a: [] }];
    simulator.perceptionPoint.scriptScan({ scan: { evidence, scanSeconds: 0 } });
    await submitted(simulator, { path: 'x' });
    expect(await onlyRow()).toMatchObject({ verbose_verdict: 'CLN', evidence });
  });

  test('may never end', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { scanSeconds: 'never' } });
    await submitted(simulator, { path: 'x' });
    simulator.advance(1e9);
    expect(await onlyRow()).toMatchObject({ verbose_verdict: null, finished_at: null });
  });

  test('may be listed late', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { listLagSeconds: 5, scanSeconds: 0 } });
    const scanId = await submitted(simulator, { path: 'x' });
    simulator.advance(4);
    expect(await list(simulator)).toMatchObject({ count: 0, results: [] });
    simulator.advance(1);
    expect(idsOf(await list(simulator))).toEqual([scanId]);
  });

  test('may have a verdict before it has finished', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { finishedAtLagSeconds: 5, scanSeconds: 1 } });
    await submitted(simulator, { path: 'x' });
    simulator.advance(5);
    expect(await onlyRow()).toMatchObject({ verbose_verdict: 'CLN', finished_at: null });
    simulator.advance(1);
    expect((await onlyRow())['finished_at']).toMatch(/^\d{4}-.*Z$/);
  });

  test('may be listed under full_scan_id only', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { listedAs: 'full_scan_id' } });
    const scanId = await submitted(simulator, { path: 'x' });
    const row = await onlyRow();
    expect(row).toMatchObject({ full_scan_id: Number(scanId), root_scan_id: row['id'] });
    expect(String(row['id'])).not.toBe(scanId);
  });

  test('may be listed under root_scan_id only, by its part', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { listedAs: 'root_scan_id', verdict: 'MAL' } });
    const scanId = await submitted(simulator, { path: 'x' });
    const row = await onlyRow();
    expect(row).toMatchObject({
      root_scan_id: Number(scanId),
      verbose_verdict: null,
      root_scan_summary: { verbose_verdict: null, sub_verdict: null },
    });
    expect([String(row['id']), row['full_scan_id']]).not.toContain(scanId);
    simulator.advance(2);
    expect(await onlyRow()).toMatchObject({
      verbose_verdict: 'MAL',
      root_scan_summary: { verbose_verdict: 'MAL', sub_verdict: 'MAL' },
    });
  });

  test('may be an archive, with a row for each part beside its own', async () => {
    const parts = [{ verdict: 'CLN' }, { verdict: 'SUS' }];
    simulator.perceptionPoint.scriptScan({ scan: { parts, verdict: 'SUS', scanSeconds: 0 } });
    const id = Number(await submitted(simulator, { path: 'x' }));
    const { results } = await list(simulator);
    expect(results).toMatchObject([
      {
        root_scan_id: id,
        verbose_verdict: 'SUS',
        root_scan_summary: { verbose_verdict: 'SUS', sub_verdict: 'SUS' },
      },
      {
        root_scan_id: id,
        verbose_verdict: 'CLN',
        root_scan_summary: { verbose_verdict: 'SUS', sub_verdict: 'CLN' },
      },
      { id, root_scan_id: id, verbose_verdict: 'SUS', root_scan_summary: null },
    ]);
    expect(new Set(results.map((row) => JSON.stringify(row['sample']))).size).toBe(3);
    expect(new Set(results.map((row) => row['id'])).size).toBe(3);
  });

  test('may have parts that finish at their own time', async () => {
    const parts = [{ verdict: 'CLN', scanSeconds: 0 }, { verdict: 'MAL' }];
    simulator.perceptionPoint.scriptScan({
      scan: { listedAs: 'root_scan_id', parts, verdict: 'MAL', scanSeconds: 2 },
    });
    await submitted(simulator, { path: 'x' });
    const unfinished = { finished_at: null, verbose_verdict: null };
    const scanning = { root_scan_summary: { verbose_verdict: null } };
    expect((await list(simulator)).results).toMatchObject([
      { ...unfinished, ...scanning },
      { finished_at: expect.any(String) as string, verbose_verdict: 'CLN', ...scanning },
    ]);
    simulator.advance(2);
    expect((await list(simulator)).results).toMatchObject([
      { verbose_verdict: 'MAL', root_scan_summary: { verbose_verdict: 'MAL', sub_verdict: 'MAL' } },
      { verbose_verdict: 'CLN', root_scan_summary: { verbose_verdict: 'MAL', sub_verdict: 'CLN' } },
    ]);
  });

  test('may be listed under an id of its own, with only its content to know it by', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { listedAs: 'sha256', parts: [{ verdict: 'CLN' }] } });
    const scanId = await submitted(simulator, {}, { name: 'a.txt', content: 'hello' });
    const { results } = await list(simulator);
    const [part, own] = results;
    expect(JSON.stringify(results)).not.toContain(scanId);
    expect(own?.['sample']).toMatchObject({ sha256: sha256Of('hello') });
    expect(part?.['root_scan_id']).toBe(own?.['id']);
  });

  test('may have the id, the digest and more members that a script says', async () => {
    simulator.perceptionPoint.scriptScan({
      scan: { id: 'mine', sampleSha256: 'ab12', rowFields: { status: 'FAILED', confidence: 7 } },
    });
    expect(await submitted(simulator, { path: 'x' })).toBe('mine');
    expect(await onlyRow()).toMatchObject({
      id: 'mine',
      full_scan_id: '001Emine',
      sample: { sha256: 'ab12' },
      status: 'FAILED',
      confidence: 7,
    });
  });

  test('may be absent from the list until it has finished', async () => {
    simulator.perceptionPoint.configure({ listsRunning: false });
    const scanId = await submitted(simulator, { path: 'x' });
    expect((await list(simulator)).results).toEqual([]);
    simulator.advance(2);
    expect(await onlyRow()).toMatchObject({ id: Number(scanId) });
  });

  test('can be looked up by its short and its full id, once it is listed', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { listLagSeconds: 1 } });
    const scanId = await submitted(simulator, { path: 'x' });
    expect((await get(`${scanId}/`)).status).toBe(404);
    simulator.advance(1);
    for (const id of [scanId, `001E${scanId}`]) {
      const answer = await get(`${id}/`);
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(await answer.json()).toEqual(await onlyRow());
    }
    expect((await get('none/')).status).toBe(404);
    simulator.perceptionPoint.configure({ offersLookUp: false });
    expect((await get(`${scanId}/`)).status).toBe(404);
  });

  test('is among the running ones as long as it is scanned', async () => {
    const scanId = await submitted(simulator, { path: 'x' });
    simulator.perceptionPoint.addScan({ origin: 'email', scanSeconds: 'never' });
    const running = (): Promise<Response> =>
      get('../running_list/?limit=5&verbose_origin[]=api&verbose_status=RUN');
    expect(await (await running()).json()).toMatchObject({ results: [{ id: Number(scanId) }] });
    simulator.advance(2);
    expect(await (await running()).json()).toMatchObject({ results: [] });
    simulator.perceptionPoint.configure({ offersRunningList: false });
    expect((await running()).status).toBe(404);
  });

  test('may have parts that tell nothing of it', async () => {
    simulator.perceptionPoint.scriptScan({
      scan: { listedAs: 'root_scan_id', rootSummary: false, scanSeconds: 0 },
    });
    const scanId = await submitted(simulator, { path: 'x' });
    expect(await onlyRow()).toMatchObject({ root_scan_id: Number(scanId), root_scan_summary: null });
  });
});

describe('a script', () => {
  const verdicts = async (...names: string[]) => {
    for (const name of names) await submitted(simulator, {}, { name, content: name });
    simulator.advance(2);
    const { results } = await list(simulator);
    return results.map((row) => row['verbose_verdict']).reverse();
  };

  test('is followed once unless told otherwise', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { verdict: 'SPM' } });
    expect(await verdicts('a', 'a')).toEqual(['SPM', 'CLN']);
  });

  test('may be for a name', async () => {
    simulator.perceptionPoint.scriptScan({ name: 'b', times: 'always', scan: { verdict: 'SPM' } });
    expect(await verdicts('a', 'b', 'b')).toEqual(['CLN', 'SPM', 'SPM']);
  });

  test('may be for a name that is given beside the file', async () => {
    simulator.perceptionPoint.scriptScan({ name: 'given', scan: { verdict: 'SPM', scanSeconds: 0 } });
    await submitted(simulator, { name: 'given' }, { name: 'a', content: 'a' });
    expect(await onlyRow()).toMatchObject({ verbose_verdict: 'SPM' });
  });

  test('may be for a SHA-256 in any letter case', async () => {
    const sha256 = '3E23E8160039594A33894F6564E1B1348BBD7A0088D42C4ACB73EEAED59C009D';
    simulator.perceptionPoint.scriptScan({ sha256, scan: { verdict: 'SPM' } });
    await submitted(simulator, { path: 'b' });
    expect(await verdicts('a', 'b')).toEqual(['CLN', 'CLN', 'SPM']);
  });

  test('may be for some submissions by their order, and several share them out', async () => {
    simulator.perceptionPoint.scriptScan({ after: 1, times: 2, scan: { verdict: 'SPM' } });
    simulator.perceptionPoint.scriptScan({ times: 2, scan: { verdict: 'SUS' } });
    expect(await verdicts('a', 'b', 'c', 'd', 'e')).toEqual(['SUS', 'SPM', 'SPM', 'SUS', 'CLN']);
  });

  test('overrides what the content says', async () => {
    simulator.perceptionPoint.scriptScan({ scan: { verdict: 'CLN' } });
    expect(await verdicts('SIMULATED-MALWARE', 'SIMULATED-MALWARE')).toEqual(['CLN', 'MAL']);
  });
});

describe('a scan that was there before', () => {
  test('has finished, unless told otherwise', async () => {
    const id = simulator.perceptionPoint.addScan({ content: 'abc' });
    const row = await onlyRow();
    expect(row).toMatchObject({ id: Number(id), verbose_verdict: 'CLN', sample: { file_size: 3 } });
    expect(Date.parse(String(row['finished_at']))).toBeLessThan(simulator.now());
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 0 });
    expect((await list(simulator)).results[0]).toMatchObject({ verbose_verdict: null });
  });

  test('may have an id of either kind', async () => {
    expect(simulator.perceptionPoint.addScan({ id: 'of-my-choice' })).toBe('of-my-choice');
    expect(simulator.perceptionPoint.addScan({ id: 7 })).toBe('7');
    const { results } = await list(simulator);
    expect(results.map(({ id }) => id)).toEqual([7, 'of-my-choice']);
  });

  test('is no submission', () => {
    simulator.perceptionPoint.addScan();
    expect(simulator.perceptionPoint.listSubmissions()).toEqual([]);
  });

  test('is there again after a reset, and nothing else is', async () => {
    await using own = await startSimulator({
      perceptionPoint: {
        scans: [{ id: 'first' }],
        scripts: [{ scan: { verdict: 'SPM', scanSeconds: 0 } }],
        pageSize: 3,
      },
    });
    const verdict = async () => {
      const id = await submitted(own, { path: 'x' });
      const { results } = await list(own);
      return [id, results.map((row) => row['verbose_verdict'])];
    };
    const before = await verdict();
    expect(before[1]).toEqual(['SPM', 'CLN']);
    own.perceptionPoint.configure({ pageSize: 1, licensed: false });
    own.reset();
    expect(own.perceptionPoint.listSubmissions()).toEqual([]);
    expect(await verdict()).toEqual(before);
  });
});

describe('the query', () => {
  const seconds = (ago: number) => Math.floor(simulator.now() / 1000) - ago;

  test('without start and end is for everything', async () => {
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 1e9 });
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 0 });
    expect(await list(simulator)).toMatchObject({ count: 2 });
  });

  test('may give a period: whole seconds, both ends included', async () => {
    const scanId = await submitted(simulator, { path: 'x' });
    const [{ time } = { time: 0 }] = simulator.perceptionPoint.listSubmissions();
    const created = Math.floor(time / 1000);
    const listed = async (query: string) => idsOf(await list(simulator, query));
    expect(await listed(`?start=${created}&end=${created}`)).toEqual([scanId]);
    expect(await listed(`?start=${created}`)).toEqual([scanId]);
    expect(await listed(`?end=${created}`)).toEqual([scanId]);
    expect(await listed(`?start=${created + 1}`)).toEqual([]);
    expect(await listed(`?end=${created - 1}`)).toEqual([]);
  });

  test('may name the origin', async () => {
    const api = simulator.perceptionPoint.addScan();
    const email = simulator.perceptionPoint.addScan({ origin: 'email' });
    expect(idsOf(await list(simulator, '?origin=api'))).toEqual([api]);
    expect(idsOf(await list(simulator, '?origin=email'))).toEqual([email]);
    expect(idsOf(await list(simulator))).toEqual([email, api]);
  });

  test('may name the verdict', async () => {
    const bad = simulator.perceptionPoint.addScan({ verdict: 'MAL' });
    simulator.perceptionPoint.addScan({ verdict: 'MAL', scanSeconds: 'never' });
    simulator.perceptionPoint.addScan();
    expect(idsOf(await list(simulator, '?verbose_verdict=MAL'))).toEqual([bad]);
  });

  test('has to be made of whole seconds', async () => {
    const answer = await get('?start=yesterday&end=1.5');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      start: ['A valid integer is required.'],
      end: ['A valid integer is required.'],
    });
  });

  test('needs the token', async () => {
    const answer = await fetch(`${simulator.url}/api/v1/scans/list/`, {
      headers: { authorization: 'Token wrong' },
    });
    expect(answer.status).toBe(401);
  });

  test('is the subject of nothing secret in the journal', async () => {
    const query = `?start=${seconds(60)}&origin=api`;
    await list(simulator, query);
    expect(simulator.journal.list()).toMatchObject([
      { route: 'perception-point.scans.list', path: `/api/v1/scans/list/${query}`, credential: 'right' },
    ]);
  });
});

describe('a long list', () => {
  const addScans = (count: number) =>
    Array.from({ length: count }, () => simulator.perceptionPoint.addScan());

  test('comes in pages of 50, newest first, each with the address of the next', async () => {
    const ids = addScans(120).reverse();
    const pages: Page[] = [await list(simulator, '?origin=api')];
    while (pages.at(-1)?.has_more === true) pages.push(await list(simulator, pages.at(-1)?.next ?? ''));
    expect(pages.map(({ count }) => count)).toEqual([120, 120, 120]);
    expect(pages.map((page) => page.page_result_count)).toEqual([50, 50, 20]);
    expect(pages.map((page) => page.has_more)).toEqual([true, true, false]);
    expect(pages.flatMap(idsOf)).toEqual(ids);
    for (const { next } of pages) {
      const { origin, pathname, searchParams } = new URL(next ?? '');
      expect([origin, pathname]).toEqual([simulator.url, '/api/v1/scans/list/']);
      expect([...searchParams.keys()]).toEqual(['_cursor']);
    }
  });

  test('has one page when it just fits', async () => {
    simulator.perceptionPoint.configure({ pageSize: 3, nextIsAlwaysSet: false });
    addScans(3);
    expect(await list(simulator)).toMatchObject({ next: null, has_more: false, page_result_count: 3 });
    expect(await list(simulator, '?origin=email')).toEqual({
      count: 0,
      page_result_count: 0,
      next: null,
      has_more: false,
      results: [],
    });
  });

  test('has as many rows as limit asks for, at most 500', async () => {
    addScans(520);
    for (const [query, rows] of [
      ['?limit=7', 7],
      ['?limit=9999', 500],
      ['', 50],
    ] as const) {
      expect((await list(simulator, query)).results).toHaveLength(rows);
    }
    expect((await get('?limit=many')).status).toBe(400);
  });

  test('has a next that is set behind its last page, too, as was recorded', async () => {
    addScans(2);
    const page = await list(simulator);
    expect(page).toMatchObject({ has_more: false, next: expect.stringContaining('?_cursor=') as string });
    expect(await list(simulator, page.next ?? '')).toMatchObject({ has_more: false, results: [] });
    expect(await list(simulator, '?origin=email')).toMatchObject({
      results: [],
      next: expect.stringContaining('?_cursor=') as string,
    });
  });

  test('comes oldest first where that is set', async () => {
    simulator.perceptionPoint.configure({ listOrder: 'oldest-first' });
    const ids = addScans(3);
    const first = await list(simulator, '?limit=2');
    const second = await list(simulator, `${first.next ?? ''}&limit=2`);
    expect([first, second].flatMap(idsOf)).toEqual(ids);
  });

  test('goes on where it was, without the filters that the cursor does not carry', async () => {
    const [a] = addScans(1);
    const email = simulator.perceptionPoint.addScan({ origin: 'email', createdSecondsAgo: 70 });
    addScans(2);
    const { next } = await list(simulator, '?origin=api&limit=2');
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 0 });
    expect(idsOf(await list(simulator, next ?? ''))).toEqual([a, email]);
    expect(idsOf(await list(simulator, `${next ?? ''}&origin=api`))).toEqual([a]);
  });

  test('goes on with the filters of the first page where its cursors carry them', async () => {
    simulator.perceptionPoint.configure({ cursorCarriesFilters: true });
    const [a] = addScans(1);
    simulator.perceptionPoint.addScan({ origin: 'email', createdSecondsAgo: 70 });
    addScans(2);
    const { next } = await list(simulator, '?origin=api&limit=2');
    expect(idsOf(await list(simulator, `${next ?? ''}&origin=email&start=9999999999`))).toEqual([a]);
  });

  test('starts anew without the cursor', async () => {
    simulator.perceptionPoint.configure({ pageSize: 1 });
    const [, b] = addScans(2);
    for (let i = 0; i < 2; i += 1) expect(idsOf(await list(simulator))).toEqual([b]);
  });

  test.each(['nonsense', '', 'e30', 'bnVsbA'])(
    'refuses a cursor that it did not give: %j',
    async (cursor) => {
      const answer = await get(`?_cursor=${cursor}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({ detail: 'Invalid cursor' });
    },
  );

  test('may lead to another origin', async () => {
    simulator.perceptionPoint.configure({ pageSize: 1, nextOrigin: 'https://elsewhere.example' });
    addScans(2);
    const { next } = await list(simulator);
    expect(next).toMatch(/^https:\/\/elsewhere\.example\/api\/v1\/scans\/list\/\?_cursor=/);
  });

  test('leads to the name that the client knows the service by', async () => {
    simulator.perceptionPoint.configure({ pageSize: 1 });
    addScans(2);
    const { port } = new URL(simulator.url);
    const { next } = await list(simulator, `http://localhost:${port}/api/v1/scans/list/`);
    expect(new URL(next ?? '').host).toBe(`localhost:${port}`);
  });
});
