/** What one run of a process took. */
export interface Measurement {
  readonly milliseconds: number;
  /** In bytes; `undefined` where it cannot be measured. */
  readonly peakMemory: number | undefined;
}

/** One of those that do the same in the same run. */
export interface Contender {
  readonly name: string;
  run(): Promise<Measurement>;
}

/** What several runs of a contender took: the median of the times, and the most memory. */
export interface Result extends Measurement {
  readonly name: string;
}

/** Lets the contenders run in turn, so that whatever else the machine does meets all of them alike. */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<readonly Result[]> {
  const runs = contenders.map((): Measurement[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) runs[index]?.push(await contender.run());
  }
  return contenders.map(({ name }, index) => ({ name, ...summarize(runs[index] ?? []) }));
}

function summarize(runs: readonly Measurement[]): Measurement {
  const peaks = runs.flatMap(({ peakMemory }) => peakMemory ?? []);
  const times = runs.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    milliseconds: times[Math.floor(times.length / 2)] ?? Number.NaN,
    peakMemory: peaks.length === 0 ? undefined : Math.max(...peaks),
  };
}
