import { seededBytes } from '../samples/random.ts';
import type { Sample } from './appliance.ts';
import type { Classification } from './sample.ts';

const usual: Readonly<Record<Classification, { riskscore: number; classification_result: string | null }>> = {
  malicious: { riskscore: 10, classification_result: 'Win32.Ransomware.Simulated' },
  suspicious: { riskscore: 6, classification_result: 'Win32.PUA.Simulated' },
  goodware: { riskscore: 0, classification_result: null },
  unknown: { riskscore: 0, classification_result: null },
};

/** What the classification call answers (vendor code: the keys; recorded: the form of the dates and of the
 * reason; inferred: the origin and the source). */
export interface ClassificationAnswer {
  readonly classification: Classification;
  /** 0 to 10. */
  readonly riskscore: number;
  /** ISO 8601, UTC, to the second. */
  readonly first_seen: string;
  /** Likewise. */
  readonly last_seen: string;
  readonly classification_result: string | null;
  readonly classification_reason: string;
  readonly classification_origin: null;
  readonly cloud_last_lookup: string;
  readonly data_source: string;
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

/** The verdict about a sample. Its dates follow from its content. */
export function classify({ hashes, options }: Sample): ClassificationAnswer {
  const classification = options.classification ?? 'goodware';
  const firstSeen = Date.UTC(2024, 0, 1) + seededBytes(hashes.sha256, 3).readUIntBE(0, 3) * 1000;
  const day = 86_400_000;
  return {
    classification,
    riskscore: options.riskscore ?? usual[classification].riskscore,
    first_seen: toSeconds(firstSeen),
    last_seen: toSeconds(firstSeen + day),
    classification_result:
      options.classification_result === undefined
        ? usual[classification].classification_result
        : options.classification_result,
    classification_reason: classification === 'unknown' ? 'Unknown' : 'Antivirus',
    classification_origin: null,
    cloud_last_lookup: toSeconds(firstSeen + day),
    data_source: 'LOCAL',
    ...hashes,
    ...options.classifiedHashes,
  };
}

/** As in a recorded answer: `2024-01-08T16:36:03Z`. */
function toSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '');
}
