import { createHash } from 'node:crypto';
import type { SampleOptions, Simulator } from '@security-reports/simulator';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, expect, test } from 'vitest';
import { ask } from './client.ts';

const running: Simulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close();
});

async function start(seed = 1): Promise<Simulator> {
  const simulator = await startSimulator({ seed });
  running.push(simulator);
  return simulator;
}

async function pdfOf(simulator: Simulator, options: SampleOptions): Promise<Buffer> {
  const { sha256 } = simulator.spectraAnalyze.addSample({ ...options, creationSeconds: 0 });
  await ask(simulator, `/api/pdf/${sha256}/create`);
  const { body, headers } = await ask(simulator, `/api/pdf/${sha256}/download`);
  expect(headers['content-length']).toBe(String(body.length));
  return body;
}

/** The text that the page shows: the simulator leaves its content uncompressed, as hexadecimal strings. */
function textOf(pdf: Buffer): string {
  return [...pdf.toString('latin1').matchAll(/\[([^\]]*)\] TJ/g)]
    .map(([, shown = '']) =>
      [...shown.matchAll(/<([0-9a-f]*)>/g)]
        .map(([, digits = '']) => Buffer.from(digits, 'hex').toString('latin1'))
        .join(''),
    )
    .join('\n');
}

/** The object numbers that the cross-reference tables place, each checked to stand there; last table first. */
function checkedObjects(pdf: Buffer): number[] {
  const text = pdf.toString('latin1');
  const numbers: number[] = [];
  let table: number | undefined = Number(/startxref\n(\d+)\n%%EOF\s*$/.exec(text)?.[1]);
  while (table !== undefined) {
    const [, first, , rows, trailer]: (string | undefined)[] =
      /^xref\n(\d+) (\d+)\n((?:\d{10} \d{5} [nf] ?\n)+)trailer\n<<(.*?)>>\nstartxref/s.exec(
        text.slice(table),
      ) ?? [];
    expect(rows, `a cross-reference table at ${table}`).toBeDefined();
    rows?.split('\n').forEach((row, index) => {
      if (!row.includes('n')) return;
      const number = Number(first) + index;
      expect(text.slice(Number(row.slice(0, 10)))).toMatch(new RegExp(`^${number} 0 obj\n`));
      numbers.push(number);
    });
    const previous: string | undefined = /\/Prev (\d+)/.exec(trailer ?? '')?.[1];
    table = previous === undefined ? undefined : Number(previous);
  }
  return numbers;
}

test('a PDF says what it is', async () => {
  const simulator = await start();
  const content = 'a file';
  const text = textOf(await pdfOf(simulator, { content, name: 'invoice.exe', classification: 'suspicious' }));
  for (const type of ['md5', 'sha1', 'sha256']) {
    expect(text).toContain(createHash(type).update(content).digest('hex'));
  }
  expect(text).toContain('Made by the simulator.');
  expect(text).toContain('invoice.exe');
  expect(text).toContain('Classification: suspicious');
});

test('a PDF begins and ends as one, and its objects are where its table says', async () => {
  const pdf = await pdfOf(await start(), {});
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(pdf.toString('latin1')).toMatch(/%%EOF\s*$/);
  expect(checkedObjects(pdf).length).toBeGreaterThan(5);
});

test('a name that the font cannot show does no harm', async () => {
  expect(checkedObjects(await pdfOf(await start(), { name: '請求書 📄' })).length).toBeGreaterThan(5);
});

test.each([5_000, 70_000, 1_000_000])('a PDF of %d bytes is as valid as a small one', async (pdfBytes) => {
  const pdf = await pdfOf(await start(), { pdfBytes });
  expect(pdf.length).toBeGreaterThanOrEqual(pdfBytes);
  expect(pdf.length).toBeLessThan(pdfBytes + 1000);
  const [filler, ...others] = checkedObjects(pdf);
  expect(pdf.subarray(-500).toString()).toContain(`/Size ${Math.max(...others) + 2}\n`);
  expect(filler).toBe(Math.max(...others) + 1);
  const [opening = '', length] =
    /^\d+ 0 obj\n<< \/Length (\d+) >>\nstream\n/m.exec(pdf.toString('latin1').slice(2000)) ?? [];
  const contentAt = pdf.indexOf(opening, 2000) + opening.length;
  expect(pdf.subarray(contentAt + Number(length)).toString()).toMatch(/^\nendstream\nendobj\n/);
});

test('a PDF of 60 MB arrives with its length announced', async () => {
  const simulator = await start();
  const pdf = await pdfOf(simulator, { pdfBytes: 60_000_000 });
  expect(pdf.length).toBeGreaterThanOrEqual(60_000_000);
  expect(pdf.subarray(-6).toString()).toBe('%%EOF\n');
});

test('the filler of a large PDF comes from the seed', async () => {
  const options = { content: 'a file', name: 'a', pdfBytes: 100_000 };
  const [first, other] = [await pdfOf(await start(1), options), await pdfOf(await start(2), options)];
  expect(other.length).toBe(first.length);
  expect(other.equals(first)).toBe(false);
});

test('everything made is the same for the same seed, and differs for another', async () => {
  const made = async (seed: number) => {
    const simulator = await start(seed);
    const { sha1 } = simulator.spectraAnalyze.addSample({ name: 'a', pdfBytes: 100_000 });
    const verdict = await ask(simulator, `/api/samples/v3/${sha1}/classification/`);
    return {
      token: simulator.spectraAnalyze.token,
      sha1,
      verdict: verdict.body.toString(),
      pdf: createHash('sha256')
        .update(await pdfOf(simulator, { name: 'a', pdfBytes: 100_000 }))
        .digest('hex'),
    };
  };
  const [first, again, other] = [await made(1), await made(1), await made(2)];
  expect(again).toEqual(first);
  for (const key of ['token', 'sha1', 'verdict', 'pdf'] as const)
    expect(other[key], key).not.toBe(first[key]);
});
