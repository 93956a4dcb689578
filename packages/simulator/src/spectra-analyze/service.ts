import type { Answer } from '../answer.ts';
import { answerJson } from '../answer.ts';
import { makePdf } from '../samples/pdf.ts';
import type { Service, ServiceRequest, ServiceRoute } from '../service.ts';
import { tokenState } from '../token-credential.ts';
import type { Appliance, Sample } from './appliance.ts';
import { classify } from './classification.ts';
import type { HashType } from './hash.ts';
import { hashTypeOf } from './hash.ts';

/**
 * The calls of ReversingLabs Spectra Analyze (formerly A1000) about PDF reports (doc), and two neighbours of theirs
 * (vendor code).
 */
export function spectraAnalyzeService(
  appliance: Appliance,
  options: { token: string; seed: number; now: () => number },
): Service {
  const { now } = options;

  function create({ hash, sample, type }: Found): Answer {
    sample.pdfs[type].create(now());
    return answerJson(200, {
      status_endpoint: `/api/pdf/${hash}/status`,
      download_endpoint: `/api/pdf/${hash}/download`,
    });
  }

  function status({ sample, type }: Found): Answer {
    const { status, message } = sample.pdfs[type].status(now());
    return answerJson(200, { status, [sample.options.statusKey ?? 'status_message']: message });
  }

  async function download({ sample, type }: Found): Promise<Answer> {
    if (!sample.pdfs[type].download(now())) return answerJson(404, { detail: 'PDF does not exist.' });
    const disposition = sample.options.contentDisposition;
    return {
      status: 200,
      headers: {
        'content-type': 'application/pdf',
        ...(disposition !== undefined && { 'content-disposition': disposition }),
      },
      body: await makePdf({
        title: 'Spectra Analyze report',
        lines: reportLines(sample),
        atLeastBytes: sample.options.pdfBytes ?? 0,
        seed: options.seed,
      }),
    };
  }

  /**
   * The hashes may be in a form or in JSON: the vendor's code sends both. With `?status=` only the samples in that state are listed: the vendor's
   * SDK counts them (vendor code).
   */
  function samplesStatus(request: ServiceRequest): Answer {
    const hashes = hashValues(request);
    // What a request without a hash gets is unknown; this is the answer of the framework that the errors suggest.
    if (hashes.length === 0) return answerJson(400, { hash_values: ['This field is required.'] });
    const wanted = request.query.get('status');
    return answerJson(200, {
      hash_type: hashes.map(hashTypeOf).find((type) => type !== undefined) ?? null,
      results: hashes
        .map((hash) => ({
          hash_value: hash,
          status: appliance.find(hash) === undefined ? 'not_found' : 'processed',
        }))
        .filter((result) => wanted === null || result.status === wanted),
    });
  }

  function forSample(
    name: ServiceRoute['name'],
    path: string,
    answer: (found: Found) => Answer | Promise<Answer>,
  ): ServiceRoute {
    return {
      name,
      method: 'GET',
      path,
      subjects: ({ params }) => [params['hash'] ?? ''],
      answer: authenticated(({ params }) => {
        const hash = params['hash'] ?? '';
        const type = hashTypeOf(hash);
        if (type === undefined) return answerJson(404, { detail: 'Malformed hash.' });
        const sample = appliance.find(hash);
        if (sample === undefined)
          return answerJson(404, { detail: 'Sample does not exist on the appliance.' });
        return answer({ hash, type, sample });
      }),
    };
  }

  return {
    credentialHeader: 'authorization',
    credential: (headers) => tokenState(headers, options.token),
    routes: [
      forSample('spectra-analyze.pdf.create', '/api/pdf/:hash/create', create),
      forSample('spectra-analyze.pdf.status', '/api/pdf/:hash/status', status),
      forSample('spectra-analyze.pdf.download', '/api/pdf/:hash/download', download),
      {
        name: 'spectra-analyze.samples.status',
        method: 'POST',
        path: '/api/samples/status/',
        subjects: hashValues,
        answer: authenticated(samplesStatus),
      },
      forSample(
        'spectra-analyze.samples.classification',
        '/api/samples/v3/:hash/classification/',
        ({ sample }) => answerJson(200, classify(sample)),
      ),
    ],
  };
}

/** JSON may have one hash or a list of them. */
function hashValues({ form, json }: ServiceRequest): readonly string[] {
  if (typeof json !== 'object' || json === null) return form.getAll('hash_values');
  const values: unknown = (json as Readonly<Record<string, unknown>>)['hash_values'];
  return [values].flat().filter((value) => typeof value === 'string');
}

interface Found {
  /** As sent. */
  readonly hash: string;
  readonly type: HashType;
  readonly sample: Sample;
}

/** The service refuses with 403, never with 401 (doc). */
function authenticated(answer: ServiceRoute['answer']): ServiceRoute['answer'] {
  return (request) => {
    switch (request.credential) {
      case 'none':
        return answerJson(403, { detail: 'Authentication credentials were not provided.' });
      case 'wrong':
        return answerJson(403, { detail: 'Invalid token.' });
      case 'right':
        return answer(request);
    }
  };
}

function reportLines(sample: Sample): string[] {
  const verdict = classify(sample);
  return [
    'Made by the simulator. No file was analysed, and nothing here is a real verdict.',
    `Sample: ${sample.name}`,
    `MD5: ${sample.hashes.md5}`,
    `SHA-1: ${sample.hashes.sha1}`,
    `SHA-256: ${sample.hashes.sha256}`,
    `Classification: ${verdict.classification}`,
    `Risk score: ${verdict.riskscore}`,
    `Threat name: ${verdict.classification_result ?? 'none'}`,
  ];
}
