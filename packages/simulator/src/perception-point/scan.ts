import type { JsonValue } from '../faults.ts';
import type { ContentSummary } from './content-digest.ts';
import type { ScanId } from './scan-id.ts';
import type { ScanOptions, ScanPart } from './scan-options.ts';

/** A scan in the list. Its state follows from the time alone. */
export class Scan {
  /** What the submission was answered with. */
  readonly id: ScanId;
  /** Milliseconds since 1970, on the simulator's clock, as are all times here. */
  readonly createdAt: number;
  /** The channel it came by, such as `api`. */
  readonly origin: string;
  readonly content: ContentSummary;
  readonly options: ScanOptions;
  /** Its own code, once there is one. */
  readonly verdict: string;

  constructor(scan: {
    readonly id: ScanId;
    readonly createdAt: number;
    readonly origin: string;
    readonly content: ContentSummary;
    readonly options: ScanOptions;
  }) {
    this.id = scan.id;
    this.createdAt = scan.createdAt;
    this.origin = scan.origin;
    this.content = scan.content;
    this.options = scan.options;
    this.verdict = scan.options.verdict ?? (scan.content.marked ? 'MAL' : 'CLN');
  }

  /** When it is listed. */
  get listedAt(): number {
    return this.createdAt + milliseconds(this.options.listLagSeconds ?? 0);
  }

  /** When the verdict is there, on the whole or on a part; Infinity where the scan never ends. */
  verdictAt(part?: ScanPart): number {
    const scanSeconds = part?.scanSeconds ?? this.options.scanSeconds ?? 2;
    return scanSeconds === 'never' ? Infinity : this.createdAt + milliseconds(scanSeconds);
  }

  /** When it says of itself, or of a part, that it has finished. */
  finishedAt(part?: ScanPart): number {
    return this.verdictAt(part) + milliseconds(this.options.finishedAtLagSeconds ?? 0);
  }

  /** When the callback is due. */
  get callbackAt(): number {
    return this.finishedAt() + milliseconds(this.options.callbackDelaySeconds ?? 0);
  }

  /** What speaks for a verdict (third party: the keys of an item). */
  evidenceFor(verdict: string): readonly JsonValue[] {
    if (this.options.evidence !== undefined) return this.options.evidence;
    if (verdict === 'CLN') return [];
    return [
      {
        name: `Simulated.${verdict}`,
        verdict,
        category: 'simulated',
        confidence: 100,
        description: 'Made by the simulator. No file was analysed.',
      },
    ];
  }
}

function milliseconds(seconds: number): number {
  return seconds * 1000;
}
