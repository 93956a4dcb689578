import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '../../packages/core/test/support/certificates.ts';
import { fillIn, hasCurl, openFolder, openSimulator, runCurl } from './support/sample-call.ts';

// As the page has them.
const create = `\
curl -X GET 'https://appliance.example.com/api/pdf/07dbef34d2996447ffa8e8230f17d538e88f6ad6/create' \\
--header 'Authorization: Token exampletoken'`;
const status = `\
curl -X GET 'https://appliance.example.com/api/pdf/07dbef34d2996447ffa8e8230f17d538e88f6ad6/status' \\
--header 'Authorization: Token exampletoken'`;
const download = `\
curl -X GET 'https://appliance.example.com/api/pdf/07dbef34d2996447ffa8e8230f17d538e88f6ad6/download' \\
--header 'Authorization: Token exampletoken' \\
--output report.pdf`;

const host = 'https://appliance.example.com';
const token = 'exampletoken';
const sampleHash = '07dbef34d2996447ffa8e8230f17d538e88f6ad6';

/** An appliance with one sample, and a way to run a sample call against it. */
async function startAppliance() {
  const simulator = await openSimulator();
  const folder = await openFolder();
  const hashes = simulator.spectraAnalyze.addSample({ creationSeconds: 60 });
  const values = {
    [host]: simulator.url,
    [token]: simulator.spectraAnalyze.token,
    [sampleHash]: hashes.sha1,
  };
  return {
    simulator,
    folder,
    hashes,
    run: (call: string, other: Record<string, string> = {}) =>
      runCurl(fillIn(call, { ...values, ...other }), folder),
  };
}

describe.skipIf(!hasCurl)('the sample calls of the PDF report API, with curl,', () => {
  test.each(['sha1', 'sha256', 'md5'] as const)('create, check and download a PDF by %s', async (type) => {
    const { simulator, folder, hashes, run } = await startAppliance();
    const hash = { [sampleHash]: hashes[type] };

    const created = await run(create, hash);
    expect(created.status).toBe(200);
    expect(JSON.parse(created.body)).toEqual({
      status_endpoint: `/api/pdf/${hashes[type]}/status`,
      download_endpoint: `/api/pdf/${hashes[type]}/download`,
    });

    const early = await run(status, hash);
    expect(early.status).toBe(200);
    expect(JSON.parse(early.body)).toMatchObject({ status_message: 'PDF is being created. Please wait.' });

    simulator.advance(60);
    const ready = await run(status, hash);
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.body)).toEqual({ status: 2, status_message: 'PDF is ready for download.' });

    const downloaded = await run(download, hash);
    expect(downloaded).toMatchObject({ exitCode: 0, status: 200 });
    const pdf = await readFile(join(folder, 'report.pdf'), 'latin1');
    expect(pdf).toMatch(/^%PDF-[^]*%%EOF\s*$/);
  });

  test('say that a PDF must be created when nobody has asked for it', async () => {
    const { run } = await startAppliance();

    const answer = await run(status);

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      status: 1,
      status_message: 'PDF does not exist and must be created.',
    });
  });

  test.each([
    { name: 'create', call: create },
    { name: 'status', call: status },
    { name: 'download', call: download },
  ])(
    'are answered with 403 for a wrong token, and with 404 for a malformed hash or an unknown sample: $name',
    async ({ call }) => {
      const { run } = await startAppliance();

      expect(await run(call, { [token]: 'wrong' })).toMatchObject({ status: 403 });
      expect(await run(call, { [sampleHash]: 'malformed' })).toMatchObject({ status: 404 });
      // The hash as it stands on the page: no sample of the simulator has it.
      expect(await run(call, { [sampleHash]: sampleHash })).toMatchObject({ status: 404 });
    },
  );

  test('are answered with 404 when a PDF is downloaded that does not exist', async () => {
    const { run } = await startAppliance();

    expect(await run(download)).toMatchObject({ status: 404 });
  });

  test('need --insecure before the URL with a self-signed certificate', async () => {
    const simulator = await openSimulator({ tls: await selfSignedCertificate() });
    const folder = await openFolder();
    const { sha1 } = simulator.spectraAnalyze.addSample();
    const call = fillIn(create, {
      [host]: simulator.url,
      [token]: simulator.spectraAnalyze.token,
      [sampleHash]: sha1,
    });

    expect((await runCurl(call, folder)).exitCode).not.toBe(0);
    expect(await runCurl(fillIn(call, { GET: 'GET --insecure' }), folder)).toMatchObject({ status: 200 });
  });
});
