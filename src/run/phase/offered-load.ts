import type { Arrivals } from "../../load/drive/arrivals.ts";
import type { IntervalClaims } from "../../model/run/measurement.ts";

/** Claims of all workers in one interval. */
export interface Claimed {
  readonly arrivals: number;
  /** Workers whose source had no operation left. */
  readonly exhausted: number;
}

export const NOTHING_CLAIMED: Claimed = { arrivals: 0, exhausted: 0 };

/** Load of an interval of a closed loop. */
export const NOTHING_OFFERED = { offered: 0, backlogEnd: 0 };

/** Adds the claims of one worker; a closed loop has none. */
export function addClaims(claimed: Claimed, claims: IntervalClaims | undefined): Claimed {
  if (claims === undefined) return claimed;
  return {
    arrivals: claimed.arrivals + claims.arrivals,
    exhausted: claimed.exhausted + (claims.isExhausted ? 1 : 0),
  };
}

/**
 * Offered load of an open loop by interval, from its schedule: a worker that is blocked, and closes
 * its intervals late, changes nothing of it.
 */
export class OfferedLoad {
  private readonly arrivals: Arrivals;
  private readonly workers: number;
  /** Operations that end the phase; Infinity if something else ends it. */
  private readonly most: number;
  private scheduledSoFar: number;
  private claimed = NOTHING_CLAIMED;

  constructor(arrivals: Arrivals, workers: number, most = Number.POSITIVE_INFINITY) {
    this.arrivals = arrivals;
    this.workers = workers;
    this.most = most;
    // Arrivals of the warm-up are in no interval.
    this.scheduledSoFar = arrivals.pass(0);
  }

  /** Arrivals scheduled so far, warm-up included. */
  get scheduled(): number {
    return this.scheduledSoFar;
  }

  /**
   * Closes an interval, in order. `endNs`: its end, nanoseconds from the start of measuring.
   * Returns the operations scheduled in it, and those scheduled by its end but not claimed.
   */
  close(endNs: number, { arrivals, exhausted }: Claimed): typeof NOTHING_OFFERED {
    const scheduled = this.arrivals.pass(endNs / 1e6);
    const offered = scheduled - this.scheduledSoFar;
    this.scheduledSoFar = scheduled;
    this.claimed = {
      arrivals: this.claimed.arrivals + arrivals,
      exhausted: this.claimed.exhausted + exhausted,
    };
    // Arrivals without an operation do not wait.
    const isOver = this.claimed.exhausted >= this.workers;
    const waiting = Math.min(scheduled, this.most) - this.claimed.arrivals;
    return { offered, backlogEnd: isOver ? 0 : Math.max(0, waiting) };
  }
}
