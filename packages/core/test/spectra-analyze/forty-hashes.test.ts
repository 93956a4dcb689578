import { describe, expect, test } from 'vitest';
import { fetching, startAppliance } from '../support/appliance.ts';
import { fortyHashes, plantFortyHashes } from '../support/forty-hashes.ts';

describe('forty hashes with a different fault each, fetched at once', () => {
  const timeouts = { connect: 60_000, headers: 60_000, body: 1000 };

  test('are forty different rows', () => {
    expect(new Set(fortyHashes.map((row) => JSON.stringify({ ...row, what: '' }))).size).toBe(40);
  });

  test('all end in the right state', async () => {
    const { simulator, client } = await startAppliance({ timeouts });
    const wanted = plantFortyHashes(simulator).map((sha256, row) => ({
      what: fortyHashes[row]?.what,
      sha256,
    }));
    const ends = await Promise.all(
      wanted.map(async ({ what, sha256 }) => {
        const { result } = fetching(client, sha256, { withinSeconds: 250 });
        return result.then(
          ({ name, size, delivered }) => ({
            what,
            ends: 'ready',
            whole: delivered.length === size && delivered.subarray(0, 5).toString() === '%PDF-',
            named: name === `${sha256}.pdf`,
          }),
          (error: unknown) => ({ what, ends: error }),
        );
      }),
    );
    expect(ends).toEqual(
      fortyHashes.map(({ what, ends }) =>
        ends === 'ready'
          ? { what, ends, whole: true, named: true }
          : {
              what,
              ends: expect.objectContaining({
                name: ends[0],
                message: expect.stringContaining(ends[1]) as string,
              }) as Error,
            },
      ),
    );
  });
});
