import { describe, expect, test } from 'vitest';
import { PerceptionPointClient } from '../../src/perception-point/client.ts';
import { ScanWatch } from '../../src/perception-point/scan-watch.ts';
import { acceleratedClock } from '../support/accelerated-clock.ts';
import { startJsonServer } from '../support/json-server.ts';
import { failureOf, openTransport } from '../support/transport.ts';
import { startXRay, within } from '../support/x-ray.ts';

const list = 'perception-point.scans.list';
const day = 24 * 3_600_000;
const scan = { id: '7', finished_at: '2026-01-31T00:00:00Z', verbose_verdict: 'CLN' };

function lately(): { start: number; end: number } {
  return { start: Date.now() - day, end: Date.now() + day };
}

/** A client of a service that answers the list so. Every other call gets 404. */
async function clientOf(pageOf: (page: number, url: URL) => unknown) {
  const asked: URL[] = [];
  const server = await startJsonServer((url) => {
    if (url.pathname !== '/api/v1/scans/list/') return undefined;
    asked.push(url);
    return pageOf(asked.length, url);
  });
  const client = new PerceptionPointClient({
    baseUrl: server.url,
    token: 'the-token-of-the-test',
    transport: openTransport(),
    clock: acceleratedClock(25),
  });
  return { asked, client };
}

describe('reading the list', () => {
  test('ends where has_more is false, although a next is set: the recorded shape', async () => {
    const { asked, client } = await clientOf((page, url) => ({
      results: [scan],
      has_more: false,
      next: `${url.origin}${url.pathname}?_cursor=${page}`,
    }));
    expect(await client.findScan('7', lately())).toMatchObject({ finished: true, verdict: 'clean' });
    expect(asked).toHaveLength(1);
  });

  test('sends the filters again with a next that carries its cursor alone', async () => {
    const { simulator, client } = await startXRay({ pageSize: 2, offersLookUp: false });
    const ids = Array.from({ length: 5 }, () => simulator.perceptionPoint.addScan());
    simulator.perceptionPoint.addScan({ origin: 'email' });
    const listed: (string | undefined)[] = [];
    for await (const { id } of client.listScans(lately())) listed.push(id);
    expect(listed.toSorted()).toEqual(ids.toSorted());
  });

  test('asks for 500 rows of the API channel, and keeps what a next says itself', async () => {
    const { asked, client } = await clientOf((page, url) => ({
      results: [scan],
      has_more: page === 1,
      next: `${url.origin}${url.pathname}?_cursor=two&limit=20`,
    }));
    await client.findScan('7', lately());
    const [first, second] = asked.map((url) => Object.fromEntries(url.searchParams));
    expect(first).toMatchObject({ limit: '500', origin: 'api' });
    expect(second).toEqual({ ...first, limit: '20', _cursor: 'two' });
  });

  test.each([
    ['an empty page', 2, (page: number) => ({ results: page === 1 ? [scan] : [], next: `?_cursor=${page}` })],
    ['a next that repeats', 2, () => ({ results: [scan], has_more: true, next: '?_cursor=same' })],
  ])('ends at %s', async (_what, pages, pageOf) => {
    const { asked, client } = await clientOf((page, url) => {
      const answer = pageOf(page);
      return { ...answer, next: `${url.origin}${url.pathname}${answer.next}` };
    });
    expect(await client.findScan('7', lately())).toMatchObject({ verdict: 'clean' });
    expect(asked).toHaveLength(pages);
  });

  test('gives up after 200 pages, and says so', async () => {
    const { asked, client } = await clientOf((page, url) => ({
      results: [scan],
      has_more: true,
      next: `${url.origin}${url.pathname}?_cursor=${page}`,
    }));
    const error = await failureOf(new ScanWatch(client).waitFor('8', within(client, 3_000)));
    expect(error).toMatchObject({
      name: 'ServiceError',
      what: expect.stringContaining('more than 200 pages') as string,
      remedy: expect.stringContaining('page "Scans" of X-Ray') as string,
    });
    expect(asked).toHaveLength(200);
  });

  test('fails where the service has more but does not say where: a verdict may be on it', async () => {
    const { client } = await clientOf(() => ({ results: [scan], has_more: true, next: null }));
    await expect(client.findScan('7', lately())).rejects.toThrow('there are more scans, but not where');
  });

  test('finds the worst verdict on its last page', async () => {
    const rows = [scan, { ...scan, id: '9' }, { ...scan, verbose_verdict: 'MAL' }];
    const { client } = await clientOf((page, url) => ({
      results: [rows[page - 1]],
      has_more: page < rows.length,
      next: `${url.origin}${url.pathname}?_cursor=${page}`,
    }));
    expect(await client.findScan('7', lately())).toMatchObject({ verdict: 'malicious' });
  });

  test('says that it reads on, and that the scan is listed', async () => {
    const { simulator, client } = await startXRay({ pageSize: 1, offersLookUp: false });
    const states: string[] = [];
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 90 });
    const id = simulator.perceptionPoint.addScan({ createdSecondsAgo: 60, scanSeconds: 0 });
    simulator.perceptionPoint.addScan({ createdSecondsAgo: 30 });
    const onProgress = ({ state }: { state: string }): number => states.push(state);
    await new ScanWatch(client).waitFor(id, { ...within(client, 300), onProgress });
    expect(states).toEqual(['the list is being read', 'listed, being read']);
    expect(simulator.journal.list({ route: list })).toHaveLength(3);
  });
});

