/** Pause of a slot after a failure: 10 ms, doubled each time, at most a second. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;

/**
 * Pauses of a closed loop after failures, so that a server that rejects everything is not flooded
 * with requests. An open loop has none: it offers its rate.
 */
export class SlotPauses {
  private readonly failuresInARow: Int32Array;
  private readonly waiting = new Map<NodeJS.Timeout, { fromMs: number; counts: boolean }>();
  private readonly resume: (slot: number) => void;
  private readonly ended: (lengthMs: number) => void;

  /** `resume` is called when a slot may continue, `ended` with the length of a counted pause. */
  constructor(depth: number, resume: (slot: number) => void, ended: (lengthMs: number) => void) {
    this.failuresInARow = new Int32Array(depth);
    this.resume = resume;
    this.ended = ended;
  }

  /** Paused slots. */
  get count(): number {
    return this.waiting.size;
  }

  /** Pauses a slot; `counts`: false in the warm-up. */
  begin(slot: number, nowMs: number, counts: boolean): void {
    const failed = this.failuresInARow[slot] ?? 0;
    this.failuresInARow[slot] = failed + 1;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failed);
    const timer = setTimeout(() => {
      this.end(timer, performance.now());
      this.resume(slot);
    }, pauseMs);
    this.waiting.set(timer, { fromMs: nowMs, counts });
  }

  /** Resets a slot's pause after a success. */
  reset(slot: number): void {
    this.failuresInARow[slot] = 0;
  }

  /** Ends all pauses at the end of the phase; no slot continues. */
  clear(atMs: number): void {
    for (const timer of this.waiting.keys()) {
      clearTimeout(timer);
      this.end(timer, atMs);
    }
  }

  private end(timer: NodeJS.Timeout, atMs: number): void {
    const pause = this.waiting.get(timer);
    this.waiting.delete(timer);
    if (pause?.counts === true) this.ended(Math.max(0, atMs - pause.fromMs));
  }
}
