import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { constants, crc32, createInflateRaw } from 'node:zlib';
import type { HostileZip, RunOptions, Simulator } from '@security-reports/simulator';
import { hostileZips, startSimulator } from '@security-reports/simulator';
import { parse } from 'csv-parse/sync';
import { afterEach, describe, expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { addDownload, download, unzip, withKey } from './digicert-client.ts';

const running: Simulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close();
});

async function start(seed = 1): Promise<Simulator> {
  const simulator = await startSimulator({ seed });
  running.push(simulator);
  return simulator;
}

async function made(format: string, run: RunOptions = {}, name = 'Orders', seed = 1): Promise<Buffer> {
  const simulator = await start(seed);
  return (await download(simulator, addDownload(simulator, { runIdentifier: 'run', ...run }, name), format))
    .body;
}

const columns = [
  'record',
  'report',
  'run',
  'part',
  'common_name',
  'organization',
  'status',
  'validity_start_date',
  'validity_end_date',
  'note',
];
const oddName = 'Ärger, "quoted"\r\n<b>&amp;</b> 報告 \u0007 =1+1 ';

describe('a CSV', () => {
  const rowsOf = (csv: Buffer) => parse(csv, { columns: true, record_delimiter: '\r\n' });

  test('has one line for each row, and its columns', async () => {
    const csv = await made('CSV', { rows: 30 });
    const rows = rowsOf(csv);
    expect(rows).toHaveLength(30);
    expect(Object.keys(rows[0] ?? {})).toEqual(columns);
    expect(rows.map((row) => (row as { record: string }).record)).toEqual(
      Array.from({ length: 30 }, (_, index) => String(1_000_000_000 + index)),
    );
    expect(rows).toEqual(Array<unknown>(30).fill(expect.objectContaining({ report: 'Orders', run: 'run' })));
  });

  test('quotes what has to be quoted', async () => {
    const rows = rowsOf(await made('CSV', {}, oddName)) as Record<string, string>[];
    expect(new Set(rows.map((row) => row['report']))).toEqual(new Set([oddName]));
    const seen = (column: string) => rows.map((row) => row[column]);
    expect(seen('organization')).toContain('Smith, Jones & Co.');
    expect(seen('organization')).toContain('The "Quoted" Company');
    expect(seen('organization')).toContain('株式会社サンプル');
    expect(seen('note')).toContain('Made by the simulator.\nThis note has two lines.');
  });

  test('may have no rows', async () => {
    expect((await made('CSV', { rows: 0 })).toString()).toBe(`${columns.join(',')}\r\n`);
  });
});

describe('a JSON file', () => {
  test('is an array of the same rows', async () => {
    const json = JSON.parse((await made('JSON', { rows: 600 }, oddName)).toString()) as object[];
    const csv = parse(await made('CSV', { rows: 600 }, oddName), { columns: true, record_delimiter: '\r\n' });
    expect(json).toHaveLength(600);
    expect(
      json.map((row) => Object.fromEntries(Object.entries(row).map(([key, v]) => [key, String(v)]))),
    ).toEqual(csv);
    expect(json[599]).toMatchObject({ record: 1_000_000_599, part: 0 });
  });

  test('may have no rows', async () => {
    expect(JSON.parse((await made('JSON', { rows: 0 })).toString())).toEqual([]);
  });
});

