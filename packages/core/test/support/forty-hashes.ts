import type { Fault, FaultScript, RouteName, SampleOptions, Simulator } from '@security-reports/simulator';

const create = 'spectra-analyze.pdf.create';
const status = 'spectra-analyze.pdf.status';
const download = 'spectra-analyze.pdf.download';

/** A hash with a fault of its own, and how asking for its report has to end. */
export interface FaultyHash {
  readonly what: string;
  readonly sample?: SampleOptions;
  readonly faults?: readonly Omit<FaultScript, 'subject'>[];
  /** `ready`, or the error's name and a piece of its message. */
  readonly ends: 'ready' | readonly [name: string, words: string];
}

function once(route: RouteName, fault: Fault): Omit<FaultScript, 'subject'> {
  return { route, fault };
}

function always(route: RouteName, fault: Fault): Omit<FaultScript, 'subject'> {
  return { route, fault, times: 'always' };
}

const retryAfter = { 'retry-after': '2' };
const absent: Fault = {
  kind: 'wrong-json',
  json: { status: 1, status_message: 'PDF does not exist and must be created.' },
};
const noSuchPdf: Fault = { kind: 'status', status: 404, json: { detail: 'PDF does not exist.' } };

/** Forty hashes that are asked for at once. */
export const fortyHashes: readonly FaultyHash[] = [
  { what: 'nothing wrong', ends: 'ready' },
  { what: 'a PDF of a megabyte', sample: { pdfBytes: 1_000_000 }, ends: 'ready' },
  { what: 'a status that lags', sample: { statusLagSeconds: 0.1 }, ends: 'ready' },
  { what: 'an unknown status', sample: { creatingStatus: 9, creatingMessage: 'Queued' }, ends: 'ready' },
  { what: 'the other key', sample: { statusKey: 'message' }, ends: 'ready' },
  { what: 'a failed creation', sample: { creationFails: true }, ends: ['ServiceError', 'could not create'] },
  {
    what: 'a failed creation with another number',
    sample: { creationFails: true, failedStatus: -7 },
    ends: ['ServiceError', 'There was an error creating the PDF.'],
  },
  { what: 'an expiry before the download', sample: { expiresOnce: true }, ends: 'ready' },
  {
    what: 'an expiry without an end',
    faults: [always(download, noSuchPdf)],
    ends: ['TimeoutError', 'not there to download'],
  },
  {
    what: 'a create that is forgotten',
    faults: [always(status, absent)],
    ends: ['TimeoutError', 'not begun yet'],
  },
  {
    what: 'a creation without an end',
    sample: { creationSeconds: 900 },
    ends: ['TimeoutError', 'being created'],
  },
  {
    what: 'a token refused at create',
    faults: [always(create, { kind: 'status', status: 403 })],
    ends: ['AccessError', 'create PDF report'],
  },
  {
    what: 'a token refused at status',
    faults: [always(status, { kind: 'status', status: 403 })],
    ends: ['AccessError', 'get PDF report status'],
  },
  {
    what: 'a token refused at download',
    faults: [always(download, { kind: 'status', status: 403 })],
    ends: ['AccessError', 'download PDF report'],
  },
  {
    what: 'a sample gone before the create',
    faults: [always(create, { kind: 'status', status: 404 })],
    ends: ['NotFoundError', 'not on the appliance'],
  },
  {
    what: 'a sample gone before the status',
    faults: [always(status, { kind: 'status', status: 404 })],
    ends: ['NotFoundError', 'not on the appliance'],
  },
  {
    what: '429 and Retry-After',
    faults: [once(create, { kind: 'status', status: 429, headers: retryAfter })],
    ends: 'ready',
  },
  { what: '429 alone', faults: [once(create, { kind: 'status', status: 429 })], ends: 'ready' },
  {
    what: '503 and Retry-After',
    faults: [once(download, { kind: 'status', status: 503, headers: retryAfter })],
    ends: 'ready',
  },
  { what: '503 alone', faults: [once(download, { kind: 'status', status: 503 })], ends: 'ready' },
  {
    what: 'a long series of 500 at status',
    faults: [{ route: status, times: 7, fault: { kind: 'status', status: 500 } }],
    ends: 'ready',
  },
  {
    what: '503 without an end at create',
    faults: [always(create, { kind: 'status', status: 503 })],
    ends: ['ServiceError', 'HTTP 503'],
  },
  {
    what: 'a feature that is not configured',
    faults: [always(create, { kind: 'status', status: 428 })],
    ends: ['ServiceError', 'not configured'],
  },
  { what: 'a reset at create', faults: [once(create, { kind: 'reset' })], ends: 'ready' },
  {
    what: 'a reset after the create was taken',
    faults: [once(create, { kind: 'reset', handled: true })],
    ends: 'ready',
  },
  { what: 'a reset at status', faults: [once(status, { kind: 'reset' })], ends: 'ready' },
  {
    what: 'resets without an end',
    faults: [always(download, { kind: 'reset' })],
    ends: ['ConnectionError', 'broke'],
  },
  {
    what: 'a reset in the PDF',
    faults: [once(download, { kind: 'reset-mid-body', bytes: 1200 })],
    ends: 'ready',
  },
  {
    what: 'a PDF cut on its way',
    faults: [once(download, { kind: 'truncate', bytes: 1200 })],
    ends: 'ready',
  },
  {
    what: 'a PDF cut at its source',
    faults: [once(download, { kind: 'short', bytes: 1200 })],
    ends: 'ready',
  },
  {
    what: 'a PDF cut at its source, always',
    faults: [always(download, { kind: 'short', bytes: 1200 })],
    ends: ['InvalidReportError', 'ends too early'],
  },
  { what: 'a PDF that stalls', faults: [once(download, { kind: 'stall', bytes: 1200 })], ends: 'ready' },
  {
    what: 'a PDF in small pieces',
    faults: [once(download, { kind: 'drip', bytes: 200, pauseMs: 2 })],
    ends: 'ready',
  },
  {
    what: 'a login page at create',
    faults: [always(create, { kind: 'login-page' })],
    ends: ['ServiceError', "a web page titled 'Sign in'"],
  },
  {
    what: 'a login page at download',
    faults: [always(download, { kind: 'login-page' })],
    ends: ['InvalidReportError', "a web page titled 'Sign in'"],
  },
  { what: 'garbage at create', faults: [once(create, { kind: 'garbage-json' })], ends: 'ready' },
  {
    what: 'garbage without an end at status',
    faults: [always(status, { kind: 'garbage-json' })],
    ends: ['TimeoutError', 'not JSON'],
  },
  {
    what: 'JSON of somebody else',
    faults: [always(create, { kind: 'wrong-json', json: 'hello world' })],
    ends: ['ServiceError', 'unknown shape'],
  },
  {
    what: 'a redirect to plain http',
    faults: [always(create, { kind: 'redirect', status: 302, location: 'http://appliance.example.com/' })],
    ends: ['ServiceError', 'not safe to follow'],
  },
  {
    what: 'an answer without an end',
    faults: [always(status, { kind: 'huge-body', bytes: 'endless' })],
    ends: ['ServiceError', 'larger than'],
  },
];

/** Puts the forty samples on the appliance, and scripts their faults. Gives their SHA-256, in the same order. */
export function plantFortyHashes(simulator: Simulator): readonly string[] {
  return fortyHashes.map(({ what, sample, faults = [] }) => {
    const { sha256 } = simulator.spectraAnalyze.addSample({ name: what, creationSeconds: 0.1, ...sample });
    for (const fault of faults) simulator.faults.script({ ...fault, subject: sha256 });
    return sha256;
  });
}
