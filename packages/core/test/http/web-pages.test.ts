import type { Fault } from '@security-reports/simulator';
import { describe, expect, test } from 'vitest';
import { startAppliance } from '../support/appliance.ts';
import { failureOf } from '../support/transport.ts';

const hash = 'a'.repeat(64);
const checkBaseUrl = /Check the base URL, and whether a login page or a proxy stands in front/;

async function failureWith(fault: Omit<Extract<Fault, { kind: 'status' }>, 'kind'>) {
  const { simulator, client } = await startAppliance();
  const route = 'spectra-analyze.pdf.create';
  simulator.faults.script({ route, times: 'always', fault: { kind: 'status', ...fault } });
  return {
    failure: await failureOf(client.createPdfReport(hash)),
    requests: simulator.journal.list().length,
  };
}

describe('a web page in place of an answer', () => {
  test.each([400, 404, 405, 410, 418, 428, 501])(
    'with status %i says nothing about the sample, but to check the base URL',
    async (status) => {
      const text = '<!doctype html><html><head><title>Not Found</title></head><body>…</body></html>';
      const { failure, requests } = await failureWith({ status, text, mediaType: 'text/html' });
      expect(failure).toMatchObject({
        name: 'ServiceError',
        status,
        what: "a web page titled 'Not Found' arrived in place of the answer",
        remedy: expect.stringMatching(checkBaseUrl) as string,
        vendorMessage: undefined,
      });
      expect(requests).toBe(1);
    },
  );

  test.each(['<h1>Not Found</h1>', '\n<p>The requested resource was not found on this server.</p>'])(
    'is known by its media type where it is only %j',
    async (text) => {
      const { failure } = await failureWith({ status: 404, text, mediaType: 'text/html; charset=utf-8' });
      expect(failure).toMatchObject({
        name: 'ServiceError',
        what: 'a web page arrived in place of the answer',
      });
    },
  );

  test.each([
    ['', 'text/html'],
    ['No such sample', 'text/html; charset=utf-8'],
    ['{"detail":"No such sample"}', 'text/html'],
    ['<h1> is no heading here', 'text/plain'],
  ])('is not the text %j of type %s, which the service may have sent', async (text, mediaType) => {
    expect((await failureWith({ status: 404, text, mediaType })).failure).toMatchObject({
      name: 'NotFoundError',
    });
  });

  test.each([401, 403])('with status %i is a refusal that names the page', async (status) => {
    const text = '<html><title>Sign in</title></html>';
    expect((await failureWith({ status, text, mediaType: 'text/html' })).failure).toMatchObject({
      name: 'AccessError',
      status,
      what: "a web page titled 'Sign in' arrived in place of the answer",
      remedy: expect.stringMatching(
        /proxy stands in front of the service\. If not, check the token/,
      ) as string,
    });
  });

  test.each([
    [429, 'the service takes no more requests for now'],
    [502, "a web page titled 'Oops' arrived in place of the answer"],
  ])('with status %i is asked for again', async (status, what) => {
    const text = '<html><title>Oops</title></html>';
    const { failure, requests } = await failureWith({ status, text, mediaType: 'text/html' });
    expect(failure).toMatchObject({ name: 'ServiceError', status, what });
    expect(requests).toBe(5);
  });

  test('with status 413 still says that the body is too large', async () => {
    const text = '<html><title>413 Request Entity Too Large</title></html>';
    expect((await failureWith({ status: 413, text, mediaType: 'text/html' })).failure).toMatchObject({
      what: 'the service refused the request',
      vendorMessage: "a web page titled '413 Request Entity Too Large'",
    });
  });
});
