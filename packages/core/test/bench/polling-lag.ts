import { mean, simulateWaits } from '../support/poll-simulation.ts';

/** Prints how long after a report is ready the polling engine sees it, and after how many looks. */
console.log('ready after | mean lag | share of the wait | mean looks | most looks');
for (const seconds of [2, 4, 20, 60, 300]) {
  const waits = await simulateWaits(20_000, seconds * 1000);
  const lag = mean(waits.map((wait) => wait.lagMs)) / 1000;
  const looks = waits.map((wait) => wait.looks.length);
  console.log(
    [
      `${seconds} s`.padStart(11),
      `${lag.toFixed(2)} s`.padStart(8),
      `${((lag / seconds) * 100).toFixed(1)} %`.padStart(17),
      mean(looks).toFixed(1).padStart(10),
      String(Math.max(...looks)).padStart(10),
    ].join(' | '),
  );
}
