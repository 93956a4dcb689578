import type { ScanOptions } from './scan-options.ts';

/** How the scans of submissions to come go. What is left out does not matter. */
export interface ScanScript {
  /** Only for files of this name: the field `name`, or else what stands for it. */
  readonly name?: string;
  /** Only for data with this SHA-256, in any letter case. */
  readonly sha256?: string;
  /** How many submissions it is for; 1 unless given. */
  readonly times?: number | 'always';
  /** How many matching submissions it lets pass first; 0 unless given. */
  readonly after?: number;
  readonly scan: ScanOptions;
}

/** The scripts that are still to be followed. */
export class ScanScripts {
  #scripts: { readonly script: ScanScript; toSkip: number; left: number }[] = [];

  /** Adds a script behind those added earlier: of several that match a submission, the first takes it. */
  add(script: ScanScript): void {
    const { times = 1, after = 0 } = script;
    this.#scripts.push({ script, toSkip: after, left: times === 'always' ? Infinity : times });
  }

  /** How this submission's scan goes; the script counts as followed. */
  take(submission: { readonly name: string; readonly sha256?: string }): ScanOptions {
    for (const entry of this.#scripts) {
      const { name = submission.name, sha256 } = entry.script;
      if (entry.left <= 0 || name !== submission.name) continue;
      if (sha256 !== undefined && sha256.toLowerCase() !== submission.sha256) continue;
      if (entry.toSkip > 0) {
        entry.toSkip -= 1;
        continue;
      }
      entry.left -= 1;
      return entry.script.scan;
    }
    return {};
  }

  clear(): void {
    this.#scripts = [];
  }
}
