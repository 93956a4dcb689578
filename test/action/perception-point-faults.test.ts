import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Fault } from '@security-reports/simulator';
import { describe, expect } from 'vitest';
import { filesIn, test, writeFiles } from './support/step.ts';

const service = 'perception-point';

interface SubmissionFault {
  readonly what: string;
  readonly faults: readonly Fault[];
  readonly ends: 'ready' | 'failed';
  /** How often the file is sent. */
  readonly sent: number;
  /** Of the message, where there is one. */
  readonly says?: RegExp;
}

const uncertain = /may have been submitted all the same.*Submit it again only/;

function refused(status: number, json: NonNullable<Extract<Fault, { kind: 'status' }>['json']>): Fault {
  return { kind: 'status', status, json };
}

const submissionFaults: readonly SubmissionFault[] = [
  { what: 'nothing', faults: [{ kind: 'delay', ms: 0 }], ends: 'ready', sent: 1 },
  { what: 'a slow answer', faults: [{ kind: 'delay', ms: 300 }], ends: 'ready', sent: 1 },
  { what: 'an answer in pieces', faults: [{ kind: 'drip', bytes: 5, pauseMs: 10 }], ends: 'ready', sent: 1 },
  ...[429, 503].map((status): SubmissionFault => ({
    what: `a ${status} with Retry-After`,
    faults: [{ kind: 'status', status, headers: { 'retry-after': '0' } }],
    ends: 'ready',
    sent: 2,
  })),
  ...[
    refused(400, { detail: 'Not this file.' }),
    refused(400, { name: ['Not this file.'] }),
    refused(400, { non_field_errors: ['Not this file.'] }),
    refused(400, { error: 'Not this file.' }),
    refused(400, { message: 'Not this file.' }),
    refused(400, { code: 'refused', message: 'Not this file.' }),
    refused(422, 'Not this file.'),
    { kind: 'status', status: 400, text: 'Not this file.' } as const,
    {
      kind: 'status',
      status: 400,
      text: '<html><title>Not this file.</title></html>',
      mediaType: 'text/html',
    } as const,
  ].map((fault, row): SubmissionFault => ({
    what: `a refusal in shape ${row + 1}`,
    faults: [fault],
    ends: 'failed',
    sent: 1,
    says: /HTTP 4\d\d, .*Not this file\.|Not this file\..* arrived .*HTTP 400/,
  })),
  {
    what: 'a 400 without a word',
    faults: [{ kind: 'status', status: 400 }],
    ends: 'failed',
    sent: 1,
    says: /HTTP 400/,
  },
  {
    what: 'a 401',
    faults: [refused(401, { detail: 'Invalid token.' })],
    ends: 'failed',
    sent: 1,
    says: /Check the token and the region/,
  },
  {
    what: 'a 403',
    faults: [refused(403, { detail: 'No permission.' })],
    ends: 'failed',
    sent: 1,
    says: /whether the API is licensed/,
  },
  {
    what: 'a 404',
    faults: [refused(404, { detail: 'Not found.' })],
    ends: 'failed',
    sent: 1,
    says: /Check the base URL/,
  },
  {
    what: 'a 413 of a proxy',
    faults: [{ kind: 'status', status: 413, text: '<html>nginx</html>', mediaType: 'text/html' }],
    ends: 'failed',
    sent: 1,
    says: /500000000 bytes at most/,
  },
  ...[500, 502, 503, 504].map((status): SubmissionFault => ({
    what: `a ${status}`,
    faults: [{ kind: 'status', status }],
    ends: 'failed',
    sent: 1,
    says: uncertain,
  })),
  ...(
    [
      { kind: 'reset' },
      { kind: 'reset', handled: true },
      { kind: 'reset-mid-request', bytes: 100 },
      { kind: 'reset-mid-body', bytes: 5 },
      { kind: 'truncate', bytes: 5 },
      { kind: 'short', bytes: 5 },
      { kind: 'garbage-json' },
      { kind: 'wrong-json', json: {} },
      { kind: 'wrong-json', json: { scan_id: null } },
      { kind: 'wrong-json', json: [] },
      { kind: 'login-page' },
      { kind: 'huge-body', bytes: 2_000_000 },
    ] as const
  ).map((fault): SubmissionFault => ({
    what: JSON.stringify(fault),
    faults: [fault],
    ends: 'failed',
    sent: 1,
    says: uncertain,
  })),
  {
    what: 'a redirect',
    faults: [{ kind: 'redirect', status: 307, location: '/elsewhere' }],
    ends: 'failed',
    sent: 1,
    says: /must not be sent twice/,
  },
];

test(
  'every fault of a submission ends in the right state, and no file is sent more often than it may be',
  { timeout: 180_000 },
  async ({ simulator, workspace, runStep }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    const names = submissionFaults.map((_, row) => `files/${String(row).padStart(3, '0')}`);
    const contents = Object.fromEntries(names.map((name) => [name, `The file ${name}.\n`.repeat(50)]));
    await writeFiles(workspace, contents);
    for (const fault of submissionFaults.flatMap(({ faults, sent }) =>
      sent > faults.length ? [...faults, { kind: 'delay', ms: 0 } as const] : faults,
    ))
      simulator.faults.script({ route: 'perception-point.files.submit', fault });

    // One at a time, so that each file meets its own fault.
    const step = await runStep({ service, files: 'files/*', concurrency: '1' });

    expect(step.exitCode).toBe(1);
    expect(step.reports.map(({ state }, row) => [submissionFaults[row]?.what, state])).toEqual(
      submissionFaults.map(({ what, ends }) => [what, ends]),
    );
    for (const [row, { what, faults, says }] of submissionFaults.entries()) {
      const { message = '' } = step.reports[row] ?? {};
      if (says !== undefined) expect(message, what).toMatch(says);
      // A file that was not sent to its end has no digest of what was sent.
      const [digest] = /(?<=SHA-256 )[0-9a-f]{64}/.exec(message) ?? [];
      const wasTaken = faults.some((fault) => fault.kind === 'reset' && fault.handled === true);
      if (wasTaken || digest !== undefined) {
        const content = contents[names[row] ?? ''] ?? '';
        expect(digest, what).toBe(createHash('sha256').update(content).digest('hex'));
      }
    }
    expect(simulator.journal.list({ route: 'perception-point.files.submit' })).toHaveLength(
      submissionFaults.reduce((sum, { sent }) => sum + sent, 0),
    );
    expect(await filesIn(join(workspace, 'security-reports'))).toHaveLength(
      submissionFaults.filter(({ ends }) => ends === 'ready').length,
    );
  },
);

