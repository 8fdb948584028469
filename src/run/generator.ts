import type { Environment } from "../model/run/environment.ts";
import type { PhaseResult, Run, Warning } from "../model/run/run.ts";
import type { OpenOptions, TargetSession } from "../storage/target/target.ts";
import type { RunParts, Timing } from "./setup.ts";

/** Result of a phase, and the internal error that ended it; null if there was none. */
export interface TimedResult {
  readonly result: PhaseResult;
  readonly defect: Error | null;
}

/** End of a run, which is that of each host that was complete until then. */
export type HostsEnd = Pick<Run, "state" | "reason">;

/**
 * Prepares and loads a target for a run: the threads of this process (`local.ts`), or several
 * hosts. The runner decides which phase is next and stores the results.
 */
export interface Generator {
  /** Opens the target for the run. Throws PreflightError if it cannot be used. */
  open(options: OpenOptions): Promise<TargetSession>;
  /** Host and storage of the run; the target is open. */
  environment(signal: AbortSignal): Promise<Environment>;
  /**
   * The hosts as the run stores them; nothing for this process alone. `end`: how the run ended;
   * null: it goes on.
   */
  hosts(end: HostsEnd | null): Pick<Run, "hosts" | "hostScope">;
  /** Warnings about the hosts, stored with the run. */
  warnings(): readonly Warning[];
  /** Prepares and times one phase. */
  time(parts: RunParts, timing: Timing): Promise<TimedResult>;
  /** Ends threads and sessions; false if one did not end. Can be called again. */
  close(): Promise<boolean>;
}
