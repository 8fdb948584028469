import type { RunState } from "../../model/run/run.ts";

/** What is said of a run or a phase in each state: `it failed`. */
export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  running: "has not ended",
  complete: "is complete",
  partial: "is partial",
  failed: "failed",
};
