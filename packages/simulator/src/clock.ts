/** The simulator's time: the machine's clock, moved forward by what {@link SimulatorClock.advance} was told. */
export class SimulatorClock {
  #ahead = 0;

  /** Milliseconds since 1970, UTC. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /**
   * Moves the time forward, so that nobody has to wait for an expiry.
   *
   * @param seconds how far; fractions are fine
   * @throws RangeError for a negative or endless number: time only goes forward
   */
  advance(seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new RangeError(
        `Time can only be moved forward, by a finite number of seconds, not by ${seconds}.`,
      );
    }
    this.#ahead += seconds * 1000;
  }

  /** Back to the machine's clock. */
  reset(): void {
    this.#ahead = 0;
  }
}