describe('a row is a verdict', () => {
  test.each([undefined, null, '', ' ', 0, false])('not while finished_at is %j', async (finishedAt) => {
    const row = { id: '7', verbose_verdict: 'CLN', finished_at: finishedAt };
    const { client } = await clientOf(() => ({ results: [row], has_more: false }));
    expect(await client.findScan('7', lately())).toMatchObject({ finished: false, verdict: 'unknown' });
  });

  test.each([
    { error: 'engine timed out' },
    { errors: ['no engine'] },
    { status: 'FAILED' },
    { verbose_status: 'ERROR' },
    { scan_error: { code: 1 } },
    { scanError: 'no engine' },
    { timed_out: true },
    { verbose_status: 'TIMED_OUT' },
    { scanStatus: 'skipped' },
    { status: 'Unsupported' },
    { status: 'expired' },
    { status: { name: 'failed' } },
    { status: { error: 'no engine' } },
  ])('of unknown where it reports an error beside a clean one: %j', async (more) => {
    const { client } = await clientOf(() => ({ results: [{ ...scan, ...more }], has_more: false }));
    expect(await client.findScan('7', lately())).toMatchObject({
      finished: true,
      verdict: 'unknown',
      verdictCode: 'CLN',
      reportsError: true,
    });
  });

  test.each([
    { error: null },
    { errors: [] },
    { status: 'DONE' },
    { error: '' },
    { error_count: 0 },
    { timed_out: false },
    { status: { name: 'done', error: null } },
  ])('of clean where an error field says that there is none: %j', async (more) => {
    const { client } = await clientOf(() => ({ results: [{ ...scan, ...more }], has_more: false }));
    expect(await client.findScan('7', lately())).toMatchObject({ verdict: 'clean', reportsError: false });
  });

  test.each([{ verbose_verdict: 'CLN', status: 'FAILED' }, { error: 'no engine' }])(
    'of unknown where a clean part says that the whole has failed: %j',
    async (summary) => {
      const part = { ...scan, id: '8', root_scan_id: '7', root_scan_summary: summary };
      for (const rows of [[part], [scan, part]]) {
        const { client } = await clientOf(() => ({ results: rows, has_more: false }));
        expect(await client.findScan('7', lately())).toMatchObject({
          finished: true,
          verdict: 'unknown',
          reportsError: true,
        });
      }
    },
  );
});
