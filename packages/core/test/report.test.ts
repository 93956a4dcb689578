import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openReport } from '../src/report.ts';
import { pdf } from '../src/report-kind.ts';
import { failureOf, readBytes } from './support/transport.ts';

const context = {
  service: { id: 'spectra-analyze', name: 'Spectra Analyze' },
  operation: 'download PDF report',
  subject: 'abc',
  clean: (text: string) => text,
};

/** An answer whose body comes in pieces of the given sizes, again and again. */
function answerOf(
  content: Uint8Array,
  headers: Record<string, string> = {},
  sizes: readonly number[] = [4096],
) {
  const body = function* () {
    for (let start = 0, index = 0; start < content.byteLength; index += 1) {
      const size = sizes[index % sizes.length] ?? 1;
      yield content.subarray(start, start + size);
      start += size;
    }
  };
  const stream = (async function* () {
    yield* body();
    await Promise.resolve();
  })();
  return { status: 200, headers, body: stream, discard: () => undefined };
}

function open(
  content: Uint8Array | string,
  headers?: Record<string, string>,
  sizes?: readonly number[],
  maxBytes = 4_000_000_000,
) {
  return openReport(
    answerOf(Buffer.from(content), headers, sizes),
    { kinds: [pdf], called: 'PDF', name: () => 'abc.pdf', maxBytes },
    context,
  );
}

const middles = fc.uint8Array({ maxLength: 5000 });
const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 });

describe('a report', () => {
  test('comes through byte by byte, with its size and SHA-256, however it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(middles, sizes, fc.nat({ max: 1000 }), async (middle, cuts, padding) => {
        const content = Buffer.concat([
          Buffer.from('%PDF-1.7\n'),
          middle,
          Buffer.from('%%EOF' + '\n'.repeat(padding)),
        ]);
        const report = await open(content, { 'content-length': String(content.byteLength) }, cuts);
        expect((await readBytes(report)).equals(content)).toBe(true);
        expect(report.digest).toEqual({
          size: content.byteLength,
          sha256: createHash('sha256').update(content).digest('hex'),
        });
      }),
    );
  });

  test('that ends too early is refused at its end, wherever it was cut', async () => {
    const content = Buffer.from(`%PDF-1.7\n${'x'.repeat(3000)}\n%%EOF\n`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: content.byteLength - 3 }), sizes, async (length, cuts) => {
        const report = await open(content.subarray(0, length), {}, cuts);
        expect(await failureOf(readBytes(report))).toMatchObject({
          name: 'InvalidReportError',
          what: `the PDF ends too early, after ${length} bytes`,
          retryable: true,
        });
        expect(() => report.digest).toThrow('not read to its end');
      }),
    );
  });

  test('that is not as long as announced is refused', async () => {
    const content = '%PDF-1.7\n%%EOF\n';
    for (const announced of [content.length - 1, content.length + 1]) {
      const report = await open(content, { 'content-length': String(announced) });
      expect(await failureOf(readBytes(report))).toMatchObject({
        what: `the PDF ends after ${content.length} of ${announced} bytes`,
      });
    }
  });

  test('is not measured by the length of its encoded form', async () => {
    const report = await open('%PDF-1.7\n%%EOF\n', { 'content-length': '3', 'content-encoding': 'gzip' });
    expect((await readBytes(report)).toString()).toBe('%PDF-1.7\n%%EOF\n');
  });

  test.each([
    ['nothing', '', 'no PDF came, but nothing', true],
    [
      'a login page',
      '<!doctype html><title>Sign in</title>',
      "no PDF came, but a web page titled 'Sign in'",
      false,
    ],
    ['an error', '{"detail":"no"}', 'no PDF came, but data that begin with: {"detail":"no"}', true],
    ['half a beginning', '%PD', 'no PDF came, but data that begin with: %PD', true],
  ])('is not opened from %s', async (_what, content, what, retryable) => {
    expect(await failureOf(open(content))).toMatchObject({
      name: 'InvalidReportError',
      what,
      retryable,
      status: 200,
    });
  });

  test('that is none is not quoted up to a word that may be half a credential', async () => {
    const failure = await failureOf(
      open(`refused: ${' '.repeat(1000)} Token-4711-and-more`, {}, [1020, 2000]),
    );
    expect(failure).toMatchObject({ what: expect.not.stringContaining('more') as string });
    const cut = await failureOf(open(`refused: ${' '.repeat(1005)} Token-4711`, {}, [1020, 2000]));
    expect(cut).toMatchObject({ what: expect.not.stringContaining('Token') as string });
  });

  test.each([
    [206, 'only a part of the PDF arrived'],
    [202, 'no PDF came, but an answer with a status that no report has'],
  ])('is not what has the status %i', async (status, what) => {
    const response = { ...answerOf(Buffer.from('%PDF-1.7\n%%EOF\n')), status };
    const expected = { kinds: [pdf], called: 'PDF', name: () => 'abc.pdf', maxBytes: 100 };
    expect(await failureOf(openReport(response, expected, context))).toMatchObject({
      name: 'InvalidReportError',
      what,
      status,
    });
  });

  const content = `%PDF-1.7\n${'x'.repeat(3000)}\n%%EOF\n`;

  test('that is announced as larger than allowed is refused before any of it is read', async () => {
    const headers = { 'content-length': String(content.length) };
    expect(await failureOf(open(content, headers, undefined, content.length - 1))).toMatchObject({
      name: 'InvalidReportError',
      what: `the PDF has ${content.length} bytes, more than the ${content.length - 1} that are allowed`,
      remedy: expect.stringContaining('input max-report-size') as string,
      retryable: false,
    });
    const report = await open(content, headers, undefined, content.length);
    expect(await readBytes(report)).toHaveLength(content.length);
  });

  test('that turns out to be larger than allowed is refused there', async () => {
    const report = await open(content, {}, [1000], 2000);
    expect(await failureOf(readBytes(report))).toMatchObject({
      what: 'the PDF is larger than 2000 bytes, and the service does not announce its size',
      remedy: expect.stringContaining('max-report-size') as string,
      retryable: false,
    });
  });

  test('of unknown size never gets more room than 2 GB', async () => {
    const chunk = Buffer.alloc(50_000_000, 'x');
    const body = (async function* () {
      yield Buffer.from('%PDF-1.7\n');
      for (;;) {
        await Promise.resolve();
        yield chunk;
      }
    })();
    const response = { status: 200, headers: {}, body, discard: () => undefined };
    const expected = { kinds: [pdf], called: 'PDF', name: () => 'abc.pdf', maxBytes: 4_000_000_000 };
    const report = await openReport(response, expected, context);
    const read = async () => {
      for await (const part of report) expect(part.byteLength).toBeGreaterThan(0);
    };
    expect(await failureOf(read())).toMatchObject({
      what: expect.stringContaining('larger than 2000000000 bytes') as string,
    });
  });

  test('remembers what its stream failed with', async () => {
    const report = await open('%PDF-1.7\n');
    const failure = await failureOf(readBytes(report));
    expect(report.failure).toBe(failure);
  });
});
