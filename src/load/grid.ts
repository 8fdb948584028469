/** The time grid of a phase on a worker's `performance.now()`, milliseconds. */
export interface Grid {
  /** When measuring begins: the start line, or the end of the warm-up. */
  readonly fromMs: number;
  /** When it ends; Infinity where a count ends the phase. */
  readonly toMs: number;
  readonly intervalMs: number;
}