describe('a workbook', () => {
  const partsOf = async (workbook: Buffer) =>
    new Map((await unzip(workbook)).map(({ name, content }) => [name, content.toString()]));
  /** The cells of a sheet, read as XML has it. */
  const cellsOf = (sheet: string) =>
    [...sheet.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row = '']) =>
      [
        ...row.matchAll(
          /<c(?: t="inlineStr"><is><t xml:space="preserve">(.*?)<\/t><\/is>|><v>(\d+)<\/v>)<\/c>/gs,
        ),
      ].map(([, text, number]) =>
        number === undefined
          ? (text ?? '')
              .replaceAll('&#13;', '\r')
              .replaceAll('&lt;', '<')
              .replaceAll('&gt;', '>')
              .replaceAll('&amp;', '&')
          : Number(number),
      ),
    );

  test('begins with its content types, and its parts lead to one another', async () => {
    const parts = await partsOf(await made('EXCEL'));
    expect([...parts.keys()]).toEqual([
      '[Content_Types].xml',
      '_rels/.rels',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      'xl/worksheets/sheet1.xml',
    ]);
    const types = parts.get('[Content_Types].xml') ?? '';
    for (const [, part = ''] of types.matchAll(/PartName="\/(.*?)"/g))
      expect(parts.has(part), part).toBe(true);
    expect(parts.get('_rels/.rels')).toContain('/officeDocument" Target="xl/workbook.xml"');
    const [, sheetId = 'none'] =
      /<sheet name="Report" sheetId="1" r:id="(.*?)"/.exec(parts.get('xl/workbook.xml') ?? '') ?? [];
    expect(parts.get('xl/_rels/workbook.xml.rels')).toMatch(
      new RegExp(`Id="${sheetId}" Type="[^"]*/worksheet" Target="worksheets/sheet1.xml"`),
    );
  });

  test.each([{ rows: 30 }, { rows: 2000 }])('has the same rows as the JSON file: $rows', async ({ rows }) => {
    const json = JSON.parse((await made('JSON', { rows }, oddName)).toString()) as object[];
    const workbook = await partsOf(await made('EXCEL', { rows }, oddName));
    const [head, ...cells] = cellsOf(workbook.get('xl/worksheets/sheet1.xml') ?? '');
    expect(head).toEqual(columns);
    // XML has no way to write the control character of the name.
    const shown = (value: unknown) => (typeof value === 'string' ? value.replace('\u0007', '') : value);
    expect(cells).toEqual(json.map((row) => Object.values(row).map(shown)));
  });
});

describe('the size of a file', () => {
  test.each([
    ['CSV', 200_000],
    ['JSON', 200_000],
    ['CSV', 1],
    ['JSON', 1_999_000],
  ])('%s has as few rows as make %d bytes', async (format, bytes) => {
    const file = await made(format, { bytes });
    const rows =
      format === 'CSV' ? parse(file, { columns: true }).length : (JSON.parse(file.toString()) as []).length;
    expect(file.length).toBeGreaterThanOrEqual(bytes);
    if (rows > 0) expect((await made(format, { rows: rows - 1 })).length).toBeLessThan(bytes);
  });
});

