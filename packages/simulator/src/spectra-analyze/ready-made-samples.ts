import { malwareMarker } from '../perception-point/scan-options.ts';
import type { SampleOptions } from './sample.ts';

/** A sample that the command puts on the appliance. */
export interface ReadyMadeSample {
  readonly sample: SampleOptions & { readonly name: string };
  /** What its user will see. */
  readonly shows: string;
}

/** One sample for each thing worth seeing. */
export const readyMadeSamples: readonly ReadyMadeSample[] = [
  { sample: { name: 'quick', creationSeconds: 1 }, shows: 'its PDF is ready after a second' },
  { sample: { name: 'slow', creationSeconds: 45 }, shows: 'its PDF takes 45 seconds' },
  {
    sample: { name: 'malicious', creationSeconds: 2, classification: 'malicious', content: malwareMarker },
    shows: 'is classified as malicious; the file examples/n8n/malicious-sample.txt is this sample',
  },
  {
    sample: { name: 'expires-once', creationSeconds: 1, expiresOnce: true },
    shows: 'its first PDF expires before the download, the second one stays',
  },
  {
    sample: { name: 'fails', creationSeconds: 1, creationFails: true },
    shows: 'the creation of its PDF ends in an error',
  },
];
