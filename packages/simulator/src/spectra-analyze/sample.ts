import type { SampleHashes } from './hash.ts';

/** The verdicts that the classification call gives (vendor code). */
export const classifications = ['malicious', 'suspicious', 'goodware', 'unknown'] as const;

/** One of {@link classifications}. */
export type Classification = (typeof classifications)[number];

/** A sample on the appliance, and how the appliance behaves about it. All times are in seconds. */
export interface SampleOptions {
  /** The file itself; text becomes UTF-8. Left out, the content is made from the name and the seed. */
  readonly content?: string | Uint8Array;
  /** What the PDF calls the sample. Left out, it is named by the number of samples added before it. */
  readonly name?: string;

  /** How long the creation of a PDF takes; 2 unless given. */
  readonly creationSeconds?: number;
  /** How long a PDF stays available once it is ready; 1800 unless given (doc: 30 minutes). */
  readonly expirySeconds?: number;
  /** For so long after a create the status still says that the PDF does not exist; 0 unless given (inferred). */
  readonly statusLagSeconds?: number;
  /** The status number while the PDF is being created; 0 unless given (third party). */
  readonly creatingStatus?: number;
  /** The message beside it; the documented one unless given. */
  readonly creatingMessage?: string;
  /** Every creation ends in an error (doc: the message). */
  readonly creationFails?: boolean;
  /** The status number of a failed creation; 3 unless given (the true number is unknown). */
  readonly failedStatus?: number;
  /** The key of the message; `message` is that of the sister API (vendor code). */
  readonly statusKey?: 'status_message' | 'message';
  /** The first PDF of each hash type is gone as soon as it was reported ready or asked for; the second one is fine. */
  readonly expiresOnce?: boolean;
  /** The PDF has at least this many bytes; a large one is made while it is sent. */
  readonly pdfBytes?: number;
  /** The Content-Disposition of the download; not sent unless given. */
  readonly contentDisposition?: string;

  /** goodware unless given. */
  readonly classification?: Classification;
  /** 0 to 10; one that fits the classification unless given. */
  readonly riskscore?: number;
  /** Hashes that the classification names in place of the sample's own, as an answer about another sample does. */
  readonly classifiedHashes?: Partial<SampleHashes>;
  /** A threat name, or null; one that fits the classification unless given. */
  readonly classification_result?: string | null;
}