describe('a large archive', () => {
  test.each([
    ['deflated', undefined],
    ['stored', 40_000_000],
  ] as const)('is %s as the run says', async (compression, atLeast) => {
    const simulator = await start();
    const { body, headers } = await download(
      simulator,
      addDownload(simulator, { bytes: 40_000_000, compression }),
      'CSV',
    );
    expect(headers['content-length']).toBe(atLeast === undefined ? undefined : String(body.length));
    if (atLeast === undefined) expect(body.length).toBeLessThan(20_000_000);
    else expect(body.length).toBeGreaterThanOrEqual(atLeast);
    const [only] = await unzip(body);
    expect(only?.content.length).toBeGreaterThanOrEqual(40_000_000);
    const last = only?.content
      .subarray(-1000)
      .toString()
      .split(/\r\n(?=\d)/)
      .at(-1);
    const rows = (only?.content.toString('latin1').match(/^1\d{9},/gm) ?? []).length;
    expect(last).toMatch(new RegExp(`^${1_000_000_000 + rows - 1},Orders,`));
  });

  test('is not held in memory', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { startSimulator } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
        const { url, digicert } = await startSimulator();
        const { identifier, runIdentifiers } = digicert.addReport({
          runs: [{}, { bytes: 300_000_000, compression: 'stored' }],
        });
        const peak = () => process.resourceUsage().maxRSS * 1024;
        process.on('message', () => process.send({ peak: peak() }));
        process.send({ paths: runIdentifiers.map((run) => \`\${url}/reports/v1/report/\${identifier}/\${run}/download\`), key: digicert.apiKey });`,
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    try {
      const next = async () => ((await once(child, 'message')) as unknown[])[0];
      const { paths, key } = (await next()) as { paths: string[]; key: string };
      const peakAfter = async (path = '') => {
        let bytes = 0;
        const { body } = await fetch(`${path}?report_format=CSV`, { headers: { 'X-DC-DEVKEY': key } });
        for await (const chunk of body ?? []) bytes += (chunk as Uint8Array).length;
        const answer = next();
        child.send('peak');
        return { bytes, peak: ((await answer) as { peak: number }).peak };
      };
      const [small, large] = [await peakAfter(paths[0]), await peakAfter(paths[1])];
      expect(large.bytes).toBeGreaterThan(300_000_000);
      expect(large.peak - small.peak).toBeLessThan(60_000_000);
    } finally {
      child.kill();
    }
  });
});

describe('a hostile archive', () => {
  const archive = async (zip: HostileZip, compression: 'stored' | 'deflated' = 'stored') => {
    const simulator = await start();
    return download(simulator, addDownload(simulator, { zip, rows: 2, compression }), 'CSV');
  };
  /** Name, declared size and whether it is a link, of each entry, as the archive's directory says. */
  const directory = async (body: Buffer) => {
    const entries: {
      name: string;
      bytes: number;
      packed: number;
      crc: number;
      link: boolean;
      encrypted: boolean;
    }[] = [];
    const file = await fromBufferPromise(body, { lazyEntries: true, decodeStrings: false });
    for await (const entry of file.eachEntry()) {
      entries.push({
        name: entry.fileNameRaw.toString(),
        bytes: entry.uncompressedSize,
        packed: entry.compressedSize,
        crc: entry.crc32,
        link: entry.externalFileAttributes >>> 28 === 0o12,
        encrypted: entry.isEncrypted(),
      });
    }
    return entries;
  };

  test.each(hostileZips)('%s arrives as a ZIP, whatever was asked for', async (zip) => {
    const { status, headers, body } = await archive(zip);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/zip');
    expect(headers['content-length']).toBe(String(body.length));
    expect(body.subarray(30, 40).toString()).toBe('Orders.csv');
  });

  test.each([
    ['traversal', '../../evil.csv'],
    ['backslash-traversal', '..\\..\\evil.csv'],
    ['absolute', '/tmp/evil.csv'],
  ] as const)('%s has an entry %s', async (zip, name) => {
    const [harmless, evil, ...others] = await unzip((await archive(zip, 'deflated')).body);
    expect(harmless?.content.toString()).toContain('Made by the simulator.');
    expect(evil?.name).toBe(name);
    expect(evil?.content.toString()).toContain('Nobody should ever see this file');
    expect(others).toEqual([]);
  });

  test('symlink has a link, and an entry behind it', async () => {
    const { body } = await archive('symlink');
    expect((await directory(body)).map(({ name, link }) => [name, link])).toEqual([
      ['Orders.csv', false],
      ['link', true],
      ['link/evil.csv', false],
    ]);
    expect((await unzip(body))[1]?.content.toString()).toBe('../..');
  });

  test('encrypted cannot be opened', async () => {
    const { body } = await archive('encrypted');
    expect(await directory(body)).toMatchObject([{ name: 'Orders.csv', encrypted: true }]);
    await expect(unzip(body)).rejects.toThrow('encrypted');
    expect(body.readUInt16LE(6) & 1).toBe(1);
  });

  test('many-entries has 60,000 of them beside the harmless one', async () => {
    const entries = await directory((await archive('many-entries')).body);
    expect(entries).toHaveLength(60_001);
    expect(new Set(entries.map(({ name }) => name)).size).toBe(60_001);
  });

  test.each([
    ['bomb', 2_684_354_560],
    ['understated-bomb', 100],
  ] as const)('%s says that it holds %d bytes', async (zip, declared) => {
    const { body } = await archive(zip);
    expect(body.length).toBeLessThan(3_000_000);
    const [harmless, bomb, ...others] = await directory(body);
    expect(others).toEqual([]);
    expect(bomb).toMatchObject({ name: 'zeros.csv', bytes: declared });
    expect(bomb?.packed).toBeGreaterThan(2_500_000);

    const zeros = Buffer.alloc(1_048_576);
    let crc = 0;
    for (let index = 0; index < 2560; index += 1) crc = crc32(zeros, crc);
    expect(bomb?.crc).toBe(crc);

    const begin = 30 + 'Orders.csv'.length + (harmless?.packed ?? 0) + 16 + 30 + 'zeros.csv'.length;
    const inflater = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
    inflater.end(body.subarray(begin, begin + 60_000));
    let inflated = 0;
    for await (const chunk of inflater) {
      expect(zeros.subarray(0, (chunk as Buffer).length).equals(chunk as Buffer)).toBe(true);
      inflated += (chunk as Buffer).length;
    }
    expect(inflated).toBeGreaterThan(50_000_000);
  });
});

describe('the same seed', () => {
  const digests = async (seed: number) => {
    const simulator = await start(seed);
    const { identifier, runIdentifiers } = simulator.digicert.addReport({
      formats: ['CSV', 'JSON', 'EXCEL'],
      runs: [{}, { bytes: 3_000_000 }, { splitCount: 2 }, { zip: 'encrypted' }],
    });
    const all: [string, string][] = [
      ['key', simulator.digicert.apiKey],
      ['report', identifier],
    ];
    for (const [index, run] of runIdentifiers.entries()) {
      all.push([`run ${index}`, run]);
      for (const format of ['CSV', 'JSON', 'EXCEL', 'ZIP']) {
        const { body } = await download(simulator, `/${identifier}/${run}/download`, format);
        all.push([`${index} ${format}`, createHash('sha256').update(body).digest('hex')]);
      }
    }
    return new Map(all);
  };

  test('gives the same key, identifiers and files, and another seed gives others', async () => {
    const [first, again, other] = [await digests(1), await digests(1), await digests(2)];
    expect(again).toEqual(first);
    for (const [what, digest] of first) expect(other.get(what), what).not.toBe(digest);
    expect(first.get('key')).toMatch(/^[0-9A-F]{64}$/);
    expect(first.get('report')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test('gives the same files on another day', async () => {
    const simulator = await start();
    const path = addDownload(simulator, { bytes: 3_000_000 });
    const { body } = await download(simulator, path, 'CSV');
    simulator.advance(86_400 * 400);
    expect((await download(simulator, path, 'CSV')).body.equals(body)).toBe(true);
  });

  test('makes parts that differ', async () => {
    const simulator = await start();
    const path = addDownload(simulator, { splitCount: 2 });
    const parts = [];
    for (const part of [0, 1]) {
      const { body } = await download(simulator, path, 'CSV', `&split_report_sequence=${part}`);
      const [row] = parse((await unzip(body))[0]?.content ?? Buffer.alloc(0), { columns: true });
      parts.push((row as Record<string, string>)['common_name']);
    }
    expect(parts[0]).not.toBe(parts[1]);
  });
});

test('a file is sent anew for each request', async () => {
  const simulator = await start();
  const path = addDownload(simulator, { bytes: 6_000_000, compression: 'stored' });
  const url = `${simulator.url}/reports/v1/report${path}?report_format=JSON`;
  const both = await Promise.all(
    [1, 2].map(async () => {
      const answer = await fetch(url, { headers: withKey(simulator).headers ?? {} });
      return Buffer.from(await answer.arrayBuffer());
    }),
  );
  expect(both[0]?.equals(both[1] ?? Buffer.alloc(0))).toBe(true);
  const [only] = await unzip(both[0] ?? Buffer.alloc(0));
  expect((JSON.parse(only?.content.toString() ?? '') as []).length).toBeGreaterThan(10_000);
});
