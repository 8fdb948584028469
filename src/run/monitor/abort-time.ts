/** Notes when a signal is aborted, on the process-wide clock. */
export class AbortTime {
  private atNs: bigint | null;
  private readonly signal: AbortSignal;
  private readonly onAbort = (): void => {
    this.atNs = process.hrtime.bigint();
  };

  constructor(signal: AbortSignal) {
    this.signal = signal;
    // One that is aborted already was so before anything that is watched from now on.
    this.atNs = signal.aborted ? 0n : null;
    signal.addEventListener("abort", this.onAbort, { once: true });
  }

  /** Ends the watch; returns whether the signal was aborted at an instant or before. */
  endedBy(instantNs: bigint): boolean {
    this.signal.removeEventListener("abort", this.onAbort);
    return this.atNs !== null && this.atNs <= instantNs;
  }
}
