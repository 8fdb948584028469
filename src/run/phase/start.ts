import type { Starter } from "../../load/drive/start-line.ts";

/** Callbacks around the start of a phase. */
export interface StartHooks {
  /**
   * Called when all workers are ready to start, unless one failed or the phase was stopped.
   * Resolves with the start instant on the process-wide clock, nanoseconds, or null to cancel the
   * start. An instant in the past starts the load immediately; its intervals still start at the
   * instant. Absent: the load starts immediately.
   */
  readonly instant?: () => Promise<bigint | null>;
  /** Called at the start of the load with the start of measuring, milliseconds since 1970. */
  readonly onStart?: (measuringAtMs: number) => void;
  /** Called when measuring starts: at the start of the load, or after the warm-up. */
  readonly onMeasuring?: () => void;
  /** Called after the release of the workers; not called if one failed before, or after a stop. */
  readonly onReleased?: () => void;
  /** Receives the control of the phase at the start of the load. */
  readonly onControl?: (control: PhaseControl) => void;
}

/** Control of a running phase from outside. */
export interface PhaseControl {
  /**
   * Ends the phase early, as its planned end would, at a time from the start of measuring,
   * nanoseconds. Workers check every 20 ms; one that learns of a past end ends immediately.
   */
  endAt(fromStartNs: number): void;
}

/** Start of a phase whose workers are ready. */
export interface PhaseStart {
  readonly starter: Starter;
  readonly hooks: StartHooks & { readonly signal: AbortSignal };
  readonly warmupMs: number;
  /** Settles when all workers have ended. */
  readonly ended: Promise<unknown>;
  /** Called when measuring starts. */
  readonly measuring: () => void;
}

/** A start that was made or canceled. */
export interface Started {
  /** Start of the load, and of measuring, on the process-wide clock. */
  readonly startNs: bigint;
  readonly fromNs: bigint;
  /** Ends the wait for the end of the warm-up. */
  readonly close: () => void;
}

/**
 * Time before an instant ahead at which the main thread reads the counters, because its timers are
 * late under load. There is no load yet.
 */
const BEFORE_MS = 20;

/** Releases the workers, immediately or at the instant that the hooks give. */
export async function start(phase: PhaseStart): Promise<Started> {
  const { starter, hooks, warmupMs, measuring } = phase;
  const instantNs = await instantOf(phase);
  const nowNs = process.hrtime.bigint();
  const aheadMs = instantNs === null ? 0 : Number(instantNs - nowNs) / 1e6;
  // Computed instead of taken in the timer, which is late under load: intervals would overlap.
  hooks.onStart?.(Date.now() + aheadMs + warmupMs);
  const inMs = aheadMs + warmupMs - (warmupMs === 0 ? BEFORE_MS : 0);
  let timer: NodeJS.Timeout | undefined;
  if (inMs <= 0) measuring();
  else timer = setTimeout(measuring, inMs);
  if (hooks.signal.aborted) starter.cancel();
  const startNs = starter.go(instantNs);
  const fromNs = startNs + BigInt(Math.round(warmupMs * 1e6));
  if (starter.released) {
    hooks.onControl?.({
      endAt: (fromStartNs) => starter.endAt(fromNs + BigInt(Math.ceil(fromStartNs))),
    });
    hooks.onReleased?.();
  }
  return { startNs, fromNs, close: () => clearTimeout(timer) };
}

/** The start instant; null: now. Cancels the start if the hooks do, or fail. */
async function instantOf({ starter, hooks, ended }: PhaseStart): Promise<bigint | null> {
  if (hooks.instant === undefined || starter.canceled) return null;
  try {
    // All workers have ended: one failed, or the phase was stopped.
    const instantNs = await Promise.race([hooks.instant(), ended.then(() => null)]);
    if (instantNs === null) starter.cancel();
    return instantNs;
  } catch (error) {
    starter.cancel();
    await ended;
    throw error;
  }
}
