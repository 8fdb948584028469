import { longestNs } from "../../model/plan/plan.ts";
import type { Mistake, Subject } from "./subject.ts";

/** Steps that a phase ends before would be offered to nobody. */
export function fitsSteps({ phase }: Subject): Mistake | null {
  const { rate, limit } = phase;
  const mostNs = longestNs(limit);
  if (rate === null || mostNs === null) return null;
  const planned = rate.steps.reduce((sum, { durationNs }) => sum + (durationNs ?? 0), 0);
  if (planned <= mostNs) return null;
  const ends = `the phase ends after ${mostNs / 1e9} s`;
  const message = `its steps take ${planned / 1e9} s, but ${ends}`;
  return { field: "rate", message };
}

/** What is held back for a sync, or waits for a poll of its own, falls due all the same. */
export function ratesOperations({ phase, operations }: Subject): Mistake | null {
  if (phase.rate === null || !operations.includes("restore")) return null;
  return { field: "rate", message: "`restore` waits for hours: expected no `rate`" };
}

/** A window longer than the phase may last is never full. */
export function fitsWindow({ phase: { limit } }: Subject): Mistake | null {
  if (limit.kind !== "steady" || limit.windowNs <= limit.mostNs) return null;
  const window = `its window of ${limit.windowNs / 1e9} s`;
  const most = `\`atMost\`: ${limit.mostNs / 1e9} s`;
  const message = `${window} is longer than the phase may last (${most})`;
  return { field: "until", message };
}