describe('a fault of the list of scans', { concurrent: true }, () => {
  const passing: readonly Fault[] = [
    { kind: 'delay', ms: 300 },
    { kind: 'drip', bytes: 100, pauseMs: 10 },
    { kind: 'status', status: 408 },
    {
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '1' },
      json: { detail: 'Request was throttled.' },
    },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502, text: '<html><title>Bad gateway</title></html>', mediaType: 'text/html' },
    { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
    { kind: 'status', status: 504 },
    { kind: 'reset' },
    { kind: 'reset-mid-body', bytes: 20 },
    { kind: 'truncate', bytes: 20 },
    { kind: 'short', bytes: 20 },
    { kind: 'garbage-json' },
    { kind: 'redirect', status: 307, location: '/api/v1/scans/list/?origin=api' },
  ];

  test.for(passing)('that passes does no harm: %j', async (fault, { simulator, workspace, runStep }) => {
    simulator.perceptionPoint.configure({ scanSeconds: 0 });
    await writeFiles(workspace, { 'a.txt': 'a' });
    simulator.faults.script({ route: 'perception-point.scans.list', fault });
    const step = await runStep({ service, files: 'a.txt' });
    expect(simulator.journal.list({ route: 'perception-point.scans.list' })[0]?.fault).toBe(fault.kind);
    expect(step.reports.map(({ state, verdict }) => [state, verdict])).toEqual([['ready', 'clean']]);
    expect(simulator.perceptionPoint.listSubmissions()).toHaveLength(1);
  });

  const lasting: readonly (readonly [Fault, string, RegExp])[] = [
    [{ kind: 'status', status: 401, json: { detail: 'Invalid token.' } }, 'failed', /Check the token/],
    [{ kind: 'status', status: 403 }, 'failed', /whether the API is licensed/],
    [{ kind: 'status', status: 404 }, 'failed', /Check the base URL/],
    [
      { kind: 'status', status: 400, json: { start: ['A valid integer is required.'] } },
      'failed',
      /A valid integer is required/,
    ],
    [{ kind: 'login-page' }, 'failed', /a web page titled 'Sign in' arrived/],
    [{ kind: 'wrong-json', json: { scans: [] } }, 'failed', /unknown shape/],
    [{ kind: 'wrong-json', json: null }, 'failed', /unknown shape/],
    [{ kind: 'huge-body', bytes: 'endless' }, 'failed', /larger than 32000000 bytes/],
    [{ kind: 'redirect', status: 302, location: 'http://example.com/' }, 'failed', /not safe to follow/],
    [{ kind: 'redirect', status: 302, location: '/api/v1/scans/list/' }, 'failed', /more than 5 times/],
    [{ kind: 'wrong-json', json: { results: [] } }, 'timeout', /not listed yet/],
    [{ kind: 'wrong-json', json: { results: [null, 1, 'x', [], {}] } }, 'timeout', /not listed yet/],
    [{ kind: 'hang' }, 'timeout', /ask again for the scan id/],
    [{ kind: 'stall', bytes: 10 }, 'timeout', /ask again for the scan id/],
    [{ kind: 'status', status: 502 }, 'timeout', /ask again for the scan id/],
    [{ kind: 'status', status: 429 }, 'timeout', /ask again for the scan id/],
  ];

  test.for(lasting)(
    'that lasts leaves the scan id, by which the scan is collected later: %j',
    async ([fault, state, says], { simulator, workspace, runStep }) => {
      simulator.perceptionPoint.configure({ scanSeconds: 0, offersLookUp: false });
      await writeFiles(workspace, { 'a.txt': 'a' });
      simulator.faults.script({ route: 'perception-point.scans.list', times: 'always', fault });

      const route = 'perception-point.scans.list';
      // A second request shows that the step got the answer to the first one.
      const requests = fault.kind === 'hang' || fault.kind === 'stall' ? 1 : 2;
      const isTimeUp = () => simulator.journal.list({ route }).length >= requests;
      const step = await runStep(
        { service, files: 'a.txt' },
        state === 'timeout' ? { timeUpWhen: isTimeUp } : {},
      );

      expect(step.exitCode).toBe(1);
      const [{ scanId } = { scanId: undefined }] = simulator.perceptionPoint.listSubmissions();
      expect(step.reports).toEqual([
        {
          service,
          subject: 'a.txt',
          state,
          subjectSha256: expect.stringMatching(/^ca978112/) as string,
          scanId,
          message: expect.stringMatching(says) as string,
        },
      ]);
      simulator.faults.clear();
      const later = await runStep({ service, 'scan-ids': scanId ?? '' });
      expect(later.reports[0]).toMatchObject({ state: 'ready', verdict: 'clean' });
    },
  );
});
