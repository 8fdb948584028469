import type { RunEnd } from "./request.ts";
import type { PhaseOutcome } from "./search.ts";
import type { RunParts, Timing } from "./setup.ts";

/** A run whose target is open, as its lead sees it. */
export interface LedRun {
  readonly parts: RunParts;
  /** Times a phase and stores its result. */
  readonly time: (timing: Timing) => Promise<PhaseOutcome>;
}

/**
 * Decides the phases of a run in place of its plan: on a host of several, another process does.
 * Resolves when the run is to end.
 */
export interface Lead {
  follow(led: LedRun): Promise<RunEnd>;
}
